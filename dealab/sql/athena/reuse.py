"""Query result reuse: the stored rows of the same query, as long as they are young enough.

Athena does not look whether the data has changed: a stale result is returned. What can be reused:
https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html
"""

import copy
import re
import time
from dataclasses import replace

from dealab.sql import bill
from dealab.sql.athena.workgroups import invalid
from dealab.sql.reading import leading_words

LONGEST = 7 * 24 * 60  # minutes

#: functions whose answer changes from run to run
_VOLATILE = re.compile(
    r"\b(?:rand|random|shuffle|uuid|now|current_timestamp|current_date|current_time|"
    r"localtime|localtimestamp)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\b(?:LIMIT|FETCH|TABLESAMPLE)\b", re.IGNORECASE)
_ORDER = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)


def check_age(minutes: int) -> int:
    """Return the greatest age in minutes. Raises the service's error for more than seven days."""
    if not isinstance(minutes, int) or not 0 <= minutes <= LONGEST:
        raise invalid(
            f"1 validation error detected: Value '{minutes}' at 'resultReuseConfiguration."
            "resultReuseByAgeConfiguration.maxAgeInMinutes' failed to satisfy constraint: Member "
            f"must have value less than or equal to {LONGEST}"
        )
    return minutes


def eligible(sql: str) -> bool:
    """Tell whether Athena reuses results of this query: a SELECT without chance in it."""
    words = leading_words(sql, 1)
    if not words or words[0] not in ("SELECT", "WITH", "VALUES", "TABLE", "(", "EXECUTE"):
        return False
    plain = re.sub(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    if _VOLATILE.search(plain):
        return False
    return not _LIMIT.search(plain) or _ORDER.search(plain) is not None


def keep(engine, execution, sql: str, parameters, result) -> None:
    """Remember a result that a later run may reuse, in place of an older one of the same query."""
    from dealab.sql.athena.outputs import MOST_CELLS

    if not eligible(sql) or len(result.rows) * len(result.columns) > MOST_CELLS:
        return
    key = _key(engine, sql, parameters)
    engine.groups.stored[key] = (clock(), execution.output, replace(result))


def find(engine, execution, sql: str, parameters):
    """Return the stored result of the same query, or None."""
    age = engine._reuse_minutes
    if not age or not eligible(sql):
        return None
    found = engine.groups.stored.get(_key(engine, sql, parameters))
    if found is None or clock() - found[0] > age * 60:
        return None
    stored = copy.copy(found[2])
    execution.reused = True
    execution.output = found[1]
    stored.bytes_scanned = stored.billed_bytes = 0
    stored.cost_usd = 0.0
    stored.bill = bill.free()
    stored.reused = True
    stored.duckdb = []
    stored.stored_as = None
    stored.notes = [
        "Athena did not look at the data: rows that changed since that run are not in it."
    ]
    return stored


def clock() -> float:
    """Return seconds; tests put another clock here."""
    return time.monotonic()


def _key(engine, sql: str, parameters) -> tuple:
    from dealab.sql.athena import workgroups

    return (
        sql,
        repr(list(parameters)),
        engine.workgroup,
        engine.database,
        engine.region,
        engine.principal,
        workgroups.output_location(engine.group),
    )
