"""Where things are: the course's files and the learner's own folder.

In a checkout the course's files stand beside the package. In an installed wheel they travel inside
it (``dealab/_course``), because a classroom's machine has the package and a released notebook only.
"""

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def course() -> Path:
    """Return the folder that holds ``content/`` and ``datasets/``."""
    bundled = _PACKAGE / "_course"
    return bundled if bundled.is_dir() else _PACKAGE.parent


def content() -> Path:
    return course() / "content"


def datasets() -> Path:
    return course() / "datasets"


def home() -> Path:
    """Return the learner's own folder (progress and settings); ``DEALAB_HOME`` overrides it."""
    chosen = os.environ.get("DEALAB_HOME")
    return Path(chosen) if chosen else platformdirs.user_data_path("dealab", appauthor=False)
