"""Small other universes for hidden tests, made once and kept in the temporary folder."""

import getpass
import hashlib
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from dealab import __version__
from dealab.datasets.tables import TABLES


def variant(seed: int, scale: float = 0.05, tables=None) -> Path:
    """Return a folder with another universe: the same tables and kinds of dirt, other rows.

    The first call makes it (about a second at the default scale, less when only some ``tables`` are
    asked for), later ones find it again, in any process, until the package changes. A folder is
    renamed into place only when complete, so several processes may ask at once.
    """
    wanted = tuple(TABLES) if tables is None else tuple(sorted(set(tables)))
    key = json.dumps([seed, float(scale), wanted, __version__, _fingerprint()])
    place = _cache() / f"{seed}-{scale}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    if _complete(place):
        return place
    from dealab.datasets.generator import generate

    work = Path(tempfile.mkdtemp(prefix="making-", dir=place.parent))
    try:
        generate(work, scale=scale, seed=seed, tables=wanted)
        _put(work, place)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return place


def _put(work: Path, place: Path) -> None:
    """Rename a finished folder into place, unless another process was faster."""
    for _ in range(3):
        try:
            os.replace(work, place)
            return
        except OSError:  # the place is taken
            if _complete(place):
                return
            # What is left of a folder that a cleaner of temporary files went through.
            shutil.rmtree(place, ignore_errors=True)
    raise OSError(f"cannot put the datasets into {place}; delete that folder and try again")


def _cache() -> Path:
    """Return the folder of the user's variants."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "user"
    folder = Path(tempfile.gettempdir()) / f"dealab-datasets-{user}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        return _private(folder.parent)
    return folder


@cache
def _private(parent: Path) -> Path:
    """Return a folder for this process alone, because somebody else made the one of our name."""
    return Path(tempfile.mkdtemp(prefix="dealab-datasets-", dir=parent))


@cache
def _fingerprint() -> str:
    """Return a hash of the generator's source and of the libraries that decide about the bytes."""
    import numpy
    import pyarrow

    digest = hashlib.sha256(f"{numpy.__version__} {pyarrow.__version__}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _complete(place: Path) -> bool:
    """Return whether every file of a variant is there with its size (checksums take longer)."""
    try:
        package = json.loads((place / "datapackage.json").read_text(encoding="utf-8"))
        return all(
            (place / entry["path"]).stat().st_size == entry["bytes"]
            for resource in package["resources"]
            for entry in resource["files"]
        )
    except (OSError, ValueError, KeyError):
        return False
