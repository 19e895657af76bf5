"""Interview questions, answered as one would say it: ``content/interview``.

``topics.yaml`` lists what has to be answered; every other file holds the answers of one service::

    title: Amazon S3
    answers:
    - id: amazon-s3-3
      question: How durable and how available is S3?
      short: What to say in half a minute.
      deeper: What to add if they want more.
      follow_up: {question: What they ask next., answer: And what to say.}
      avoid:
      - {say: A sentence that costs points., because: What is wrong with it.}
      skills: ['2.1.1']
      sections: [choose-a-store]

Texts are Markdown and may link facts (``[11 nines](fact:id)``).
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from dealab import paths, records

_FIELDS = {
    "id": str,
    "question": str,
    "short": str,
    "deeper": str,
    "follow_up": dict,
    "avoid": list,
    "skills": list,
    "sections": list,
}


class InterviewError(ValueError):
    """A file of ``content/interview`` is malformed; the message names file and id."""


@dataclass(frozen=True)
class Answer:
    """One question and what to say. ``avoid`` holds pairs: what not to say, and why."""

    id: str
    question: str
    short: str
    deeper: str
    follow_up: tuple[str, str]
    avoid: tuple[tuple[str, str], ...]
    skills: tuple[str, ...]
    sections: tuple[str, ...]
    file: str
    title: str


@dataclass(frozen=True)
class Topics:
    """The ids that must have an answer: of questions, and of tools (``tool-amazon-s3``)."""

    questions: tuple[str, ...]
    tools: tuple[str, ...]


def folder(content: Path | None = None) -> Path:
    return (content or paths.content()) / "interview"


def topics(content: Path | None = None) -> Topics:
    """Return what has to be answered."""
    file = folder(content) / "topics.yaml"
    data = yaml.safe_load(file.read_text("utf-8"))
    if wrong := records.problem(data, {"questions": dict, "tools": list}):
        raise InterviewError(f"{file.name}: {wrong}")
    counted = [
        f"{name}-{number}"
        for name, count in data["questions"].items()
        for number in range(1, count + 1)
    ]
    tools = [re.sub(r"[^a-z0-9]+", "-", f"tool {name}".lower()) for name in data["tools"]]
    return Topics(tuple(counted), tuple(tools))


def load(content: Path | None = None) -> dict[str, Answer]:
    """Return all answers by id, in the order of files and of the answers in them.

    Raises InterviewError for a missing or unknown field and for an id that stands twice.
    """
    found: dict[str, Answer] = {}
    for file in sorted(folder(content).glob("*.yaml")):
        if file.name == "topics.yaml":
            continue
        data = yaml.safe_load(file.read_text("utf-8"))
        if wrong := records.problem(data, {"title": str, "answers": list}):
            raise InterviewError(f"{file.name}: {wrong}")
        for entry in data["answers"]:
            answer = _answer(entry, file.name, data["title"])
            if answer.id in found:
                raise InterviewError(
                    f"{file.name}: {answer.id}: also in {found[answer.id].file}; an id stands once"
                )
            found[answer.id] = answer
    return found


def _answer(entry: dict, file: str, title: str) -> Answer:
    where = f"{file}: {entry.get('id', entry) if isinstance(entry, dict) else entry}"
    wrong = records.problem(entry, _FIELDS)
    wrong = wrong or records.problem(entry["follow_up"], {"question": str, "answer": str})
    for pair in entry["avoid"] if not wrong else ():
        wrong = wrong or records.problem(pair, {"say": str, "because": str})
    for name in ("avoid", "skills", "sections"):
        wrong = wrong or (None if entry[name] else f"{name} is empty")
    if wrong:
        raise InterviewError(f"{where}: {wrong}")
    return Answer(
        **entry
        | {
            "follow_up": (entry["follow_up"]["question"], entry["follow_up"]["answer"]),
            "avoid": tuple((pair["say"], pair["because"]) for pair in entry["avoid"]),
            "skills": tuple(entry["skills"]),
            "sections": tuple(entry["sections"]),
        },
        file=file,
        title=title,
    )
