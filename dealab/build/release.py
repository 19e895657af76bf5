"""Instructor version to student version, by nbgrader itself.

``nbgrader generate_assignment`` with the course's nbgrader_config.py gives the same bytes (tested);
here it runs in a folder of its own and without a gradebook, so that a build never touches an
instructor's.
"""

import logging
import tempfile
from pathlib import Path

from dealab import paths


def build(sources: dict[str, str]) -> dict[str, str]:
    """Return the released notebooks of ``sources``; keys are "<assignment>/<notebook>.ipynb".

    Raises ContentError where nbgrader refuses a notebook, with nbgrader's own words.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    from dealab.build.myst import ContentError

    config = PyFileConfigLoader("nbgrader_config.py", path=str(paths.course())).load_config()
    released = {}
    with tempfile.TemporaryDirectory(prefix="dealab-release-") as folder:
        root = Path(folder)
        config.CourseDirectory.root = folder
        config.GenerateAssignment.no_database = True
        config.GenerateAssignment.preprocessors = [
            one for one in config.GenerateAssignment.preprocessors if not one.endswith("SaveCells")
        ]
        for file, text in sources.items():
            _write(root / "source" / file, text)
        log, said = _log()
        for name in sorted({file.split("/")[0] for file in sources}):
            config.CourseDirectory.assignment_id = name
            course = CourseDirectory(config=config, log=log)
            converter = GenerateAssignment(coursedir=course, config=config, log=log)
            converter.force = True
            try:
                converter.start()
            except NbGraderException:
                words = "\n".join(said)
                raise ContentError(f"nbgrader refuses assignment {name}:\n{words}") from None
        for file in sorted((root / "release").rglob("*.ipynb")):
            key = file.relative_to(root / "release").as_posix()
            released[key] = file.read_text(encoding="utf-8")
    return released


def _log() -> tuple[logging.Logger, list[str]]:
    """Return a logger of one build's own, and the list that its errors are kept in."""
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())
    log = logging.Logger("dealab.release")
    log.addHandler(handler)
    return log, said


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
