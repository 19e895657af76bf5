"""Patterns of Java's DateTimeFormatter, as partition projection and the SerDes use them.

https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
"""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from dealab.sql.errors import LabLimit

_PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|([^A-Za-z'])")
_MONTHS = [name.lower() for name in calendar.month_abbr]
_FULL_MONTHS = [name.lower() for name in calendar.month_name]
#: letter -> (part of a datetime, its rank: how fine it is)
_LETTERS = {
    "y": ("year", 0),
    "u": ("year", 0),
    "M": ("month", 1),
    "L": ("month", 1),
    "d": ("day", 2),
    "D": ("day of year", 2),
    "H": ("hour", 3),
    "k": ("hour", 3),
    "m": ("minute", 4),
    "s": ("second", 5),
    "S": ("fraction", 6),
}


@dataclass(frozen=True)
class Layout:
    """One pattern. ``shape`` is a regular expression without groups; ``finest`` is the letter of
    the smallest unit (``d`` for days)."""

    pattern: str
    shape: str
    parts: tuple
    finest: str

    def read(self, written: str) -> dt.datetime:
        """Return the moment of a text. Raises ValueError."""
        regex = "".join(
            re.escape(text) if letter is None else f"({shape})"
            for letter, text, shape in self.parts
        )
        found = re.fullmatch(regex, written)
        if found is None:
            raise ValueError(written)
        held = {"year": 1970, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
        fraction, day_of_year = 0, 0
        marks = [(letter, text) for letter, text, _ in self.parts if letter is not None]
        for (letter, run), value in zip(marks, found.groups(), strict=True):
            what = _LETTERS[letter][0]
            if what == "fraction":
                fraction = int(value.ljust(6, "0")[:6])
            elif what == "day of year":
                day_of_year = int(value)
            elif what == "month" and not value.isdigit():
                names = _MONTHS if len(run) == 3 else _FULL_MONTHS
                held["month"] = names.index(value.lower())
            elif what == "year" and len(run) == 2:
                held["year"] = 2000 + int(value)
            else:
                held[what] = int(value)
        moment = dt.datetime(**held, microsecond=fraction)
        return (
            moment.replace(month=1, day=1) + dt.timedelta(days=day_of_year - 1)
            if (day_of_year)
            else moment
        )

    def write(self, moment: dt.datetime) -> str:
        """Return a moment as text."""
        return "".join(
            text if letter is None else _written(letter, text, moment)
            for letter, text, _ in self.parts
        )


_STRPTIME = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m",
    "dd": "%d", "d": "%-d", "HH": "%H", "H": "%-H", "mm": "%M", "m": "%-M", "ss": "%S",
    "s": "%-S", "SSS": "%g", "SSSSSS": "%f", "DDD": "%j", "Z": "%z", "X": "%z", "XXX": "%z",
}  # fmt: skip


def strptime(pattern: str) -> str:
    """Return a pattern in the marks of DuckDB's strptime. Raises LabLimit."""
    made, at = "", 0
    while at < len(pattern):
        found = _PART.match(pattern, at)
        if found is None or (found[2] is not None and found[0] not in _STRPTIME):
            raise _unread(pattern)
        at = found.end()
        if found[2] is not None:
            made += _STRPTIME[found[0]]
        else:
            text = found[3] if found[3] is not None else found[1].replace("''", "'") or "'"
            made += text.replace("%", "%%")
    return made


@lru_cache(maxsize=64)
def layout(pattern: str) -> Layout:
    """Return the Layout of a pattern. Raises LabLimit for letters that the lab does not read."""
    parts, at = [], 0
    finest = ""
    while at < len(pattern):
        found = _PART.match(pattern, at)
        if found is None:
            raise _unread(pattern)
        at = found.end()
        if found[2] is None:
            text = found[3] if found[3] is not None else found[1].replace("''", "'") or "'"
            parts.append((None, text, ""))
            continue
        letter, run = found[2], found[0]
        if letter not in _LETTERS or (letter in "uy" and len(run) not in (1, 2, 4)):
            raise _unread(pattern)
        parts.append((letter, run, _shape(letter, run)))
        if not finest or _LETTERS[letter][1] > _LETTERS[finest][1]:
            finest = "d" if letter == "D" else "M" if letter == "L" else letter
    shape = "".join(re.escape(text) if letter is None else of for letter, text, of in parts)
    return Layout(pattern, shape, tuple(parts), finest)


def _unread(pattern: str) -> LabLimit:
    return LabLimit(
        f"the date pattern {pattern}", "Athena reads every pattern of Java's DateTimeFormatter."
    )


def _shape(letter: str, run: str) -> str:
    if letter in "ML" and len(run) >= 3:
        return r"[A-Za-z]+"
    if letter in "uy":
        return r"\d{2}" if len(run) == 2 else r"\d{4}"
    return rf"\d{{{len(run)}}}" if len(run) > 1 else r"\d{1,2}" if letter != "D" else r"\d{1,3}"


def _written(letter: str, run: str, moment: dt.datetime) -> str:
    what = _LETTERS[letter][0]
    if what == "fraction":
        return f"{moment.microsecond:06d}"[: len(run)].ljust(len(run), "0")
    if what == "month" and len(run) >= 3:
        return (
            calendar.month_abbr[moment.month]
            if len(run) == 3
            else (calendar.month_name[moment.month])
        )
    if what == "year":
        return f"{moment.year % 100:02d}" if len(run) == 2 else f"{moment.year:04d}"
    if what == "day of year":
        return f"{moment.timetuple().tm_yday:0{len(run)}d}"
    return f"{getattr(moment, what):0{len(run)}d}"


def clipped(moment: dt.datetime, year: int, month: int) -> dt.datetime:
    """Return the moment in another month; the day is cut to what that month has."""
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))
