"""Checks a tree against its own datapackage.json."""

import json
from pathlib import Path

from dealab.datasets.datapackage import checksum
from dealab.datasets.tables import BUCKETS


def verify(folder) -> list[str]:
    """Return what is wrong with a folder of datasets, one sentence with a file name each.

    Found are a missing or changed file, and one that no resource lists. Reads every byte.
    """
    folder = Path(folder)
    package = folder / "datapackage.json"
    if not package.is_file():
        return [
            f"{package} is missing: the datasets were never written, or the run was interrupted"
        ]
    try:
        resources = json.loads(package.read_text(encoding="utf-8"))["resources"]
        listed = {entry["path"]: entry for resource in resources for entry in resource["files"]}
        problems = [problem for entry in listed.values() if (problem := _check(folder, entry))]
    except (ValueError, KeyError, TypeError) as error:
        return [f"{package} cannot be read: {type(error).__name__}: {error}"]
    if not (folder / "catalog.json").is_file():
        problems.append("catalog.json is missing")
    for bucket in BUCKETS:
        for path in sorted((folder / bucket).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and name not in listed:
                problems.append(f"{name} is not listed in datapackage.json")
    return problems


def _check(folder: Path, entry: dict) -> str | None:
    path = folder / entry["path"]
    if not path.is_file():
        return f"{entry['path']} is missing"
    size = path.stat().st_size
    if size != entry["bytes"]:
        return f"{entry['path']} has {size} bytes instead of {entry['bytes']}"
    if f"sha256:{checksum(path)}" != entry["hash"]:
        return f"{entry['path']} was changed: its SHA-256 differs from datapackage.json"
    return None
