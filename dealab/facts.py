"""Facts that can go out of date (limits, prices, defaults, names), each with source and date.

A lesson writes ``[1 MB per second](fact:kinesis-shard-write)``; the build turns that into a link to
the official page with the date of the check. The facts stand in ``content/facts/*.yaml``, one file
per service::

    kinesis-shard-write:
      fact: A shard takes up to 1 MB or 1,000 records per second of writes.
      source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
      checked: 2026-11-23
"""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from dealab import paths

LINK = re.compile(r"\]\(fact:([a-z0-9-]+)\)")


@dataclass(frozen=True)
class Fact:
    """One checked fact: ``fact`` in our own words, ``source`` its official page."""

    id: str
    fact: str
    source: str
    checked: datetime.date
    file: str

    def link(self) -> str:
        """Return the Markdown target of a link to the source, with the date as its title."""
        return f'({self.source} "{self.fact} (checked {self.checked})")'.replace("\n", " ")


class FactError(ValueError):
    """A fact is missing or malformed; the message names file and id."""


def load(folder: Path | None = None) -> dict[str, Fact]:
    """Return all facts by id. Raises FactError for a missing field, a bad date or a double id."""
    folder = folder or paths.content() / "facts"
    facts: dict[str, Fact] = {}
    for file in sorted(folder.glob("*.yaml")):
        for key, entry in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).items():
            where = f"{file.name}: {key}"
            if key in facts:
                raise FactError(f"{where}: also in {facts[key].file}; an id stands once")
            if not isinstance(entry, dict) or set(entry) != {"fact", "source", "checked"}:
                raise FactError(f"{where}: needs exactly fact, source and checked")
            if not str(entry["source"]).startswith("https://"):
                raise FactError(f"{where}: source must be an https:// address")
            if not isinstance(entry["checked"], datetime.date):
                raise FactError(f"{where}: checked must be a date such as 2026-11-23")
            text = " ".join(str(entry["fact"]).split())
            if '"' in text or "$" in text:
                raise FactError(
                    f"{where}: write the fact without double quotes and dollar signs (USD): it "
                    "becomes a link's title, where Markdown reads $ as mathematics"
                )
            facts[key] = Fact(key, text, entry["source"], entry["checked"], file.name)
    return facts


def resolve(markdown: str, facts: dict[str, Fact], where: str) -> str:
    """Replace every ``fact:`` link in ``markdown``; ``where`` names the place in a FactError."""

    def target(match: re.Match) -> str:
        fact = facts.get(match.group(1))
        if fact is None:
            raise FactError(f"{where}: no fact '{match.group(1)}' in content/facts")
        return "]" + fact.link()

    return LINK.sub(target, markdown)
