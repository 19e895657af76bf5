"""Rules that look at the data as a whole: a number, and the name of its metric."""

import re

from dealab.models.dqdl.conditions import BadRule
from dealab.models.dqdl.data import Data
from dealab.models.dqdl.parser import Rule
from dealab.models.dqdl.rows import where_of

_AGGREGATE = re.compile(r"\s*(sum|avg)\s*\(\s*(?:(.+)\.)?([^.()]+?)\s*\)\s*", re.IGNORECASE)


def measure(rule: Rule, data: Data) -> tuple[str, float] | None:
    """Return (metric's name, value) of a rule, or None for rules of another kind.

    Raises BadRule when there is nothing to measure.
    """
    made = _MADE.get(rule.kind)
    return made(rule, data) if made else None


def extremes(rule: Rule, data: Data) -> dict[str, float]:
    """Return the smallest and largest value (ColumnValues) or length (ColumnLength)."""
    column = data.column(rule.parameters[0])
    if rule.kind == "ColumnLength":
        number, ends = (
            f"length(coalesce(CAST({column} AS VARCHAR), ''))",
            ("MinimumLength", "MaximumLength"),
        )
    else:
        number, ends = f"TRY_CAST({column} AS DOUBLE)", ("Minimum", "Maximum")
    found = data.one(f"SELECT min({number}), max({number}) FROM lab_primary {where_of(rule, data)}")
    return {
        f"Column.{rule.parameters[0]}.{end}": float(value)
        for end, value in zip(ends, found, strict=True)
        if value is not None
    }


def _counted(name: str, sql: str):
    def made(rule: Rule, data: Data):
        (value,) = data.one(sql.format(where=where_of(rule, data)))
        return f"Dataset.*.{name}", float(value)

    return made


def _columns(rule: Rule, data: Data):
    return "Dataset.*.ColumnCount", float(len(data.types))


def _of_column(name: str, sql: str, what: str = "DOUBLE"):
    """Measure one column by an aggregate over ``{0}``; null where no row has a value."""

    def made(rule: Rule, data: Data):
        column = data.column(rule.parameters[0])
        number = f"TRY_CAST({column} AS {what})" if what else column
        (value,) = data.one(f"SELECT {sql.format(number)} FROM lab_primary {where_of(rule, data)}")
        return f"Column.{rule.parameters[0]}.{name}", _given(value, name, rule)

    return made


def _given(value, name: str, rule: Rule) -> float:
    if value is None:
        told = ", ".join(rule.parameters)
        raise BadRule(f"Empty state for analyzer {name}({told}), all input values were NULL.")
    return float(value)


def _frequencies(name: str, sql: str):
    """Measure how often the values of the columns come; ``n`` is the count of each."""

    def made(rule: Rule, data: Data):
        columns = [data.column(one) for one in rule.parameters]
        some = " OR ".join(f"{column} IS NOT NULL" for column in columns)
        inner = f"SELECT count(*) AS n FROM lab_primary {where_of(rule, data)} AND ({some})"
        by = f"GROUP BY {', '.join(columns)}"
        (value,) = data.one(
            f"SELECT {sql} FROM (SELECT n, sum(n) OVER () AS t FROM ({inner} {by}))"
        )
        names = ",".join(rule.parameters)
        scope = "Multicolumn" if len(columns) > 1 else "Column"
        return f"{scope}.{names}.{name}", _given(value, name, rule)

    return made


def _correlation(rule: Rule, data: Data):
    one, other = (f"TRY_CAST({data.column(name)} AS DOUBLE)" for name in rule.parameters)
    where = where_of(rule, data)
    (value,) = data.one(f"SELECT corr({one}, {other}) FROM lab_primary {where}")
    name = f"Multicolumn.{','.join(rule.parameters)}.ColumnCorrelation"
    return name, _given(None if value != value else value, "ColumnCorrelation", rule)


def _custom(rule: Rule, data: Data):
    if rule.condition is None:
        return None
    row = data.one(data.translated(rule.parameters[0], "CustomSql"))
    try:
        return "Dataset.*.CustomSQL", float(row[0])
    except (TypeError, ValueError) as error:
        raise BadRule("CustomSql must return a single numeric value") from error


def _rows_ratio(rule: Rule, data: Data):
    alias = rule.parameters[0]
    (mine,) = data.one("SELECT count(*) FROM lab_primary")
    (theirs,) = data.one(f"SELECT count(*) FROM {data.reference(alias)}")
    if not theirs:
        raise BadRule(f"Reference dataset {alias} has no rows")
    return f"Dataset.{alias}.RowCountMatch", mine / theirs


def _schema(rule: Rule, data: Data):
    alias = rule.parameters[0]
    theirs = data.types_of(data.reference(alias))
    same = sum(theirs.get(name) == kind for name, kind in data.types.items())
    return f"Dataset.{alias}.SchemaMatch", same / max(len(theirs), len(data.types))


def _aggregates(rule: Rule, data: Data):
    values, names = [], []
    for told in rule.parameters:
        match = _AGGREGATE.fullmatch(told)
        if not match:
            raise BadRule(f"AggregateMatch takes sum(column) and avg(column), not {told}")
        function, alias, column = match.groups()
        table = data.reference(alias) if alias else "lab_primary"
        quoted = data.column(column, table)
        number = f"{function}(TRY_CAST({quoted} AS DOUBLE))"
        (value,) = data.one(f"SELECT {number} FROM {table}")
        values.append(_given(value, function, rule))
        names.append(column)
    if not values[1]:
        raise BadRule("AggregateMatch: the second aggregate is 0")
    return f"Column.{','.join(dict.fromkeys(names))}.AggregateMatch", values[0] / values[1]


_MADE = {
    "AggregateMatch": _aggregates,
    "ColumnCorrelation": _correlation,
    "ColumnCount": _columns,
    "CustomSql": _custom,
    "DistinctValuesCount": _frequencies("DistinctValuesCount", "count(*)"),
    "Entropy": _frequencies("Entropy", "-sum(n * ln(n / t)) / any_value(t)"),
    "Mean": _of_column("Mean", "avg({0})"),
    "RowCount": _counted("RowCount", "SELECT count(*) FROM lab_primary {where}"),
    "RowCountMatch": _rows_ratio,
    "SchemaMatch": _schema,
    "StandardDeviation": _of_column("StandardDeviation", "stddev_pop({0})"),
    "Sum": _of_column("Sum", "sum({0})"),
    "UniqueValueRatio": _frequencies(
        "UniqueValueRatio", "count(*) FILTER (n = 1) / nullif(count(*), 0)"
    ),
    "Completeness": _of_column("Completeness", "count({0}) / nullif(count(*), 0)", ""),
    "Uniqueness": _frequencies("Uniqueness", "count(*) FILTER (n = 1) / sum(n)"),
}
