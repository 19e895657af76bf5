"""Partition projection: partitions computed from table properties instead of the catalog's list.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html

Athena computes every partition of the ranges. The lab looks at the folders that exist and keeps
those whose values the ranges would give: a partition without files has no rows either way.
Registered partitions do not count while projection is on.
"""

import datetime as dt
import re
from itertools import product

from sqlglot import exp

from dealab.sql import javadates
from dealab.sql.catalog import Partition
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.scope import Scope

KINDS = ("enum", "integer", "date", "injected")
UNITS = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS")
_NOW = re.compile(
    r"\s*NOW\s*(?:([+-])\s*(\d+)\s*(YEARS?|MONTHS?|WEEKS?|DAYS?|HOURS?|MINUTES?|SECONDS?)\s*)?",
    re.IGNORECASE,
)


def enabled(table) -> bool:
    return bool(table.keys) and table.parameters.get("projection.enabled", "").lower() == "true"


def label(table) -> str:
    """Return the name of the table's view: queries with other injected values need another one."""
    injected = [at for at, (name, _) in enumerate(table.keys) if _kind(table, name) == "injected"]
    base = f"{table.database}.{table.name}"
    if not injected:
        return base
    values = sorted({tuple(part.values[at] for at in injected) for part in table.partitions})
    return f"{base} {values}"


def projected(binder, table, node):
    """Return the table with the partitions that projection gives for this query.

    Raises Athena's errors for properties that are missing or wrong, and for an injected column
    that the query does not fix.
    """
    missing = [name for name, _ in table.keys if not _kind(table, name)]
    if missing:
        raise ServiceError(
            "HIVE_METASTORE_ERROR",
            f"Table {table.database}.{table.name} is configured for partition projection, but the "
            "following partition columns are missing projection configuration: "
            f"[{', '.join(missing)}] (table {table.database}.{table.name})",
        )
    rules = {name: _rule(table, name) for name, _ in table.keys}
    given: dict[str, list[str]] = {}
    for name, rule in rules.items():
        if rule.kind == "injected":
            given[name] = _injected_values(binder, table, name, node)
            rule.values = given[name]
    return table.with_partitions(_folders(binder.engine.lake, table, rules, given))


# --- folders -----------------------------------------------------------------------------


def template_of(table) -> str:
    """Return the address of a partition with ``${key}`` where its values go."""
    written = table.parameters.get("storage.location.template")
    if written:
        for name, _ in table.keys:
            if f"${{{name}}}" not in written:
                raise _bad(table, f"storage.location.template has no ${{{name}}}")
        return written.rstrip("/") + "/"
    steps = "/".join(f"{name}=${{{name}}}" for name, _ in table.keys)
    return f"{table.location.rstrip('/')}/{steps}/"


def _folders(lake, table, rules, given) -> list[Partition]:
    template = template_of(table)
    found: dict[tuple[str, ...], str] = {}
    names = list(given)
    for values in product(*given.values()):
        filled = template
        for name, value in zip(names, values, strict=True):
            filled = filled.replace(f"${{{name}}}", value)
        for held, location in _matches(lake, filled, rules):
            held.update(zip(names, values, strict=True))
            key = tuple(held[name] for name, _ in table.keys)
            if all(rules[name].takes(held[name]) for name in held):
                found.setdefault(key, location)
    return [Partition(values, location) for values, location in sorted(found.items())]


def _matches(lake, template: str, rules):
    """Yield (values, folder) of the folders that fit a template."""
    pieces = re.split(r"\$\{(\w+)\}", template)
    fixed = pieces[0]
    if len(pieces) == 1:
        if lake.exists(fixed):
            yield {}, fixed
        return
    shape, seen = "", []
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            shape += re.escape(piece)
        elif piece in seen:
            shape += f"(?P={piece})"
        else:
            shape += f"(?P<{piece}>{rules[piece].shape()})"
            seen.append(piece)
    pattern = re.compile(shape)
    known = set()
    for name, _ in lake.objects(fixed):
        hit = pattern.match("s3://" + name)
        if hit and hit[0] not in known:
            known.add(hit[0])
            yield hit.groupdict(), hit[0]


# --- the properties of one column ----------------------------------------------------------


class Rule:
    """Which values a projected column has."""

    kind = ""

    def shape(self) -> str:
        """Return a regular expression that every value matches."""
        return "[^/]+"

    def takes(self, value: str) -> bool:
        raise NotImplementedError


class Listed(Rule):
    """``enum``, and ``injected`` with the values of the query."""

    def __init__(self, kind: str, values: list[str]):
        self.kind, self.values = kind, values

    def shape(self) -> str:
        longest = sorted(self.values, key=len, reverse=True)
        return "|".join(re.escape(value) for value in longest)

    def takes(self, value: str) -> bool:
        return value in self.values


class Whole(Rule):
    kind = "integer"

    def __init__(self, least: int, most: int, interval: int, digits: int | None):
        self.least, self.most, self.interval, self.digits = least, most, interval, digits

    def shape(self) -> str:
        return r"-?\d+"

    def takes(self, value: str) -> bool:
        number = int(value)
        sign, size = ("-", -number) if number < 0 else ("", number)
        written = sign + (f"{size:0{self.digits}d}" if self.digits else str(size))
        return (
            self.least <= number <= self.most
            and (number - self.least) % self.interval == 0
            and written == value
        )


class Dates(Rule):
    kind = "date"

    def __init__(self, layout, first: dt.datetime, last: dt.datetime, interval: int, unit: str):
        self.layout, self.first, self.last = layout, first, last
        self.interval, self.unit = interval, unit

    def shape(self) -> str:
        return self.layout.shape

    def takes(self, value: str) -> bool:
        try:
            moment = self.layout.read(value)
        except ValueError:
            return False
        steps = _steps(self.first, moment, self.unit) // self.interval
        for step in (steps - 1, steps, steps + 1):
            if step < 0:
                continue
            at = _after(self.first, step * self.interval, self.unit)
            if at is not None and at <= self.last and self.layout.write(at) == value:
                return True
        return False


def _kind(table, name: str) -> str:
    return table.parameters.get(f"projection.{name}.type", "").strip().lower()


def _rule(table, name: str) -> Rule:
    kind = _kind(table, name)
    if kind == "enum":
        return Listed("enum", _property(table, name, "values").split(","))
    if kind == "injected":
        return Listed("injected", [])
    if kind == "integer":
        least, most = (_whole(table, name, part) for part in _range(table, name))
        interval = _whole(table, name, _property(table, name, "interval", "1"))
        digits = _property(table, name, "digits", "")
        if least > most or interval < 1:
            raise _bad(table, f"projection.{name}.range or .interval is out of order")
        return Whole(least, most, interval, _whole(table, name, digits) if digits else None)
    if kind == "date":
        return _dates(table, name)
    raise _bad(table, f"projection.{name}.type is {kind}, not one of {', '.join(KINDS)}")


def _dates(table, name: str) -> Dates:
    layout = javadates.layout(_property(table, name, "format"))
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    ends = [_moment(table, name, part, layout, now) for part in _range(table, name)]
    interval = table.parameters.get(f"projection.{name}.interval", "").strip()
    unit = table.parameters.get(f"projection.{name}.interval.unit", "").strip().upper()
    if not interval or not unit:
        default = {"d": "DAYS", "M": "MONTHS"}.get(layout.finest)
        if default is None:
            raise _bad(
                table,
                f"projection.{name}.interval and .interval.unit are needed for the format "
                f"{layout.pattern}",
            )
        interval, unit = interval or "1", unit or default
    unit = unit if unit.endswith("S") else unit + "S"
    if unit not in UNITS or _whole(table, name, interval) < 1:
        raise _bad(table, f"projection.{name}.interval.unit is {unit}")
    if ends[0] > ends[1]:
        raise _bad(table, f"projection.{name}.range ends before it begins")
    return Dates(layout, ends[0], ends[1], int(interval), unit)


def _moment(table, name: str, written: str, layout, now: dt.datetime) -> dt.datetime:
    """Return one end of a range: a date in the column's format, or ``NOW`` with an offset."""
    relative = _NOW.fullmatch(written)
    if relative is None:
        try:
            return layout.read(written)
        except ValueError:
            raise _bad(
                table, f"projection.{name}.range: {written!r} is not in {layout.pattern}"
            ) from None
    if not relative[1]:
        return layout.read(layout.write(now))
    amount = int(relative[1] + relative[2])
    unit = relative[3].upper()
    moved = _after(now, amount, unit if unit.endswith("S") else unit + "S")
    return layout.read(layout.write(moved))


def _property(table, name: str, key: str, default: str | None = None) -> str:
    found = table.parameters.get(f"projection.{name}.{key}", default)
    if found is None:
        raise _bad(table, f"projection.{name}.{key} is missing")
    return found.strip() if key != "values" else found


def _range(table, name: str) -> list[str]:
    parts = _property(table, name, "range").split(",")
    if len(parts) != 2:
        raise _bad(table, f"projection.{name}.range needs a least and a greatest value")
    return parts


def _whole(table, name: str, written: str) -> int:
    try:
        return int(written)
    except ValueError:
        raise _bad(table, f"projection.{name}: {written!r} is not a whole number") from None


def _bad(table, what: str) -> ServiceError:
    return ServiceError("INVALID_TABLE_PROPERTY", f"{what} (table {table.database}.{table.name})")


# --- arithmetic of dates ---------------------------------------------------------------------

_LENGTHS = {
    "WEEKS": dt.timedelta(weeks=1),
    "DAYS": dt.timedelta(days=1),
    "HOURS": dt.timedelta(hours=1),
    "MINUTES": dt.timedelta(minutes=1),
    "SECONDS": dt.timedelta(seconds=1),
    "MILLISECONDS": dt.timedelta(milliseconds=1),
}


def _steps(first: dt.datetime, moment: dt.datetime, unit: str) -> int:
    if unit in _LENGTHS:
        return (moment - first) // _LENGTHS[unit]
    months = (moment.year - first.year) * 12 + moment.month - first.month
    return months // 12 if unit == "YEARS" else months


def _after(moment: dt.datetime, count: int, unit: str) -> dt.datetime | None:
    try:
        if unit in _LENGTHS:
            return moment + count * _LENGTHS[unit]
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "YEARS" else 1)
        year, month = divmod(months, 12)
        return javadates.clipped(moment, year, month + 1)
    except (OverflowError, ValueError):
        return None


# --- injected columns --------------------------------------------------------------------------


def _injected_values(binder, table, name: str, node) -> list[str]:
    """Return the values that WHERE fixes an injected column to.

    https://docs.aws.amazon.com/athena/latest/ug/partition-projection-dynamic-id-partitioning.html
    """
    refusal = ServiceError(
        "CONSTRAINT_VIOLATION",
        f"For the injected projected partition column {name}, the WHERE clause must contain only "
        "static equality conditions, and at least one such condition must be present.",
    )
    select = node.find_ancestor(exp.Select)
    outer = select is not None and select.find_ancestor(exp.Select) is not None
    if outer or getattr(binder, "views_open", ()):  # Trino also looks at conditions further out
        refusal = LabLimit(
            f"a condition on the injected column {name} outside the view or subquery that reads "
            f"{table.name}",
            "Athena moves the condition inward.",
        )
    where = select.args.get("where") if select is not None else None
    if where is None:
        raise refusal
    alias = (node.alias or table.name).lower()
    fixed: list[str] | None = None
    for condition in _conjuncts(where.this):
        columns = [
            column
            for column in condition.find_all(exp.Column)
            if column.name.lower() == name and column.table.lower() in ("", alias)
        ]
        if not columns:
            continue
        values = _static(binder, condition, columns)
        if values is None:
            raise refusal
        fixed = values if fixed is None else [value for value in fixed if value in values]
    if fixed is None:
        raise refusal
    return list(dict.fromkeys(fixed))


def _conjuncts(node):
    if isinstance(node, exp.Paren):
        yield from _conjuncts(node.this)
    elif isinstance(node, exp.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _static(binder, condition, columns) -> list[str] | None:
    """Return the constants of ``column = constant`` or ``column IN (constants)``."""
    if isinstance(condition, exp.EQ):
        sides = (condition.left, condition.right)
        if not any(side is columns[0] for side in sides):
            return None
        other = sides[1] if sides[0] is columns[0] else sides[0]
        value = _constant(binder, other)
        return None if value is None else [value]
    if isinstance(condition, exp.In) and condition.this is columns[0]:
        values = [_constant(binder, item) for item in condition.expressions]
        return None if not values or None in values else values
    return None


def _constant(binder, node) -> str | None:
    if isinstance(node, exp.Paren):
        return _constant(binder, node.this)
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
        return "-" + node.this.name
    if isinstance(node, exp.Literal):
        return node.name
    if isinstance(node, exp.Placeholder):
        value = binder.bind(node, Scope(clause="WHERE")).literal
        return None if value is None else str(value)
    if isinstance(node, exp.Cast):  # DATE '2026-01-01'
        return _constant(binder, node.this)
    return None
