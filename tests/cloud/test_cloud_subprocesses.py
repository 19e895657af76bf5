import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from cloud_unguarded import run_unguarded

from dealab.guard import subprocesses

SCRIPT = Path(__file__).with_name("children.py")
OTHER_PROGRAMS = {"a program without any environment", "a program of a shell"}
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the ways out are those of POSIX systems")


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    found = {}
    for mode in ("plain", "dealab"):
        done = run_unguarded(str(SCRIPT), mode, str(tmp_path_factory.mktemp(mode)))
        assert done.returncode == 0, done.stderr
        found[mode] = json.loads(done.stdout.splitlines()[-1])
    return found


def confined_here() -> bool:
    return subprocesses.confine()


def test_every_child_would_go_out_without_the_guard(tried):
    plain = dict(tried["plain"])
    if confined_here():  # Landlock cannot be taken back: those two were tried under it
        for name in OTHER_PROGRAMS:
            assert plain.pop(name) == "confined"
    assert set(plain.values()) == {"out"}
    assert len(plain) >= 29


@pytest.mark.proves("The guard", "Child processes cannot leave this machine either", kind="real")
def test_every_python_child_is_refused(tried):
    children = {name: what for name, what in tried["dealab"].items() if name not in OTHER_PROGRAMS}
    assert children == dict.fromkeys(children, "refused")


def test_other_programs_lose_the_low_ports_where_the_kernel_can(tried):
    if not confined_here():
        pytest.skip("this kernel has no Landlock rules for ports (Linux 6.7)")
    assert {tried["dealab"][name] for name in OTHER_PROGRAMS} == {"confined"}


@pytest.mark.parametrize(
    "command",
    [
        ["curl", "-sS", "-m", "3", "http://192.0.2.1:8080/"],
        ["curl", "-sS", "-m", "3", "https://192.0.2.1:8443/"],
        ["wget", "-O-", "-T3", "-t1", "http://192.0.2.1:8080/"],
        ["git", "ls-remote", "https://192.0.2.1:8443/x.git"],
    ],
)
def test_other_programs_are_sent_to_a_closed_port(command):
    if not shutil.which(command[0]):
        pytest.skip(f"no {command[0]} here")
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0
    assert "127.0.0.1" in done.stderr


def test_loopback_stays_open_for_children(tmp_path):
    code = """
import http.server, subprocess, sys, threading, urllib.request
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
child = f"import urllib.request; print(urllib.request.urlopen({url!r}).status)"
print(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout)
"""
    code = "import dealab.cloud\n" + code
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["200"], done.stderr


def test_a_sitecustomize_of_ones_own_is_loaded_too(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.mine = 'loaded'")
    code = "import sys, sitecustomize; print(mine, sitecustomize.__file__, len(sys.path))"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.stdout.split()[:2] == ["loaded", str(tmp_path / "sitecustomize.py")], done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["-I", "-c", "import sys; print(sys.argv, __name__)", "a", "b"], None),
        (["-E", "{script}", "a"], "import sys; print(sys.argv, sys.path[0], __name__)"),
        (["-I", "{script}", "-x"], "import sys; print(sys.argv, __name__)"),
        (["-I", "-m", "json.tool", "--help"], None),
        (["-Ic", "from __future__ import annotations; print(1)"], None),
        (
            ["-S", "-X", "utf8", "-c", "import sys; print(sys.flags.utf8_mode)", "-m"],
            None,
        ),
        (["-I", "--version"], None),
        (["-I", "-c", "raise SystemExit(3)"], None),
    ],
)
def test_the_hook_in_the_command_line_changes_nothing_else(words, code, tmp_path):
    script = tmp_path / "s.py"
    script.write_text(code or "")
    command = [sys.executable, *(word.format(script=script) for word in words)]
    # Told to sh as text, the command is not looked at.
    plain = subprocess.run(shlex.join(command), shell=True, capture_output=True, text=True)
    hooked = subprocess.run(command, capture_output=True, text=True)
    same = [(run.returncode, run.stdout, run.stderr) for run in (plain, hooked)]
    assert same[0] == same[1]
    assert (subprocesses.with_hook(command) == command) == ("--version" in words)


def test_a_command_is_hooked_once_and_others_are_left_alone():
    hooked = subprocesses.with_hook(["python3", "-I", "-c", "1"])
    assert subprocesses.with_hook(hooked) == hooked
    for command in (
        ["ls", "-I"],
        ["python3", "-c", "1", "-I"],
        "python -I -c 1",
        ["pythonic", "-I"],
    ):
        assert subprocesses.with_hook(command) is command


@pytest.mark.parametrize(
    "own", [None, {}, {"AWS_PROFILE": "mine", "AWS_ACCESS_KEY_ID": "AKIAMINE"}]
)
def test_a_child_sees_the_labs_keys_and_not_the_learners_settings(aws, own, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile mine]\nregion = ap-south-1\n")
    (tmp_path / ".aws" / "credentials").write_text(
        "[mine]\naws_access_key_id = AKIAMINE\naws_secret_access_key = s\n"
        "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = s\n"
    )
    code = (
        "import boto3; s = boto3.Session(); "
        "print(s.get_credentials().access_key, s.region_name, s.available_profiles)"
    )
    env = {**os.environ, "HOME": str(tmp_path)} if own is None else {**own, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    key = boto3.Session().get_credentials().access_key
    assert done.stdout.split() == [key, "us-east-1", "[]"], done.stderr
