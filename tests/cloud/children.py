"""Starts child processes in many ways that each try to leave; run by test_cloud_subprocesses.py.

    python children.py plain|dealab FOLDER

A Python child notes in FOLDER where its connection would have gone and stops it there, so that no
packet leaves. Other programs try a port of this machine that only Landlock takes away. Prints a
JSON object: name of the try -> "out", "refused", "confined" or "error: ...".
"""

import asyncio
import json
import multiprocessing
import os
import shlex
import subprocess
import sys
from pathlib import Path

MODE, FOLDER = sys.argv[1], Path(sys.argv[2])
NOTE = FOLDER / "note"
CHILD = f"""
import socket, sys
def note(what):
    with open({str(NOTE)!r}, "w") as file:
        file.write(what)
def recorder(event, args):
    if event == "socket.connect" and args[1][0] == "192.0.2.1":
        note("out")
        raise OSError("recorded, not sent")
sys.addaudithook(recorder)
def leave():
    try:
        socket.create_connection(("192.0.2.1", 8443), timeout=2)
    except Exception as error:
        if type(error).__name__ == "EscapeRefused":
            note("refused")
"""
CODE = CHILD + "leave()\n"
# Nothing listens there: "refused by the other side" without Landlock, "permission denied" with it.
LOW = f"""
import socket, errno
code = socket.socket().connect_ex(("127.0.0.1", 9))
open({str(NOTE)!r}, "w").write({{errno.EACCES: "confined", errno.ECONNREFUSED: "out"}}[code])
"""
SCRIPT, MODULE = FOLDER / "leave.py", FOLDER / "leaving.py"
PYTHON = sys.executable


def in_multiprocessing(method):
    sys.path.insert(0, str(FOLDER))
    import leaving

    context = multiprocessing.get_context(method)
    process = context.Process(target=leaving.leave)
    process.start()
    process.join(60)


def in_fork(action):
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


async def in_asyncio(own=None):
    process = await asyncio.create_subprocess_exec(PYTHON, "-c", CODE, env=own)
    await process.wait()


def forked_code():
    exec(CODE, {})


def shell(how):
    from IPython.core.interactiveshell import InteractiveShell

    getattr(InteractiveShell.instance(), how)(f"{shlex.quote(PYTHON)} {shlex.quote(str(SCRIPT))}")


TRIES = {
    "subprocess.run": lambda: subprocess.run([PYTHON, "-c", CODE]),
    "subprocess.run, shell": lambda: subprocess.run(f"{PYTHON} {SCRIPT}", shell=True),
    "subprocess.run, own environment": lambda: subprocess.run([PYTHON, "-c", CODE], env={}),
    "subprocess.check_output": lambda: subprocess.check_output([PYTHON, str(SCRIPT)]),
    "subprocess.Popen, everything by position": lambda: subprocess.Popen(
        [PYTHON, "-c", CODE], -1, None, None, None, None, None, True, False, None, {}
    ).wait(),
    "python -m": lambda: subprocess.run([PYTHON, "-m", "leaving"], cwd=FOLDER),
    "python -I -c": lambda: subprocess.run([PYTHON, "-I", "-c", CODE], env={}),
    "python -E script": lambda: subprocess.run([PYTHON, "-E", str(SCRIPT)]),
    "python -S script": lambda: subprocess.run([PYTHON, "-S", str(SCRIPT)]),
    "python -IBc": lambda: subprocess.run([PYTHON, "-IBc", CODE]),
    "python -Es -W ignore -m": lambda: subprocess.run(
        [PYTHON, "-Es", "-W", "ignore", "-m", "leaving"], cwd=FOLDER
    ),
    "a child of a child": lambda: subprocess.run(
        [PYTHON, "-c", f"import subprocess as s; s.run([{PYTHON!r}, {str(SCRIPT)!r}], env={{}})"]
    ),
    "os.system": lambda: os.system(f"{PYTHON} {SCRIPT}"),
    "os.popen": lambda: os.popen(f"{PYTHON} {SCRIPT}").read(),
    "os.posix_spawn": lambda: os.waitpid(os.posix_spawn(PYTHON, [PYTHON, "-c", CODE], {}), 0),
    "os.spawnv": lambda: os.spawnv(os.P_WAIT, PYTHON, [PYTHON, str(SCRIPT)]),
    "os.spawnve": lambda: os.spawnve(os.P_WAIT, PYTHON, [PYTHON, str(SCRIPT)], {}),
    "os.execv": lambda: in_fork(lambda: os.execv(PYTHON, [PYTHON, str(SCRIPT)])),
    "os.execve": lambda: in_fork(lambda: os.execve(PYTHON, [PYTHON, "-I", str(SCRIPT)], {})),
    "os.execle": lambda: in_fork(lambda: os.execle(PYTHON, PYTHON, str(SCRIPT), {})),
    "os.fork": lambda: in_fork(forked_code),
    "multiprocessing, fork": lambda: in_multiprocessing("fork"),
    "multiprocessing, spawn": lambda: in_multiprocessing("spawn"),
    "multiprocessing, forkserver": lambda: in_multiprocessing("forkserver"),
    "asyncio": lambda: asyncio.run(in_asyncio()),
    "asyncio, own environment": lambda: asyncio.run(in_asyncio({})),
    "IPython !": lambda: shell("system_piped"),
    "IPython ! as in a notebook": lambda: shell("system_raw"),
    "IPython x = !": lambda: shell("getoutput"),
    "a program without any environment": lambda: subprocess.run(
        ["env", "-i", PYTHON, "-IS", "-c", LOW]
    ),
    "a program of a shell": lambda: os.system(
        f"env -i {PYTHON} -I -S -c {shlex.quote(LOW)}"
    ),
}  # fmt: skip

if __name__ == "__main__":
    SCRIPT.write_text(CODE)
    MODULE.write_text(CHILD + "if __name__ == '__main__':\n    leave()\n")
    if MODE == "dealab":
        import dealab.cloud  # noqa: F401
    outcomes = {}
    for name, attempt in TRIES.items():
        NOTE.unlink(missing_ok=True)
        try:
            attempt()
            outcomes[name] = NOTE.read_text() if NOTE.exists() else "nothing"
        except Exception as error:
            outcomes[name] = f"error: {type(error).__name__}: {error}"
    print("\n" + json.dumps(outcomes))
