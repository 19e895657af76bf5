"""A Spark cluster on this computer: a master and workers, each a process of its own.

    from dealab.engines import cluster, spark
    with cluster.start(workers=2) as address:
        session = spark.session(master=address)                    # in the notebook, or
        spark.submit("job.py", "2026-06", master=address)          # a script, as spark-submit does

It is Spark's standalone cluster, on loopback. A job does not change but for the address: that is
what EMR (``--master yarn``), EMR Serverless and Glue rely on, too. End the session (or go back with
``spark.session()``) before the cluster ends.
"""

import contextlib
import json
import socket
import time
import urllib.request

from dealab.engines import jvm, spark


class Address(str):
    """``spark://127.0.0.1:port``, the master's address; ``state()`` is what the master tells."""

    pages: str

    def state(self) -> dict:
        """Return the master's own account: workers, activeapps, completedapps (Spark's JSON)."""
        with urllib.request.urlopen(f"{self.pages}/json/", timeout=10) as answer:
            return json.load(answer)


@contextlib.contextmanager
def start(workers: int = 2, cores: int = 1, memory: str = "640m", patience: float = 60):
    """Start a cluster; gives its ``Address`` and ends its processes afterwards.

    ``cores`` and ``memory`` are what each worker offers to jobs: an executor takes 512 MB of it.
    Raises SparkMissing where Spark cannot run, ValueError without workers, TimeoutError when the
    workers have not joined after ``patience`` seconds.
    """
    if workers < 1:
        raise ValueError("a cluster has at least one worker")
    home = spark.home()
    port, page = _free_ports(2)
    logs = home.folder / f"cluster-{port}"
    logs.mkdir()
    address = Address(f"spark://127.0.0.1:{port}")
    address.pages = f"http://127.0.0.1:{page}"
    processes = []
    try:
        processes.append(
            home.start(
                "org.apache.spark.deploy.master.Master",
                *("--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)),
                memory="160m",
                log=logs / "master.log",
            )
        )
        _wait(lambda: _alive(address) is not None, processes, logs, patience)
        for number in range(workers):
            processes.append(
                home.start(
                    "org.apache.spark.deploy.worker.Worker",
                    *("--host", "127.0.0.1", "--webui-port", "0", "--cores", str(cores)),
                    *("--memory", memory, "--work-dir", str(logs / f"worker-{number}")),
                    address,
                    memory="160m",
                    log=logs / f"worker-{number}.log",
                )
            )
        _wait(lambda: _alive(address) == workers, processes, logs, patience)
        yield address
    finally:
        spark.leave(address)
        for process in reversed(processes):
            jvm.end(process)


def _alive(address: Address) -> int | None:
    """Return how many workers the master knows, or None while it does not answer."""
    try:
        return address.state()["aliveworkers"]
    except OSError:
        return None


def _wait(ready, processes, logs, patience: float) -> None:
    until = time.monotonic() + patience
    while not ready():
        ended = any(process.poll() is not None for process in processes)
        if ended or time.monotonic() > until:
            words = "\n".join(spark.tail(log, 5) for log in sorted(logs.glob("*.log")))
            raise TimeoutError(f"the cluster did not come up; its last words:\n{words}")
        time.sleep(0.1)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]
