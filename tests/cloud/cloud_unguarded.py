"""Runs a script as a process that has neither the guard of this one nor its AWS settings."""

import os
import subprocess
import sys

from dealab.guard import subprocesses

# os.execve adds the guard; the module beneath it, of which os takes its functions, does not.
_START = """
import json, os, sys
under = sys.modules.get("posix") or sys.modules["nt"]
command = [sys.executable, *sys.argv[2:]]
under.execve(sys.executable, command, json.loads(sys.argv[1]))
"""


def run_unguarded(*arguments: str) -> subprocess.CompletedProcess:
    """Run this Python with ``arguments``; returns what subprocess.run does, with texts."""
    import json

    hidden = {name.upper() for name in subprocesses.added({})}
    env = {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in hidden and not name.upper().startswith(("AWS_", "MOTO_"))
    }
    return subprocess.run(
        [sys.executable, "-c", _START, json.dumps(env), *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
