"""Functions of Logs Insights on single values.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
(not checked). A function of a missing value is missing, unless its purpose is to ask for it.
"""

import base64
import binascii
import datetime
import ipaddress
import json
import math
import re
import urllib.parse

from dealab.models.logs_insights.values import Timestamp, is_structure, number, printed, text

#: longest duration that a unit may carry: bin(300s) is run as bin(60s)
CAPS = {"ms": 1000, "s": 60, "m": 60, "h": 24}
_UNITS = {
    "ms": ("ms", "msec", "msecs", "millisecond", "milliseconds"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "mo": ("mo", "mos", "mon", "mons", "month", "months"),
    "q": ("q", "qs", "qtr", "qtrs", "quarter", "quarters"),
    "y": ("y", "yr", "yrs", "year", "years"),
}
UNIT = {word: unit for unit, words in _UNITS.items() for word in words}
_LENGTH = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def floor_time(moment, count: int, unit: str) -> Timestamp | None:
    """Round a time in ms down to ``count`` ``unit``; weeks begin on Monday."""
    moment = number(moment)
    if moment is None:
        return None
    count = max(1, min(count, CAPS.get(unit, count)))
    if unit in _LENGTH:
        return Timestamp(int(moment) // (count * _LENGTH[unit]) * (count * _LENGTH[unit]))
    if unit == "w":
        step, offset = count * 7 * _LENGTH["d"], 4 * _LENGTH["d"]  # 1970-01-05 was a Monday
        return Timestamp((int(moment) - offset) // step * step + offset)
    day = datetime.datetime.fromtimestamp(moment / 1000, datetime.UTC)
    months = count * {"mo": 1, "q": 3, "y": 12}[unit]
    since = (day.year * 12 + day.month - 1) // months * months
    start = datetime.datetime(since // 12, since % 12 + 1, 1, tzinfo=datetime.UTC)
    return Timestamp(int(start.timestamp() * 1000))


def ceil_time(moment, count: int, unit: str) -> Timestamp | None:
    floor = floor_time(moment, count, unit)
    if floor is None or floor == moment:
        return floor
    count = max(1, min(count, CAPS.get(unit, count)))
    if unit in _LENGTH or unit == "w":
        return Timestamp(floor + count * _LENGTH.get(unit, 7 * _LENGTH["d"]))
    longest = {"mo": 31, "q": 92, "y": 366}[unit]
    return floor_time(floor + count * longest * _LENGTH["d"], count, unit)


def _numeric(function):
    def call(*args):
        values = [number(value) for value in args]
        if None in values:
            return None
        try:
            return function(*values)
        except (ValueError, OverflowError, ZeroDivisionError):
            return None

    return call


def _string(function):
    def call(*args):
        values = [text(value) for value in args]
        return None if None in values else function(*values)

    return call


def _round(value, digits=0):
    scaled = value * 10 ** int(digits)
    away = math.floor(abs(scaled) + 0.5) * (1 if scaled >= 0 else -1)
    result = away / 10 ** int(digits)
    return int(result) if digits <= 0 else result


def _haversine(lat1, lon1, lat2, lon2):
    a1, o1, a2, o2 = map(math.radians, (lat1, lon1, lat2, lon2))
    half = math.sin((a2 - a1) / 2) ** 2 + math.cos(a1) * math.cos(a2) * math.sin((o2 - o1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def _address(value, version=None):
    try:
        found = ipaddress.ip_address(text(value) or "")
    except ValueError:
        return None
    return found if version in (None, found.version) else None


def _in_subnet(version):
    def call(value, subnet):
        found = _address(value, version)
        try:
            network = ipaddress.ip_network(text(subnet) or "", strict=False)
        except ValueError:
            return False
        return found is not None and found.version == network.version and found in network

    return call


_PRIVATE = [ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def _is_private(value):
    found = _address(value, 4)
    return found is not None and any(found in network for network in _PRIVATE)


def _json(value):
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return found if is_structure(found) else None


def _array_contains(value, wanted):
    found = _json(value)
    return isinstance(found, list) and any(printed(one) == text(wanted) for one in found)


def _substr(value, start, length=None):
    value, start = text(value), number(start)
    if value is None or start is None:
        return None
    start = max(0, int(start))
    return value[start:] if length is None else value[start : start + int(number(length) or 0)]


def _contains(value, wanted, fold=False):
    value, wanted = text(value), text(wanted)
    if value is None or wanted is None:
        return 0
    folds = fold is True or str(fold).lower() in ("true", "1")
    return int(wanted.lower() in value.lower() if folds else wanted in value)


def _base64decode(value):
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _format_date(value, pattern, zone="UTC"):
    from zoneinfo import ZoneInfo

    moment = number(value)
    if moment is None:
        return None
    return datetime.datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).strftime(pattern)


def _strip(side):
    def call(value, chars=None):
        value, chars = text(value), None if chars is None else text(chars)
        return None if value is None else getattr(value, side)(chars)

    return call


def _is_blank(value):
    return int(value is None or (isinstance(value, str) and not value.strip()))


#: name in lower case -> (function, fewest arguments, most arguments; None: any number)
FUNCTIONS = {
    "abs": (_numeric(abs), 1, 1),
    "ceil": (_numeric(math.ceil), 1, 1),
    "floor": (_numeric(math.floor), 1, 1),
    "greatest": (_numeric(lambda *all: max(all)), 1, None),
    "least": (_numeric(lambda *all: min(all)), 1, None),
    "log": (_numeric(math.log), 1, 1),
    "sqrt": (_numeric(math.sqrt), 1, 1),
    "round": (_numeric(_round), 1, 2),
    "haversine": (_numeric(_haversine), 4, 4),
    "tonumber": (number, 1, 1),
    "toint": (_numeric(int), 1, 1),
    "tolong": (_numeric(int), 1, 1),
    "todouble": (_numeric(float), 1, 1),
    "frommillis": (_numeric(lambda value: Timestamp(int(value))), 1, 1),
    "tomillis": (_numeric(int), 1, 1),
    "formatdate": (_format_date, 2, 3),
    "strftime": (_format_date, 2, 3),
    "ispresent": (lambda value: value is not None, 1, 1),
    "coalesce": (lambda *all: next((v for v in all if v is not None), None), 1, None),
    "isnumeric": (lambda value: number(value) is not None, 1, 1),
    "messagesize": (_string(lambda value: len(value.encode())), 1, 1),
    "jsonparse": (_json, 1, 1),
    "jsonstringify": (lambda value: printed(value) if is_structure(value) else None, 1, 1),
    "jsonarraysize": (
        lambda value: len(found) if isinstance(found := _json(value), list) else None,
        1,
        1,
    ),
    "jsonarraycontains": (_array_contains, 2, 2),
    "isvalidip": (lambda value: _address(value) is not None, 1, 1),
    "isvalidipv4": (lambda value: _address(value, 4) is not None, 1, 1),
    "isvalidipv6": (lambda value: _address(value, 6) is not None, 1, 1),
    "isipinsubnet": (_in_subnet(None), 2, 2),
    "isipv4insubnet": (_in_subnet(4), 2, 2),
    "isipv6insubnet": (_in_subnet(6), 2, 2),
    "ipv4tonumber": (lambda value: int(a) if (a := _address(value, 4)) else None, 1, 1),
    "isprivateip": (_is_private, 1, 1),
    "ispublicip": (lambda value: bool((a := _address(value)) and a.is_global), 1, 1),
    "isempty": (lambda value: int(value is None or value == ""), 1, 1),
    "isblank": (_is_blank, 1, 1),
    "concat": (lambda *all: "".join(text(value) or "" for value in all), 1, None),
    "ltrim": (_strip("lstrip"), 1, 2),
    "rtrim": (_strip("rstrip"), 1, 2),
    "trim": (_strip("strip"), 1, 2),
    "strlen": (_string(len), 1, 1),
    "toupper": (_string(str.upper), 1, 1),
    "tolower": (_string(str.lower), 1, 1),
    "substr": (_substr, 2, 3),
    "replace": (_string(str.replace), 3, 3),
    "regexreplace": (_string(lambda v, pattern, new: re.sub(pattern, new, v)), 3, 3),
    "strcontains": (_contains, 2, 3),
    "startswith": (
        lambda v, p: int((text(v) or "").startswith(text(p) or "") and v is not None),
        2,
        2,
    ),
    "endswith": (lambda v, p: int((text(v) or "").endswith(text(p) or "") and v is not None), 2, 2),
    "urlencode": (_string(urllib.parse.quote_plus), 1, 1),
    "urldecode": (_string(urllib.parse.unquote_plus), 1, 1),
    "base64encode": (_string(lambda value: base64.b64encode(value.encode()).decode()), 1, 1),
    "base64decode": (_string(_base64decode), 1, 1),
    "split": (_string(lambda value, by: value.split(by)), 2, 2),
}
#: documented, but not modelled here
MISSING = {"parsedate", "isreservedip", "strftimeparse"}
