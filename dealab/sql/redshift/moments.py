"""Reading dates and times from text, as Redshift does: literals, TO_DATE, TO_TIMESTAMP, zones.

https://docs.aws.amazon.com/redshift/latest/dg/r_Date_and_time_literals.html
https://docs.aws.amazon.com/redshift/latest/dg/r_TO_DATE_function.html
https://docs.aws.amazon.com/redshift/latest/dg/CONVERT_TIMEZONE.html (read 2026-11-23)
"""

import datetime
import re

from dealab.sql import patterns

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")

#: hours from UTC of the abbreviations that mean the same all year
ABBREVIATIONS = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2,
    "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "ist": 5.5, "pkt": 5, "hkt": 8,
    "sgt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13,
}  # fmt: skip


def fixed_offset(zone: str) -> int | None:
    """Return the seconds east of UTC of 'PST' or 'EST+3', None for a zone of the tz database.

    A number is POSIX's: it counts west, and the name before it means nothing.
    """
    low = zone.strip().lower()
    posix = re.fullmatch(r"<?[a-z+-]*?>?\s*([+-])?(\d{1,2})(?::(\d\d))?", low)
    if posix and (posix[1] or not low[0].isalpha()):
        seconds = int(posix[2]) * 3600 + int(posix[3] or 0) * 60
        return seconds if posix[1] == "-" else -seconds
    if low in ABBREVIATIONS:
        return int(ABBREVIATIONS[low] * 3600)
    return None


_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d*)?))?\s*(am|pm)?", re.IGNORECASE)
_SPLIT = re.compile(r"[\s,/.-]+")


def read_moment(written: str) -> str | None:
    """Return a date or timestamp literal as ISO text, or None if it is none. Order: month first."""
    rest, clock, shift = written.strip().lower(), (0, 0, 0.0), 0
    zone = re.search(r"(?<=\d)\s*([+-]\d\d(?::?\d\d)?)$", rest)
    found = _CLOCK.search(rest)
    if found:
        if zone and zone.start() >= found.end() - 1:
            sign = -1 if zone[1][0] == "-" else 1
            digits = zone[1][1:].replace(":", "")
            shift = sign * (int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60)
            rest = rest[: zone.start()]
            found = _CLOCK.search(rest)
        hour = int(found[1])
        if found[4]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
        clock = (hour, int(found[2]), float(found[3] or 0))
        head = re.sub(r"(?<=\d)t$", "", rest[: found.start()])  # 2008-02-15T10:00
        rest = f"{head} {rest[found.end() :]}".strip()
    words = [word for word in _SPLIT.split(rest) if word]
    packed = len(words) == 2 and words[0].isdigit() and len(words[0]) == 8 and not found
    if packed and re.fullmatch(r"\d{6}", words[1]):  # 20080215 081513
        clock = (int(words[1][:2]), int(words[1][2:4]), float(words[1][4:]))
        words.pop()
    if words and words[-1] in ABBREVIATIONS and len(words) > 1:
        shift = int(ABBREVIATIONS[words.pop()] * 3600)
    words = [word for word in words if word[:3] not in DAYS or word[:3] in MONTHS]
    day = _day(words)
    if day is None:
        return None
    try:
        moment = datetime.datetime(*day) + datetime.timedelta(
            hours=clock[0], minutes=clock[1], seconds=clock[2] - shift
        )
    except (ValueError, OverflowError):
        return None
    if clock[0] > 24 or clock[1] > 59 or clock[2] >= 60:
        return None
    return moment.isoformat(sep=" ")


def _day(words: list[str]) -> tuple[int, int, int] | None:
    if len(words) == 1 and words[0].isdigit():
        digits = words[0]
        if len(digits) == 8:
            return int(digits[:4]), int(digits[4:6]), int(digits[6:])
        if len(digits) == 6:
            return _year(digits[:2]), int(digits[2:4]), int(digits[4:])
        return None
    named = [at for at, word in enumerate(words) if word[:3] in MONTHS and not word.isdigit()]
    if len(words) == 2 and words[0].isdigit() and len(words[0]) == 4 and len(words[1]) == 3:
        if not words[1].isdigit():
            return None
        start = datetime.date(int(words[0]), 1, 1) + datetime.timedelta(int(words[1]) - 1)
        return start.year, start.month, start.day
    if len(words) != 3:
        return None
    if named:
        month = MONTHS.index(words[named[0]][:3]) + 1
        one, two = (word for at, word in enumerate(words) if at != named[0])
        if not (one.isdigit() and two.isdigit()):
            return None
        if len(one) == 4 or (named[0] == 1 and int(one) > 31):
            return _year(one), month, int(two)
        return _year(two), month, int(one)
    if not all(word.isdigit() for word in words):
        return None
    if len(words[0]) >= 3:
        return int(words[0]), int(words[1]), int(words[2])
    return _year(words[2]), int(words[0]), int(words[1])


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 70 else 1900)


_TOKENS = (
    "MONTH", "HH24", "HH12", "YYYY", "IYYY", "A.M.", "P.M.", "Y,YYY", "MON", "DAY", "DDD", "YYY",
    "IYY", "AM", "PM", "CC", "DD", "DY", "FM", "HH", "IW", "ID", "IY", "MI", "MM", "MS", "OF",
    "SS", "TZ", "US", "WW", "YY", "D", "I", "J", "Q", "W", "Y",
)  # fmt: skip
_WIDTHS = {
    "YYYY": 4, "YYY": 3, "YY": 2, "Y": 1, "MM": 2, "DD": 2, "DDD": 3, "HH24": 2, "HH12": 2, "HH": 2,
    "MI": 2, "SS": 2, "MS": 3, "US": 6, "D": 1, "Q": 1, "J": 7,
}  # fmt: skip
UNREAD = {"IYYY", "IYY", "IY", "I", "IW", "ID", "WW", "W", "CC", "Y,YYY", "OF", "TZ"}


def tokens(pattern: str) -> list[str]:
    """Split a datetime format into its marks; what is no mark stands for itself."""
    found, at = [], 0
    while at < len(pattern):
        if pattern[at] == '"':
            end = pattern.find('"', at + 1)
            end = len(pattern) if end < 0 else end
            found.extend("\0" * (end - at - 1))
            at = end + 1
            continue
        for token in _TOKENS:
            if pattern[at : at + len(token)].upper() == token:
                found.append(token)
                at += len(token)
                break
        else:
            found.append(pattern[at])
            at += 1
    return found


def from_char(written: str, pattern: str, strict: bool) -> str:
    """Read text by a format. Days and hours past their end run over, unless ``strict``.

    Returns ISO text. Raises ValueError for text that does not fit the format.
    """
    text, at, parts, late = written.strip(), 0, {}, None
    for token in tokens(pattern):
        if token == "FM":
            continue
        if len(token) == 1 and token not in _WIDTHS:
            at += at < len(text) and not (text[at].isalnum() and token.isspace())
            continue
        while at < len(text) and text[at] == " ":
            at += 1
        if token in ("MONTH", "MON"):
            name = re.match(r"[A-Za-z]+", text[at:])
            low = name[0].lower() if name else ""
            if low[:3] not in MONTHS:
                raise ValueError(f"lab_moment {written}")
            parts["MM"] = MONTHS.index(low[:3]) + 1
            at += len(low) if token == "MONTH" else 3
        elif token in ("DAY", "DY"):
            name = re.match(r"[A-Za-z]+", text[at:])
            at += len(name[0]) if name else 0
        elif token in ("AM", "PM", "A.M.", "P.M."):
            mark = text[at : at + len(token)].lower().replace(".", "")
            late = mark == "pm" if mark in ("am", "pm") else late
            at += len(token)
        elif token in _WIDTHS:
            digits = re.match(rf"\d{{1,{_WIDTHS[token]}}}", text[at:])
            if digits is None:
                if at >= len(text):
                    break
                raise ValueError(f"lab_moment {written}")
            parts[token] = int(digits[0])
            if token in ("MS", "US"):
                parts[token] = int(digits[0].ljust(_WIDTHS[token], "0"))
            at += len(digits[0])
    return _assembled(parts, late, strict, written)


def _assembled(parts: dict, late: bool | None, strict: bool, written: str) -> str:
    year = parts.get("YYYY", 1)
    if "YYYY" not in parts:
        for token, base in (("YYY", 2000), ("YY", None), ("Y", 2000)):
            if token in parts:
                short = parts[token]
                year = short + (base if base else 2000 if short < 70 else 1900)
    month, day = parts.get("MM", 1), parts.get("DD", 1)
    hour = parts.get("HH24", parts.get("HH12", parts.get("HH", 0)))
    if late is not None and "HH24" not in parts:
        hour = hour % 12 + (12 if late else 0)
    minute, second = parts.get("MI", 0), parts.get("SS", 0)
    bad = month < 1 or month > 12 or day < 1 or day > 31 or hour > 24 or minute > 59 or second > 59
    try:
        if "DDD" in parts:
            start = datetime.datetime(year, 1, 1) + datetime.timedelta(parts["DDD"] - 1)
        elif "J" in parts:
            start = datetime.datetime(2000, 1, 1) + datetime.timedelta(parts["J"] - 2451545)
        else:
            start = datetime.datetime(year, month, 1) + datetime.timedelta(day - 1)
            bad = bad or (strict and start.month != month)
    except (ValueError, OverflowError):
        bad, start = True, None
    if strict and hour > 23:  # https://docs.aws.amazon.com/redshift/latest/dg/r_TO_TIMESTAMP.html
        raise ValueError(f"lab_range {hour}:{minute:02}:{second:02}.0")
    if bad:
        raise ValueError(f"lab_range {written}")
    micros = parts.get("MS", 0) * 1000 + parts.get("US", 0)
    moment = start + datetime.timedelta(
        hours=hour, minutes=minute, seconds=second, microseconds=micros
    )
    return moment.isoformat(sep=" ")


patterns.PYTHON.update(
    {
        "lab_py_moment": (read_moment, ["VARCHAR"], "VARCHAR"),
        "lab_py_from_char": (from_char, ["VARCHAR", "VARCHAR", "BOOLEAN"], "VARCHAR"),
    }
)
