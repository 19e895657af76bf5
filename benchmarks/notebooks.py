"""How fast the lessons open and run, and in how much memory: python benchmarks/notebooks.py

Prints for each notebook the seconds until JupyterLab shows its heading (a fresh page each time, the
server warm; needs Chromium), the seconds to run it from top to bottom, and the most memory that the
kernel and its children (Spark, PostgreSQL) held together. Figures of one machine.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SHOWN = ".jp-Notebook .jp-RenderedMarkdown h1"


def opened(names: list[str]) -> dict[str, float]:
    """Seconds until each notebook shows its first heading; none without Chromium."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        return {}
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as runtime, sync_playwright() as playwright:
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        server = subprocess.Popen(
            [*command, "--ServerApp.port=0", "--IdentityProvider.token=t"],
            cwd=NOTEBOOKS.parent,
            env=os.environ | {"JUPYTER_RUNTIME_DIR": runtime},
            stderr=subprocess.DEVNULL,
        )
        try:
            while not (found := list(Path(runtime).glob("jpserver-*.json"))):
                time.sleep(0.2)
            address = json.loads(found[0].read_text("utf-8"))["url"]
            chromium = playwright.chromium.launch(executable_path=browser)

            def seconds(name: str) -> float:
                page = chromium.new_page()
                begun = time.perf_counter()
                page.goto(f"{address}lab/tree/notebooks/{name}?token=t&reset")
                page.wait_for_selector(SHOWN, timeout=120_000)
                took = time.perf_counter() - begun
                page.close()
                return took

            seconds(names[0])  # the server's first answer is slower
            return {name: seconds(name) for name in names}
        finally:
            server.terminate()


def ran(name: str) -> tuple[float, int]:
    """Seconds to run a notebook, and the most bytes that its kernel's processes held."""
    client = NotebookClient(
        nbformat.read(NOTEBOOKS / name, 4),
        timeout=300,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    peak, done = 0, threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.2):
            held = 0
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):  # it has ended
                    held += child.memory_info().rss
            peak = max(peak, held)

    watching = threading.Thread(target=watch)
    watching.start()
    begun = time.perf_counter()
    try:
        client.execute()
    finally:
        done.set()
        watching.join()
    return time.perf_counter() - begun, peak


def main() -> None:
    names = sorted(file.name for file in NOTEBOOKS.glob("*.ipynb"))
    shown = opened(names)
    print(f"{'notebook':42} {'opens':>7} {'runs':>7} {'peak':>9}")
    for name in names:
        took, peak = ran(name)
        opens = f"{shown[name]:.1f} s" if name in shown else "-"
        print(f"{name:42} {opens:>7} {took:5.0f} s {peak / 2**20:6.0f} MB")


if __name__ == "__main__":
    main()
