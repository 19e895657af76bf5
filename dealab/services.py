"""What the exam asks of each service in scope: ``content/services``, one file per service.

The file's name is the service's name in ``guide.yaml`` as a slug (``amazon-athena.yaml``)::

    summary: What it is for, in a sentence or two.
    choose: [When it is the answer.]
    avoid: [{when: When it is not, instead: What is.}]
    asked: [A limit or a default that questions turn on.]
    cost: What the bill counts.
    security: What guards it.
    confused: [{with: Amazon Redshift, difference: How to tell them apart.}]
    changed: [What it was called, or when it closed.]        # where something changed
    skills: ['3.1.7']
    sections: [query-the-lake]                              # where the course does it
    not_here: Why no section does it.                       # only where sections is empty

Texts are Markdown and may link facts (``[5 USD](fact:id)``).
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from dealab import guide, paths, records

_REQUIRED = {
    "summary": str,
    "choose": list,
    "avoid": list,
    "asked": list,
    "cost": str,
    "security": str,
    "confused": list,
    "skills": list,
    "sections": list,
}
_OPTIONAL = {"changed": list, "not_here": str}


class ServiceError(ValueError):
    """A file of ``content/services`` is malformed; the message names it."""


@dataclass(frozen=True)
class Page:
    """A service's page. ``avoid`` and ``confused`` hold pairs, in the order of the file."""

    slug: str
    service: guide.Service
    summary: str
    choose: tuple[str, ...]
    avoid: tuple[tuple[str, str], ...]
    asked: tuple[str, ...]
    cost: str
    security: str
    confused: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]
    skills: tuple[str, ...]
    sections: tuple[str, ...]
    not_here: str


def slug(name: str) -> str:
    """Return the name of a service's file: ``Amazon S3`` gives ``amazon-s3``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def load(content: Path | None = None) -> dict[str, Page]:
    """Return the pages by slug, in the order of the guide's list of services.

    Raises ServiceError for a file that no service of the guide has, a missing or unknown field, and
    a page that names neither a section nor why there is none.
    """
    content = content or paths.content()
    if not (content / "services").exists():
        return {}
    known = {slug(one.name): one for one in guide.load(content / "guide.yaml").services}
    files = {file.stem: file for file in sorted((content / "services").glob("*.yaml"))}
    for name in files:
        if name not in known:
            raise ServiceError(f"{name}.yaml: no service of guide.yaml has this name")
    return {name: _page(name, known[name], files[name]) for name in known if name in files}


def _page(name: str, service: guide.Service, file: Path) -> Page:
    data = yaml.safe_load(file.read_text("utf-8"))
    wrong = records.problem(data, _REQUIRED, _OPTIONAL)
    for part, keys in (("avoid", ("when", "instead")), ("confused", ("with", "difference"))):
        for pair in () if wrong else data[part]:
            wrong = wrong or records.problem(pair, dict.fromkeys(keys, str))
    for part in () if wrong else ("choose", "avoid", "asked", "confused", "skills"):
        wrong = wrong or (None if data[part] else f"{part} is empty")
    if not wrong and bool(data["sections"]) == bool(data.get("not_here")):
        wrong = "needs sections, or not_here with the reason why there are none"
    if wrong:
        raise ServiceError(f"{file.name}: {wrong}")
    return Page(
        slug=name,
        service=service,
        summary=data["summary"],
        choose=tuple(data["choose"]),
        avoid=tuple((pair["when"], pair["instead"]) for pair in data["avoid"]),
        asked=tuple(data["asked"]),
        cost=data["cost"],
        security=data["security"],
        confused=tuple((pair["with"], pair["difference"]) for pair in data["confused"]),
        changed=tuple(data.get("changed", ())),
        skills=tuple(data["skills"]),
        sections=tuple(data["sections"]),
        not_here=data.get("not_here", ""),
    )
