"""Puts the guard up in a Python child of the lab, before its own code starts.

Its folder stands first in PYTHONPATH (``../subprocesses.py``). ``dealab`` may be missing in the
child, so that the guard's files are loaded by their path.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def _load(name):
    """Load ``dealab.guard.<name>`` without its package; an import of the package finds it there."""
    full = "dealab.guard." + name
    if full not in sys.modules:
        path = os.path.join(os.path.dirname(HERE), name + ".py")
        module = sys.modules[full] = type(sys)(full)
        module.__file__ = path
        with open(path, encoding="utf-8") as source:
            exec(compile(source.read(), path, "exec"), module.__dict__)
    return sys.modules[full]


def _audit(event, args):
    # The guard takes 30 ms to import: only a child that is about to use the network needs it.
    needed = event.startswith("socket.") or (event == "import" and args[0] == "http.client")
    if needed and "dealab.guard.network" not in sys.modules:
        guard = _load("network")  # its own imports come here again and find it begun
        guard.install()
        guard._audit(event, args)


sys.addaudithook(_audit)
_load("subprocesses").install()

# Make room for a sitecustomize of the learner's own, as if this one were not there.
sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or ".") != HERE]
if sys.modules.get("sitecustomize") is not None and __name__ == "sitecustomize":
    _ours = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = _ours
