"""A real JupyterLab on a copy of the course, and a page in a real Chromium."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address with token, the folder it serves, the learner's home."""

    address: str
    token: str
    folder: Path
    home: Path

    def url(self, path: str) -> str:
        return f"{self.address}{path}?token={self.token}"

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self.url(path), timeout=20) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab as `make lab` does, with nothing of this user's own Jupyter in it."""
    base = tmp_path_factory.mktemp("lab")
    folder, home, token = base / "course", base / "home", "known-to-the-test"
    for part in ("notebooks", "source"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = os.environ | {name: str(base / name.lower()) for name in own}
    environment |= {"DEALAB_HOME": str(home), "JUPYTER_TOKEN": token}
    environment["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.port=0", "--expose-app-in-browser"]
    log = base / "lab.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        address = _address(server, base / "jupyter_runtime_dir", log)
        yield Lab(address.rstrip("/"), token, folder, home)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _address(server: subprocess.Popen, runtime: Path, log: Path) -> str:
    """Return the address that the server wrote down once it listened."""
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            try:
                return json.loads(file.read_text(encoding="utf-8"))["url"]
            except ValueError:
                pass  # half written
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")
