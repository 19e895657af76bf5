"""Patterns of dates: MySQL's (date_format, date_parse), Joda's (format_datetime, parse_datetime).

What DuckDB's strftime and strptime can do runs there; the rest runs here, value by value.
https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
"""

import datetime
import re
from functools import lru_cache

from dealab.sql.athena.udfs import bad, register

#: MySQL's marks as strftime's; None: Trino refuses the mark
MYSQL = {
    "a": "%a", "b": "%b", "c": "%-m", "d": "%d", "e": "%-d", "f": "%f", "H": "%H", "h": "%I",
    "I": "%I", "i": "%M", "j": "%j", "k": "%-H", "l": "%-I", "M": "%B", "m": "%m", "p": "%p",
    "r": "%I:%M:%S %p", "S": "%S", "s": "%S", "T": "%H:%M:%S", "v": "%V", "W": "%A", "x": "%G",
    "Y": "%Y", "y": "%y", "%": "%%",
    "D": None, "U": None, "u": None, "V": None, "w": None, "X": None,
}  # fmt: skip
_MYSQL_JODA = {
    "a": "EEE", "b": "MMM", "c": "M", "d": "dd", "e": "d", "f": "SSSSSS", "H": "HH", "h": "hh",
    "I": "hh", "i": "mm", "j": "DDD", "k": "H", "l": "h", "M": "MMMM", "m": "MM", "p": "a",
    "r": "hh:mm:ss a", "S": "ss", "s": "ss", "T": "HH:mm:ss", "v": "ww", "W": "EEEE", "x": "xxxx",
    "Y": "yyyy", "y": "yy",
}  # fmt: skip
#: runs of Joda's letters as strftime's marks
JODA = {
    "yyyy": "%Y", "yyy": "%Y", "yy": "%y", "YYYY": "%Y", "xxxx": "%G", "MMMM": "%B", "MMM": "%b",
    "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d", "DDD": "%j", "D": "%-j", "EEEE": "%A",
    "EEE": "%a", "EE": "%a", "E": "%a", "e": "%u", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I",
    "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S", "SSS": "%g", "a": "%p", "ww": "%V",
}  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def mysql_marks(pattern: str) -> list[tuple[str, str]]:
    """Split a MySQL pattern into (mark, "") and ("", literal text). Raises ValueError."""
    if not pattern:
        raise ValueError("Both printing and parsing not supported")
    marks, at = [], 0
    while at < len(pattern):
        if pattern[at] != "%":
            marks.append(("", pattern[at]))
            at += 1
            continue
        letter = pattern[at + 1 : at + 2]
        if not letter:
            raise ValueError("Invalid pattern: ends with %")
        if letter in MYSQL and MYSQL[letter] is None:
            raise ValueError(f"%{letter} not currently supported in date format string")
        marks.append((letter, "") if letter in MYSQL and letter != "%" else ("", letter))
        at += 2
    return marks


def joda_marks(pattern: str) -> list[tuple[str, str]]:
    """Split a Joda pattern into (run of letters, "") and ("", literal text). Raises ValueError."""
    if not pattern:
        raise ValueError("Invalid pattern specification")
    marks, at = [], 0
    while at < len(pattern):
        mark = pattern[at]
        if mark == "'":
            end = pattern.find("'", at + 1)
            if end == at + 1:
                marks.append(("", "'"))
                at += 2
                continue
            if end < 0:
                end = len(pattern)
            marks.append(("", pattern[at + 1 : end]))
            at = end + 1
            if pattern[at : at + 1] == "'":
                marks.append(("", "'"))
        elif mark.isascii() and mark.isalpha():
            run = re.match(f"{mark}+", pattern[at:])[0]
            if mark not in "GCYxwWeEyDMdaKhHkmsSzZ" or mark == "W":
                raise ValueError(f"Illegal pattern component: {run}")
            marks.append((run, ""))
            at += len(run)
        else:
            marks.append(("", mark))
            at += 1
    return marks


@lru_cache(maxsize=128)
def _as_joda(pattern: str) -> list[tuple[str, str]]:
    found = []
    for mark, plain in mysql_marks(pattern):
        found += joda_marks(_MYSQL_JODA[mark]) if mark else [("", plain)]
    return found


@lru_cache(maxsize=128)
def _joda(pattern: str) -> list[tuple[str, str]]:
    return joda_marks(pattern)


def strftime(marks, table) -> str | None:
    """Return DuckDB's format of a pattern, or None where Python has to write it."""
    out = ""
    for mark, plain in marks:
        if mark and mark not in table:
            return None
        out += table[mark] if mark else plain.replace("%", "%%")
    return out


# --- writing --------------------------------------------------------------------------


def _written(marks, moment, zone: str, offset: int) -> str:
    return "".join(_part(mark, moment, zone, offset) if mark else plain for mark, plain in marks)


def _part(run: str, moment, zone: str, offset: int) -> str:
    letter, width = run[0], len(run)
    year, week, weekday = moment.isocalendar()
    number = {
        "C": moment.year // 100, "Y": moment.year, "y": moment.year, "x": year, "w": week,
        "e": weekday, "D": moment.timetuple().tm_yday, "d": moment.day, "H": moment.hour,
        "k": moment.hour or 24, "K": moment.hour % 12, "h": moment.hour % 12 or 12,
        "m": moment.minute, "s": moment.second, "M": moment.month,
    }.get(letter)  # fmt: skip
    match letter:
        case "G":
            return "AD"
        case "y" | "Y" | "x" if width == 2:
            return f"{number % 100:02d}"
        case "M" if width > 2:
            return MONTHS[number - 1] if width > 3 else MONTHS[number - 1][:3]
        case "E":
            return DAYS[weekday - 1] if width > 3 else DAYS[weekday - 1][:3]
        case "a":
            return "AM" if moment.hour < 12 else "PM"
        case "S":
            return f"{moment.microsecond // 1000:03d}".ljust(width, "0")[:width]
        case "z" | "Z":
            return _zone(run, zone, offset, moment)
    return f"{number:0{width}d}"


def _zone(run: str, zone: str, offset: int, moment) -> str:
    sign, away = ("-" if offset < 0 else "+"), abs(offset)
    shown = f"{sign}{away // 60:02d}:{away % 60:02d}"
    if run[0] == "Z":
        return shown.replace(":", "") if len(run) == 1 else shown if len(run) == 2 else zone
    if zone == "UTC":
        return "UTC" if len(run) < 4 else "Coordinated Universal Time"
    if zone[0] in "+-":
        return zone
    import zoneinfo

    return moment.replace(tzinfo=zoneinfo.ZoneInfo(zone)).tzname() or zone


# --- reading --------------------------------------------------------------------------


def _read(marks, value: str, shown: str):
    """Return (moment, offset in minutes or None, zone) of a text. Raises the service's error."""
    found, at = {}, 0

    def malformed():
        rest = value[at:]
        tail = f' is malformed at "{rest}"' if 0 < at < len(value) else ""
        if at >= len(value) > 0:
            tail = " is too short"
        bad(f'Invalid format: "{value}"{tail}')

    for place, (run, plain) in enumerate(marks):
        if not run:
            if value[at : at + len(plain)].lower() != plain.lower():
                malformed()
            at += len(plain)
            continue
        follower = marks[place + 1][0] if place + 1 < len(marks) else ""
        taken = _taken(run, value[at:], follower)
        if taken is None:
            malformed()
        length, part = taken
        found[run[0]] = part
        at += length
    if at < len(value):
        malformed()
    return _moment(found, value)


def _taken(run: str, rest: str, follower: str):
    """Return (length, value) of what a run of letters reads, or None."""
    letter, width = run[0], len(run)
    words = None
    if letter == "M" and width > 2:
        words = [(n, at) for at, name in enumerate(MONTHS, 1) for n in (name, name[:3])]
    elif letter == "E":
        words = [(n, at) for at, name in enumerate(DAYS, 1) for n in (name, name[:3])]
    elif letter == "a":
        words = [("AM", 0), ("PM", 12)]
    elif letter == "G":
        words = [("AD", 1), ("BC", 0)]
    if words is not None:
        for word, number in sorted(words, key=lambda pair: -len(pair[0])):
            if rest[: len(word)].lower() == word.lower():
                return len(word), number
        return None
    if letter in "zZ":
        offset = re.match(r"Z|[+-]\d{2}:?\d{2}", rest)
        if offset:
            return offset.end(), "UTC" if offset[0] == "Z" else offset[0]
        name = re.match(r"[A-Za-z][\w/+-]*", rest)
        return (name.end(), name[0]) if name else None
    packed = (
        bool(follower)
        and follower[0] not in "EaGzZ"
        and not (follower[0] == "M" and len(follower) > 2)
    )
    most = {"y": 9, "Y": 9, "x": 9, "S": max(width, 9), "D": 3}.get(letter, 2)
    if packed or (letter in "yYx" and width == 2):
        most = width
    signed = "[+-]?" if letter in "yYx" and not packed and width != 2 else ""
    digits = re.match(rf"{signed}\d{{1,{most}}}", rest)
    if not digits:
        return None
    if letter == "S":
        return digits.end(), float("0." + digits[0])
    number = int(digits[0])
    if letter in "yYx" and width == 2 and len(digits[0]) == 2:
        number += 2000 if number < 70 else 1900  # Trino's pivot is 2020: 1970 to 2069
    return digits.end(), number


def _moment(found: dict, value: str):
    year = found.get("y", found.get("Y"))
    dated = any(letter in found for letter in "MdDEe")
    if year is None:
        year = 2000 if dated else 1970
    hour = found.get("H", 0)
    if "k" in found:
        hour = found["k"] % 24
    if "h" in found or "K" in found:
        hour = (found["h"] % 12 if "h" in found else found["K"]) + found.get("a", 0)
    micro = int(found.get("S", 0) * 1_000_000)
    micro -= micro % 1000
    try:
        if "x" in found or "w" in found:
            day = found.get("e", found.get("E", 1))
            date = datetime.date.fromisocalendar(found.get("x", year), found.get("w", 1), day)
        elif "D" in found:
            date = datetime.date(year, 1, 1) + datetime.timedelta(days=found["D"] - 1)
            if date.year != year:
                raise ValueError("day of year")
        else:
            date = datetime.date(year, found.get("M", 1), found.get("d", 1))
        moment = datetime.datetime(
            date.year, date.month, date.day, hour, found.get("m", 0), found.get("s", 0), micro
        )
    except (ValueError, OverflowError):
        bad(f'Cannot parse "{value}": value is out of range')
    zone = found.get("Z", found.get("z"))
    if "E" in found and "d" in found and moment.isoweekday() != found["E"]:
        bad(f'Cannot parse "{value}": the day of the week does not fit')
    return moment, zone


def _known(reader, pattern: str):
    try:
        return reader(pattern)
    except ValueError as problem:
        bad(str(problem))


def _mysql_format(moment, pattern):
    return _written(_known(_as_joda, pattern), moment, "UTC", 0)


def _joda_format(moment, pattern, zone, offset):
    return _written(_known(_joda, pattern), moment, zone, offset)


def _mysql_parse(value, pattern):
    return _read(_known(_as_joda, pattern), value, pattern)[0]


def _joda_parse(value, pattern):
    """Return the moment in UTC."""
    moment, zone = _read(_known(_joda, pattern), value, pattern)
    if zone in (None, "UTC", "GMT"):
        return moment
    if zone[0] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        return moment - datetime.timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    import zoneinfo

    try:
        aware = moment.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        bad(f'Invalid format: "{value}"')
    return aware.astimezone(datetime.UTC).replace(tzinfo=None)


def _iso_date(value):
    """Read 2020-05-11, 2020-W10-3, 2020-W10, 2020-123, 2020-05 or 2020."""
    found = re.fullmatch(
        r"(\d{4})(?:-W(\d{1,2})(?:-(\d))?|-(\d{3})|-(\d{1,2})(?:-(\d{1,2}))?)?", value
    )
    try:
        if not found:
            raise ValueError(value)
        year, week, weekday, of_year, month, day = (int(p) if p else None for p in found.groups())
        if week is not None:
            return datetime.date.fromisocalendar(year, week, weekday or 1)
        if of_year is not None:
            return datetime.datetime.strptime(f"{year} {of_year}", "%Y %j").date()
        return datetime.date(year, month or 1, day or 1)
    except ValueError:
        bad(f'Invalid format: "{value}"')


_T, _M = "VARCHAR", "TIMESTAMP"
register(
    {
        "lab_py_mysql_format": (_mysql_format, [_M, _T], _T),
        "lab_py_mysql_parse": (_mysql_parse, [_T, _T], _M),
        "lab_py_joda_format": (_joda_format, [_M, _T, _T, "BIGINT"], _T),
        "lab_py_iso_date": (_iso_date, [_T], "DATE"),
        "lab_py_joda_parse": (_joda_parse, [_T, _T], _M),
    }
)
