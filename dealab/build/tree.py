"""Write the derived folders, or compare them with what they should be."""

import shutil
from pathlib import Path

from dealab import paths, sections
from dealab.build import contents, exercises, lessons, pages, proved, reference, release, source

DERIVED = ("notebooks", "source", "release", "docs/reference")


def derive(root: Path | None = None) -> dict[str, bytes]:
    """Return every derived file of the checkout ``root``: its path below ``root``, its bytes."""
    content = (root or paths.course()) / "content"
    files: dict[str, bytes] = {}
    for name in lessons.names(content):
        files[f"notebooks/{name}.ipynb"] = lessons.build(name, content).encode()
    files[sections.FILE] = contents.build(content).encode()
    for page, text in pages.build(content).items():
        files[f"notebooks/{page}"] = text.encode()
    for image in sorted(lessons.images(content)):
        files[f"notebooks/{image}"] = (content / image).read_bytes()
    sources = {
        f"{one.name}/{one.notebook}.ipynb": source.build(one)
        for one in exercises.assignments(content)
    }
    files |= {f"source/{file}": text.encode() for file, text in sources.items()}
    files |= {f"release/{file}": text.encode() for file, text in release.build(sources).items()}
    for service in reference.SERVICES:
        files[f"docs/reference/{service}.md"] = reference.build(service).encode()
    files["docs/reference/local-aws.md"] = proved.build(content.parent).encode()
    return files


def build(root: Path | None = None) -> list[str]:
    """Make the derived folders hold exactly what ``content/`` says; return what changed."""
    root = root or paths.course()
    wanted = derive(root)
    changed = differences(root, wanted)
    for line in changed:
        file = root / line.split(": ")[0]
        if line.endswith("should not be there"):
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(wanted[line.split(": ")[0]])
    for name in DERIVED:
        _remove_empty(root / name)
    return changed


def differences(root: Path | None = None, wanted: dict[str, bytes] | None = None) -> list[str]:
    """Return a line "file: what is wrong" for each derived file that is not what it should be."""
    root = root or paths.course()
    wanted = derive(root) if wanted is None else wanted
    present = {
        file.relative_to(root).as_posix()
        for name in DERIVED
        for file in (root / name).rglob("*")
        if file.is_file() and ".ipynb_checkpoints" not in file.parts
    }
    lines = [f"{file}: should not be there" for file in present - set(wanted)]
    lines += [f"{file}: is missing" for file in set(wanted) - present]
    lines += [
        f"{file}: differs"
        for file in present & set(wanted)
        if (root / file).read_bytes() != wanted[file]
    ]
    return sorted(lines)


def _remove_empty(folder: Path) -> None:
    for inner in sorted(folder.glob("*/"), reverse=True):
        if inner.is_dir() and not any(inner.iterdir()):
            shutil.rmtree(inner)
