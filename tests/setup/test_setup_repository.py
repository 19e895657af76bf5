"""What people read first is true, and nothing of one machine is in the repository."""

import re
import subprocess
from pathlib import Path

import pytest

from dealab.cli import main

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md"]
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
# In pieces, so that this file is not its own finding.
PRIVATE = [
    re.compile(r"(?<![\w.])/(root|work)" + "/"),
    re.compile("pypi" + r"\.org|python" + r"hosted|registry\.npm" + "js|anaconda" + r"\.org"),
]


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def links(page: str) -> list[re.Match]:
    """Return the links of a page, without those that only show how a link is written."""
    prose = re.sub(r"(?s:```.*?```)|`[^`\n]+`|^ {4}.*$", "", read(page), flags=re.M)
    return list(LINK.finditer(prose))


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    found = []
    for file in tracked():
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            if any(pattern.search(line) for pattern in PRIVATE):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_text_files_end_lines_with_line_feeds_only():
    """Would a file with Windows line ends pass as changed on every other system?"""
    data = ROOT / "datasets"
    kinds = {".py", ".md", ".yaml", ".yml", ".toml", ".ipynb", ".js", ".css"}
    files = [file for file in tracked() if file.suffix in kinds and data not in file.parents]
    assert [str(file) for file in files if b"\r\n" in file.read_bytes()] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_that_exist(page):
    targets = [match["target"] for match in links(page)]
    local = [target.split("#")[0] for target in targets if "://" not in target]
    assert local
    assert [target for target in local if target and not (ROOT / target).exists()] == []


def test_pictures_of_the_readme_say_what_they_show_and_load_fast():
    shown = [one for one in links("README.md") if one["image"] and "://" not in one["target"]]
    assert shown
    assert all(len(match["text"]) > 20 for match in shown)
    assert all((ROOT / match["target"]).stat().st_size < 300_000 for match in shown)


@pytest.mark.parametrize("page", PAGES)
def test_commands_on_the_page_exist(page):
    """Is every `make x` a target of the Makefile and every `dealab x` a command?"""
    spans = re.findall(r"`([^`\n]+)`", read(page))
    blocks = re.findall(r"^```\w*\n(.*?)^```", read(page), re.M | re.S)
    code = "\n".join(spans + blocks)
    targets = set(re.findall(r"^\.PHONY: (\S+)$", read("Makefile"), re.M))
    named = set(re.findall(r"\bmake ([a-z-]+)", code))
    assert named
    assert named <= targets
    assert set(re.findall(r"(?<!=)\bdealab ([a-z][a-z-]+)", code)) <= set(main.commands)
