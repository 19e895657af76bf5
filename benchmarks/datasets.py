"""Time, size and peak memory of the datasets: ``python benchmarks/datasets.py [SCALE ...]``.

Each scale runs in a process of its own, because the peak of a process never falls.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def one(scale: float) -> dict:
    """Generate at one scale and return the figures: seconds, MB written, MB of peak memory."""
    import psutil  # noqa: F401 - fail before the work, not after it

    from dealab.datasets import generate

    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        cpu = time.process_time()
        generate(folder, scale=scale)
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    peak = _peak()
    return {"scale": scale, "seconds": wall, "cpu": cpu, "written": size / 1e6, "peak": peak / 1e6}


def _peak() -> int:
    """Return the peak of this process's memory in bytes."""
    import psutil

    info = psutil.Process().memory_info()
    if hasattr(info, "peak_wset"):  # Windows
        return info.peak_wset
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main(scales: list[str]) -> None:
    print(f"{'scale':>7} {'seconds':>9} {'CPU s':>7} {'MB written':>11} {'peak MB':>8}")
    for scale in scales:
        answer = subprocess.run(
            [sys.executable, __file__, "--one", scale], capture_output=True, text=True, check=True
        )
        row = json.loads(answer.stdout)
        print(
            f"{row['scale']:7g} {row['seconds']:9.1f} {row['cpu']:7.1f} "
            f"{row['written']:11.1f} {row['peak']:8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(float(sys.argv[2]))))
    else:
        main(sys.argv[1:] or ["1", "5", "20"])
