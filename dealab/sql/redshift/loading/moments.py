"""DATEFORMAT and TIMEFORMAT: how COPY reads dates and times.

https://docs.aws.amazon.com/redshift/latest/dg/r_DATEFORMAT_and_TIMEFORMAT_strings.html
https://docs.aws.amazon.com/redshift/latest/dg/automatic-recognition.html (read 2026-11-23)
"""

import re

from dealab.sql.errors import ServiceError
from dealab.sql.types import text

_PARTS = {
    "YYYY": "%Y", "YY": "%y", "MONTH": "%B", "MON": "%b", "MM": "%m", "DD": "%d", "HH24": "%H",
    "HH12": "%I", "HH": "%H", "MI": "%M", "SS": "%S", "AM": "%p", "PM": "%p",
}  # fmt: skip
_TOKEN = re.compile("YYYY|YY|MONTH|MON|MM|DD|HH24|HH12|HH|MI|SS|AM|PM|.", re.IGNORECASE)

DATE = "YYYY-MM-DD"
TIMESTAMP = "YYYY-MM-DD HH:MI:SS"


def patterns(name: str, given: str) -> list[str]:
    """Return DuckDB's patterns for a format string; seconds may have a fraction.

    ``MON`` reads short and long names. Raises Redshift's error for letters that are no part.
    """
    marks = []
    for part in _TOKEN.findall(given):
        known = _PARTS.get(part.upper())
        if known is None and part.isalpha() and part.upper() != "T":
            raise ServiceError("22007", f"Invalid {name} format: {given}")
        marks.append(known or ("%%" if part == "%" else part))
    whole = "".join(marks)
    if "%p" in marks:
        whole = whole.replace("%H", "%I")
    made = [whole]
    if "%b" in whole or "%B" in whole:
        made = [whole.replace("%B", "%b"), whole.replace("%b", "%B")]
    if "%S" in whole:
        made += [one.replace("%S", "%S.%f") for one in made]
    return made


def parsed(value: str, name: str, given: str) -> str:
    """Return DuckDB's text: a TIMESTAMP, or NULL where the value is not in the format."""
    listed = ", ".join(text(one) for one in patterns(name, given))
    return f"try_strptime(trim({value}), [{listed}])"


#: what 'auto' knows besides what CAST reads
_AUTO = (
    *(
        "%m/%d/%Y",
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%Y %H:%M:%S.%f",
        "%m-%d-%Y",
        "%Y%m%d",
        "%Y%m%d %H%M%S",
    ),
    *("%y%m%d %H%M%S", "%y%m%d", "%b %d, %Y", "%B %d, %Y", "%b-%d-%Y", "%d-%b-%Y", "%d %b %Y"),
    *("%d %B %Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%d %b %H:%M:%S %Y", "%Y.%j", "%Y/%m/%d"),
    *("%Y/%m/%d %H:%M:%S", "%b %d %Y", "%B %d %Y", "%m/%d/%y", "%m/%d/%y %H:%M:%S"),
)


def automatic(value: str) -> str:
    """Return DuckDB's text of what 'auto' reads: a TIMESTAMP (in UTC), or NULL."""
    listed = ", ".join(text(one) for one in _AUTO)
    iso = f"regexp_matches(trim({value}), '^[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}')"
    julian = f"regexp_full_match(trim({value}), 'J[0-9]{{7}}')"
    return (
        f"CASE WHEN {iso} THEN timezone('UTC', TRY_CAST(trim({value}) AS TIMESTAMPTZ)) "
        f"WHEN {julian} THEN CAST(DATE '2000-01-01' + (TRY_CAST(trim({value})[2:] AS INTEGER) "
        f"- 2451545) AS TIMESTAMP) ELSE try_strptime(trim({value}), [{listed}]) END"
    )


def date(value: str, given: str) -> str:
    """Return DuckDB's text of a DATE column's value; what follows the date is left out."""
    if given == "auto":
        return f"CAST({automatic(value)} AS DATE)"
    if not given:
        return (
            f"CASE WHEN regexp_matches({value}, '^ *[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}"
            f"([ T].*)?$') THEN TRY_CAST(regexp_extract({value}, '[0-9]+-[0-9]+-[0-9]+') AS DATE) "
            "END"
        )
    return f"CAST({parsed(value, 'DATEFORMAT', given)} AS DATE)"


def timestamp(value: str, given: str) -> str:
    """Return DuckDB's text of a TIMESTAMP column's value."""
    match given:
        case "auto":
            return automatic(value)
        case "epochsecs" | "epochmillisecs":
            factor = "1000000" if given == "epochsecs" else "1000"
            number = f"TRY_CAST(trim({value}) AS DECIMAL(30,6))"
            return f"make_timestamp(TRY_CAST({number} * {factor} AS BIGINT))"
        case "":
            return (
                f"CASE WHEN regexp_full_match({value}, ' *[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}"
                "( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]*)?)?)? *') "
                f"THEN TRY_CAST(trim({value}) AS TIMESTAMP) END"
            )
    return parsed(value, "TIMEFORMAT", given)


def timestamptz(value: str, given: str) -> str:
    """Return DuckDB's text of a TIMESTAMPTZ column's value; without a zone it is UTC."""
    if given in ("", "auto"):
        iso = f"TRY_CAST(trim({value}) AS TIMESTAMPTZ)"
        if not given:
            return f"CASE WHEN NOT contains({value}, 'T') THEN {iso} END"
        return f"coalesce({iso}, timezone('UTC', {automatic(value)}))"
    return f"timezone('UTC', {timestamp(value, given)})"


def shown_timestamp(given: str) -> str:
    """Return the format that an error 1206 names.

    Seen in https://repost.aws/questions/QUvtbxi6lmQ0GNVr-lOnuZAg and load logs.
    """
    if given in ("", "auto", "epochsecs", "epochmillisecs"):
        return "YYYY-MM-DD HH24:MI:SS"
    return given
