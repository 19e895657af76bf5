"""The guard in child processes: whatever a cell starts keeps to this machine, too.

1. The environment: Python children load ``child/sitecustomize.py`` through PYTHONPATH and have the
   same guard; other programs find a proxy that is a closed port on loopback. Children that get an
   environment of their own get these variables added, and the lab's keys for the learner's.
2. Python children that ignore their environment (``-I``, ``-E``, ``-S``) get the hook in their
   command line.
3. Linux 6.7 and later: before the first child is started, its thread gives up TCP connections to
   ports below 1024 for good (Landlock), and children inherit that: HTTP(S), SSH, mail, whatever
   the program is and whatever its environment says. https://docs.kernel.org/userspace-api/landlock.html

Not held: programs that ignore proxies and use UDP (name look-ups), ports from 1024 on, or run on
older kernels, macOS or Windows. ``sudo`` gains no rights after 3.

This file is also loaded by its path in children without ``dealab``: standard library only.
"""

import os
import re
import sys
import threading

HOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child")
CLOSED = "http://127.0.0.1:9"  # the discard port, where nothing listens
STARTS = {"subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn"}
_AWS = re.compile("(AWS|BOTO|MOTO)_", re.IGNORECASE)
_confined = threading.local()
_done = False


def install() -> None:
    """Put the variables into this process's environment and wrap what starts others. Repeatable."""
    global _done
    if _done:
        return
    _done = True
    os.environ.update(added(os.environ))
    sys.addaudithook(lambda event, args: confine() if event in STARTS else None)
    _wrap(os, "execve", 1, 2)
    _wrap(os, "execv", 1, None)
    for name in ("posix_spawn", "posix_spawnp"):
        if hasattr(os, name):
            _wrap(os, name, 1, 2)
    import subprocess

    _wrap(subprocess.Popen, "__init__", 1, 11, "args", "env")


def added(environment) -> dict:
    """Return the variables that a child with ``environment`` must have, as a dict of str."""
    path = environment.get("PYTHONPATH", "").split(os.pathsep)
    others = [folder for folder in path if folder and folder != HOOK]
    new = {"PYTHONPATH": os.pathsep.join([HOOK, *others]), "NODE_USE_ENV_PROXY": "1"}
    for name in ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"):
        new[name] = new[name.upper()] = CLOSED
    new["no_proxy"] = new["NO_PROXY"] = "localhost,127.0.0.1,127.0.0.0/8,::1,.localhost"
    return new


def _for_child(environment):
    """Return a copy of a child's own ``environment`` with the guard and the lab's AWS settings."""
    text = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}
    if "MOTO_ACCOUNT_ID" in os.environ:  # a lab runs: its keys, not the learner's
        text = {name: value for name, value in text.items() if not _AWS.match(name)}
        text.update({name: value for name, value in os.environ.items() if _AWS.match(name)})
    text.update(added(text))
    return text


def _wrap(owner, name: str, command: int, environment, command_name="argv", environment_name="env"):
    """Wrap a function that takes a command and perhaps an environment, at these places."""
    original = getattr(owner, name)

    def guarded(*args, **kwargs):
        args = list(args)
        if len(args) > command:
            args[command] = with_hook(args[command])
        elif command_name in kwargs:
            kwargs[command_name] = with_hook(kwargs[command_name])
        if environment is not None and len(args) > environment and args[environment] is not None:
            args[environment] = _for_child(args[environment])
        elif kwargs.get(environment_name) is not None:
            kwargs[environment_name] = _for_child(kwargs[environment_name])
        return original(*args, **kwargs)

    guarded.__name__, guarded.__doc__ = name, original.__doc__
    setattr(owner, name, guarded)


def with_hook(command):
    """Return ``command`` so that a Python that ignores its environment loads the hook as well.

    Only a list that starts with a Python and has -I, -E or -S before -c, -m or a script is changed.
    """
    if isinstance(command, (str, bytes)) or not isinstance(command, (list, tuple)):
        return command
    try:
        words = [os.fsdecode(word) for word in command]
    except TypeError:
        return command  # let the original complain
    if not words or not re.match(r"python[\d.]*(\.exe)?$", os.path.basename(words[0])):
        return command
    place, deaf = 1, False
    while place < len(words) and re.match("-[A-Za-z]", words[place]):
        match = re.match("-([A-Za-z]*?)([cmWX])(.*)$", words[place], re.DOTALL)
        deaf = deaf or bool(set("IES") & set(match.group(1) if match else words[place][1:]))
        if match and match.group(2) in "cm":
            break
        place += 2 if match and not match.group(3) else 1
    else:
        match = None
    if not deaf or place >= len(words) or (match is None and words[place].startswith("-")):
        return command
    hook = os.path.join(HOOK, "sitecustomize.py")
    if any(hook in word for word in words):
        return command
    start = f"exec(compile(open({hook!r}).read(), {hook!r}, 'exec'), {{'__file__': {hook!r}, "
    start += "'__name__': 'guard_hook'})\n"
    if match is None:
        rest, how = words[place:], "run_path(sys.argv[0], run_name='__main__')"
        start += "import sys, os, runpy; del sys.argv[0]\n"
        if not any("I" in word for word in words[1:place]):
            start += "sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))\n"
        start += "runpy." + how
        return [*words[:place], "-c", start, *rest]
    value = match.group(3) or (words[place + 1] if place + 1 < len(words) else "")
    rest = words[place + (1 if match.group(3) else 2) :]
    flags = ["-" + match.group(1)] if match.group(1) else []
    if match.group(2) == "m":
        start += f"import runpy; runpy._run_module_as_main({value!r})"
    else:
        start += f"exec(compile({value!r}, '<string>', 'exec'))"
    return [*words[:place], *flags, "-c", start, *rest]


def confine() -> bool:
    """Take TCP connections to ports below 1024 from this thread and all that it starts, for good.

    Says whether it holds. Programs of the course listen on higher ports.
    """
    if getattr(_confined, "holds", None) is None:
        _confined.holds = False  # what follows may raise audit events of its own
        _confined.holds = sys.platform == "linux" and (_is_confined() or _landlock())
    return _confined.holds


def _is_confined() -> bool:
    import errno
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 9)) == errno.EACCES


def _landlock() -> bool:
    import ctypes

    create, add, restrict, connect_tcp, net_port, no_new_privileges = 444, 445, 446, 2, 2, 38
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(create, None, 0, 1) < 4:  # the version that knows ports
        return False
    rules = libc.syscall(create, (ctypes.c_uint64 * 2)(0, connect_tcp), 16, 0)
    if rules < 0:
        return False
    try:
        rule = (ctypes.c_uint64 * 2)(connect_tcp, 0)
        for port in range(1024, 65536):
            rule[1] = port
            if libc.syscall(add, rules, net_port, rule, 0):
                return False
        return not (libc.prctl(no_new_privileges, 1, 0, 0, 0) or libc.syscall(restrict, rules, 0))
    finally:
        os.close(rules)
