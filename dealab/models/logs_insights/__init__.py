"""CloudWatch Logs Insights: its query language, parsed and run over log events in memory.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html and the pages
of its commands and functions (checked 2026-11-23: limit, dedup; not again: the others).

Modelled: fields, filter, stats, sort, limit, parse, display, dedup, unnest; the functions in
``functions.py`` and ``aggregates.py``; the fields that are found in JSON and in Lambda's logs.
Refused by name: pattern, diff, anomaly, unmask, filterIndex, SOURCE, join, lookup, subqueries.

Left out: estimates (the service's pct and count_distinct are approximate), discovery of the fields
of VPC flow, Route 53 and CloudTrail logs other than as JSON, the limit of discovered fields.
Where the documentation is silent, a missing field counts as different from every value (``!=``),
sort goes upwards without ``desc``, and events come newest first without ``sort``.
"""

from dataclasses import dataclass, field

from dealab.models.logs_insights.events import row as row_of
from dealab.models.logs_insights.syntax import Command, MalformedQuery, Parser, Window, truth
from dealab.models.logs_insights.values import is_structure, natural, printed

__all__ = ["MalformedQuery", "Result", "check", "compile_error", "run"]

DEFAULT_LIMIT = 10_000


@dataclass
class Result:
    """``rows`` as the service gives them: a list of (field, value) per row, values as text."""

    rows: list = field(default_factory=list)
    matched: int = 0
    scanned: int = 0
    bytes: int = 0

    def answer(self) -> dict:
        """Return results and statistics as GetQueryResults does."""
        numbers = (
            ("recordsMatched", self.matched),
            ("recordsScanned", self.scanned),
            ("bytesScanned", self.bytes),
        )
        return {
            "results": [[{"field": n, "value": v} for n, v in row] for row in self.rows],
            "statistics": {name: float(value) for name, value in numbers},
        }


def compile_error(error: MalformedQuery) -> dict:
    """Return message and queryCompileError as MalformedQueryException carries them."""
    place = {"startCharOffset": error.start, "endCharOffset": error.end}
    return {
        "message": error.message,
        "queryCompileError": {"location": place, "message": error.message},
    }


def check(query: str) -> list[Command]:
    """Parse ``query`` and return its commands. Raises MalformedQuery, or LabLimit by name."""
    return _checked(Parser(query, Window()).commands(), query)


def run(
    query: str, events: list[dict], start: int, end: int, now: int, limit: int | None = None
) -> Result:
    """Run ``query`` over ``events`` (see ``events.row``) from ``start`` to ``end``, both included.

    Times are in ms. ``limit`` is that of the request; one in the query comes first. Raises
    MalformedQuery for a query that the service would refuse, LabLimit for what is not modelled.
    """
    steps = _checked(Parser(query, Window(start, end, now)).commands(), query)
    chosen = [event for event in events if start <= event["timestamp"] <= end]
    rows = [row_of(event) for event in sorted(chosen, key=lambda e: e["timestamp"], reverse=True)]
    result = Result(
        scanned=len(chosen), bytes=sum(len(event["message"].encode()) for event in chosen)
    )
    columns: list[str] = []
    grouped = displayed = False
    matched = None
    for step in steps:
        if step.kind == "stats" and matched is None:
            matched = len(rows)
        if step.kind in ("fields", "display"):
            for item in step.items:
                for one in rows:
                    one[item.column] = item.of(one)
            names = [item.column for item in step.items]
            columns = names if step.kind == "display" else columns + names
            displayed = displayed or step.kind == "display"
        elif step.kind == "parse":
            names = _parse(step, rows)
            columns += [] if displayed else names
        elif step.kind == "stats":
            rows, columns, grouped = _stats(step, rows), [], True
            columns = [item.column for item in (*step.by, *step.items)]
        else:
            rows = _STEPS[step.kind](step, rows)
            if step.kind == "unnest":
                columns.append(step.items[1])
    result.matched = len(rows) if matched is None else matched
    if not any(step.kind == "limit" for step in steps):
        rows = rows[: limit or DEFAULT_LIMIT]
    asked = any(step.kind in ("fields", "display", "stats") for step in steps)
    if not asked:
        columns = ["@timestamp", "@message", *columns]
    if not grouped:
        columns = [name for name in columns if name != "@ptr"] + ["@ptr"]
    columns = list(dict.fromkeys(columns))
    result.rows = [
        [(name, printed(value)) for name in columns if (value := one.get(name)) is not None]
        for one in rows
    ]
    return result


def _checked(steps: list[Command], query: str) -> list[Command]:
    """Refuse an order of commands that the service refuses."""
    kinds = [step.kind for step in steps]
    if "dedup" in kinds and any(k != "limit" for k in kinds[kinds.index("dedup") + 1 :]):
        raise MalformedQuery("only limit may follow dedup", 0, len(query))
    if "stats" in kinds and "limit" in kinds[: kinds.index("stats")]:
        raise MalformedQuery("limit may not stand before stats", 0, len(query))
    if kinds.count("stats") > 2:
        raise MalformedQuery("a query may hold two stats commands", 0, len(query))
    return steps


def _filter(step: Command, rows: list[dict]) -> list[dict]:
    return [one for one in rows if truth(step.items[0].of(one))]


def _sort(step: Command, rows: list[dict]) -> list[dict]:
    for key, direction in reversed(step.items):
        rows = sorted(rows, key=lambda one: natural(key.of(one)), reverse=direction == "desc")
    return rows


def _dedup(step: Command, rows: list[dict]) -> list[dict]:
    """Keep the first of each; rows without one of the fields all stay."""
    seen, kept = set(), []
    for one in rows:
        values = [item.of(one) for item in step.items]
        key = None if None in values else tuple(map(printed, values))
        if key is None or key not in seen:
            kept.append(one)
            seen.add(key)
    return kept


def _unnest(step: Command, rows: list[dict]) -> list[dict]:
    source, name = step.items
    made = []
    for one in rows:
        value = source.of(one)
        made += [{**one, name: part} for part in value] if isinstance(value, list) else [one]
    return made


def _parse(step: Command, rows: list[dict]) -> list[str]:
    if isinstance(step.pattern, tuple):
        pattern, groups = step.pattern
        names = list(groups.values())
    else:
        pattern, names = step.pattern, step.by
        groups = None
    for one in rows:
        value = step.items[0].of(one)
        found = pattern.search(printed(value)) if value is not None else None
        if found:
            values = [found.group(group) for group in groups] if groups else found.groups()
            one.update(zip(names, values, strict=True))
    return names


def _stats(step: Command, rows: list[dict]) -> list[dict]:
    groups: dict[tuple, list[dict]] = {}
    if not step.by:
        groups[()] = rows
    keys = {}
    for one in rows if step.by else ():
        values = [item.of(one) for item in step.by]
        if any(is_structure(value) for value in values):
            values = [None if is_structure(value) else value for value in values]
        key = tuple(None if value is None else printed(value) for value in values)
        groups.setdefault(key, []).append(one)
        keys.setdefault(key, values)
    made = []
    for key, members in groups.items():
        values = keys.get(key, [])
        out = {item.column: value for item, value in zip(step.by, values, strict=True)}
        for item in step.items:  # one after the other: an alias may be used by the next
            out[item.column] = item.over(members, out) if item.over else item.of(out)
        made.append(out)
    return made


_STEPS = {
    "filter": _filter,
    "sort": _sort,
    "dedup": _dedup,
    "unnest": _unnest,
    "limit": lambda step, rows: rows[: step.count],
}
