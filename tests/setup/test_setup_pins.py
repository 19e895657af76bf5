"""The requirements files: every package, one version, with hashes, on each Python and system."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
TEXT = "".join(
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("requirements.txt", "requirements-spark.txt")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macos": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}
# One pin: the requirement on its first line, then its hashes.
PIN = re.compile(
    r"(?P<requirement>[A-Za-z0-9][^\\\n]*)(?P<hashes>( \\\n {4}--hash=sha256:[0-9a-f]{64})+)"
)


def pins() -> list[Requirement]:
    return [Requirement(match["requirement"]) for match in PIN.finditer(TEXT)]


def wanted() -> list[Requirement]:
    lines = list(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        lines += extra
    return [Requirement(line) for line in lines]


def test_nothing_but_pins_with_hashes():
    """Is there no index address, no option and no unhashed line, which would all break or leak?"""
    rest = PIN.sub("", TEXT)
    assert [line for line in rest.splitlines() if line and not line.startswith("#")] == []
    assert "make pins" in TEXT.splitlines()[1]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_dependency_has_one_pin_that_fits(python, system):
    """Does each line of pyproject.toml find exactly one pinned version, in its range?"""
    machine = default_environment() | SYSTEMS[system]
    machine |= {"python_version": python, "python_full_version": f"{python}.9"}
    active: dict[str, list[str]] = {}
    for pin in pins():
        if pin.marker is None or pin.marker.evaluate(machine):
            (version,) = pin.specifier
            assert version.operator == "==", pin
            active.setdefault(canonicalize_name(pin.name), []).append(version.version)
    assert {name: found for name, found in active.items() if len(found) > 1} == {}
    for line in wanted():
        (version,) = active.get(canonicalize_name(line.name), ["missing"])
        assert version != "missing", f"{line.name} is not pinned: run 'make pins'"
        assert line.specifier.contains(version), f"{line} is pinned to {version}: run 'make pins'"


def test_installed_packages_agree_with_each_other():
    """Does no installed package ask for a version that another one rules out?"""
    done = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "check", "--python", sys.executable],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
