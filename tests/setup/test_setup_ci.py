""".ci/run on a bare machine, with an apt-get and a make that only write down their orders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDER = """#!/bin/sh
echo "{name} $* browser=$DEALAB_REQUIRE_BROWSER" >> "$CALLS"
read line && echo "{name} read from a terminal" >> "$CALLS"
exit ${{{name}_CODE:-0}}
"""

pytestmark = pytest.mark.skipif(
    os.name == "nt" or shutil.which("bash") is None, reason="needs a Unix system with bash"
)


@pytest.fixture
def machine(tmp_path):
    """A folder to be the whole PATH: what .ci/run may expect, and the two recorders."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "sh", "dirname", "env", "git"):
        (tools / tool).symlink_to(shutil.which(tool))
    (tools / "python3").symlink_to(sys.executable)
    record(tools, "id", "#!/bin/sh\necho 0\n")
    record(tools, "apt-get", RECORDER.format(name="apt"))
    record(tools, "make", RECORDER.format(name="make"))
    return tools


def record(tools: Path, name: str, script: str) -> None:
    (tools / name).write_text(script, encoding="utf-8")
    (tools / name).chmod(0o755)


def run(tools: Path, **settings: str) -> tuple[int, list[str]]:
    calls = tools.parent / "calls"
    done = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run")],
        env={"PATH": str(tools), "CALLS": str(calls)} | settings,
        input="somebody types\n",
        text=True,
        timeout=60,
    )
    return done.returncode, calls.read_text(encoding="utf-8").splitlines()


def test_missing_chromium_is_installed_before_the_tests(machine):
    code, calls = run(machine)
    assert code == 0
    update, install, make = calls
    assert update.startswith("apt -qq update")
    assert install.startswith("apt -qq install -y")
    assert " chromium " in install
    assert make == "make test browser=1"


def test_nothing_is_installed_where_all_is_there(machine):
    record(machine, "chromium", "#!/bin/sh\n")
    assert run(machine) == (0, ["make test browser=1"])


def test_failed_tests_fail_the_run(machine):
    record(machine, "chromium", "#!/bin/sh\n")
    assert run(machine, make_CODE="2")[0] == 2


def test_failed_installation_fails_the_run(machine):
    code, calls = run(machine, apt_CODE="100")
    assert code != 0
    assert not [call for call in calls if call.startswith("make")]
