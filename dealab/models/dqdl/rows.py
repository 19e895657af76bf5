"""Rules that judge each row: the SQL condition that a good row meets (never NULL)."""

import re

from dealab.models.dqdl.conditions import BadRule
from dealab.models.dqdl.data import Data, literal
from dealab.models.dqdl.parser import Condition, Rule, Value

_DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?")
_TYPES = {"boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP", "double": "DOUBLE"}
_TYPES |= {"float": "FLOAT", "integer": "INTEGER", "long": "BIGINT"}


def condition_of(rule: Rule, data: Data) -> str | None:
    """Return the condition of a row-level rule, or None: the rule looks at the data as a whole."""
    made = _MADE.get(rule.kind)
    return made(rule, data) if made else None


def _values(rule: Rule, data: Data) -> str:
    name, told = rule.parameters[0], rule.condition
    column = data.column(name)
    if told.op == "matches":
        pattern = literal(told.values[0].value)
        hit = f"lab_find(CAST({column} AS VARCHAR), {pattern})"
        return f"coalesce({'NOT ' if told.negated else ''}{hit}, false)"
    if told.op == "in":
        hits = " OR ".join(_equal(column, name, value, data) for value in told.values) or "false"
        return f"NOT ({hits})" if told.negated else f"({hits})"
    if told.op in ("=", "!="):
        hit = _equal(column, name, told.values[0], data)
        return f"NOT ({hit})" if told.op == "!=" else hit
    sides = [_side(column, name, value, data) for value in told.values]
    if told.op == "between":
        inside = f"({sides[0][0]} > {sides[0][1]} AND {sides[1][0]} < {sides[1][1]})"
        return f"coalesce({'NOT ' if told.negated else ''}{inside}, false)"
    return f"coalesce({sides[0][0]} {told.op} {sides[0][1]}, false)"


def _equal(column: str, name: str, value: Value, data: Data) -> str:
    if value.kind == "null":
        return f"({column} IS NULL)"
    text = f"CAST({column} AS VARCHAR)"
    if value.kind == "empty":
        return f"coalesce({text} = '', false)"
    if value.kind == "whitespace":
        return f"coalesce(length({text}) > 0 AND trim({text}, ' \t\n\r') = '', false)"
    if value.kind == "text" and data.kind(name) == "text":
        return f"coalesce({column} = {literal(value.value)}, false)"
    left, right = _side(column, name, value, data)
    return f"coalesce({left} = {right}, false)"


def _side(column: str, name: str, value: Value, data: Data) -> tuple[str, str]:
    """Return what of the column is compared with what, as numbers, times or texts."""
    if value.kind == "number":
        return f"TRY_CAST({column} AS DOUBLE)", repr(value.value)
    if value.kind == "now":
        import datetime

        moment = data.now + datetime.timedelta(seconds=value.value)
        return _time(column), f"TIMESTAMP {literal(moment.strftime('%Y-%m-%d %H:%M:%S.%f'))}"
    if value.kind != "text":
        raise BadRule(f"ColumnValues cannot be compared with {value.kind.upper()} in this way")
    if _DATE.fullmatch(value.value):
        return _time(column), f"TRY_CAST({literal(value.value)} AS TIMESTAMP)"
    if data.kind(name) == "number":
        try:
            return f"TRY_CAST({column} AS DOUBLE)", repr(float(value.value))
        except ValueError as error:
            raise BadRule(f"{value.value!r} is no number") from error
    return f"CAST({column} AS VARCHAR)", literal(value.value)


def _time(column: str) -> str:
    return f"TRY_CAST({column} AS TIMESTAMP)"


def _length(rule: Rule, data: Data) -> str:
    column = data.column(rule.parameters[0])
    return number_sql(rule.condition, f"length(coalesce(CAST({column} AS VARCHAR), ''))")


def _freshness(rule: Rule, data: Data) -> str:
    column = data.column(rule.parameters[0])
    if any(value.kind not in ("duration", "number") for value in rule.condition.values):
        raise BadRule("DataFreshness needs durations such as 24 hours")
    now = f"TIMESTAMP {literal(data.now.strftime('%Y-%m-%d %H:%M:%S.%f'))}"
    age = f"(epoch_us({now}) - epoch_us({_time(column)})) / 1000000.0"
    return number_sql(rule.condition, age)


def number_sql(condition: Condition, number: str) -> str:
    """Return the condition on a number of each row, as SQL."""
    if any(value.dynamic for value in condition.values):
        raise BadRule("last() needs a number of the whole data")
    values = [repr(float(value.value)) for value in condition.values]
    if condition.op == "between":
        met = f"({number} > {values[0]} AND {number} < {values[1]})"
    elif condition.op == "in":
        met = f"({number} IN ({', '.join(values)}))"
    else:
        met = f"({number} {condition.op} {values[0]})"
    return f"coalesce({'NOT ' if condition.negated else ''}{met}, false)"


def _complete(rule: Rule, data: Data) -> str:
    return f"({data.column(rule.parameters[0])} IS NOT NULL)"


def _once(rule: Rule, data: Data) -> str:
    names = ", ".join(data.column(name) for name in rule.parameters)
    filtered = where_of(rule, data)
    same = f"(count(*) FILTER ({filtered}) OVER (PARTITION BY {names}) = 1)"
    empty = " AND ".join(f"{data.column(name)} IS NULL" for name in rule.parameters)
    return f"({same} OR ({empty}))"


def _primary_key(rule: Rule, data: Data) -> str:
    full = " AND ".join(f"{data.column(name)} IS NOT NULL" for name in rule.parameters)
    return f"({_once(rule, data)} AND {full})"


def _type(rule: Rule, data: Data) -> str:
    column, told = data.column(rule.parameters[0]), rule.condition
    name = str(told.values[0].value).lower()
    if name not in _TYPES or told.op != "=":
        known = ", ".join(word.capitalize() for word in _TYPES)
        raise BadRule(f"ColumnDataType takes = and one of {known}")
    text = f"CAST({column} AS VARCHAR)"
    cast = f"TRY_CAST({text} AS {_TYPES[name]}) IS NOT NULL"
    if name in ("integer", "long"):
        cast += f" AND lab_is_integer({text})"
    if name == "boolean":
        cast = f"lower(trim({text})) IN ('true', 'false')"
    return f"({column} IS NULL OR ({cast}))"


def _references(rule: Rule, data: Data) -> str:
    mine = [data.column(name.strip()) for name in rule.parameters[0].split(",")]
    alias, _, names = rule.parameters[1].rpartition(".")
    if "{" in rule.parameters[1]:
        alias, _, names = rule.parameters[1].partition(".{")
    table = data.reference(alias)
    theirs = [data.column(name.strip(), table) for name in names.strip("{}").split(",")]
    if len(mine) != len(theirs):
        raise BadRule("ReferentialIntegrity needs as many columns on both sides")
    match = " AND ".join(f"r.{b} = lab_primary.{a}" for a, b in zip(mine, theirs, strict=True))
    return f"EXISTS (SELECT 1 FROM {table} r WHERE {match})"


def _matches(rule: Rule, data: Data) -> str:
    table = data.reference(rule.parameters[0])

    def pairs(told: str):
        for part in told.split(","):
            one, arrow, other = (word.strip() for word in part.partition("->"))
            yield data.column(one), data.column(other if arrow else one, table)

    keys = list(pairs(rule.parameters[1]))
    if len(rule.parameters) > 2:
        rest = list(pairs(rule.parameters[2]))
    else:
        used = {key.strip('"').lower() for key, _ in keys}
        rest = [(data.column(n), data.column(n, table)) for n in data.types if n not in used]
    same = [f"r.{b} = lab_primary.{a}" for a, b in keys]
    same += [f"r.{b} IS NOT DISTINCT FROM lab_primary.{a}" for a, b in rest]
    return f"EXISTS (SELECT 1 FROM {table} r WHERE {' AND '.join(same)})"


def _selected(rule: Rule, data: Data) -> str | None:
    if rule.condition is not None:
        return None
    sql = data.translated(rule.parameters[0], "CustomSql")
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    source = tree.find(exp.From) if isinstance(tree, exp.Select) else None
    if source is None or tree.args.get("joins") or tree.args.get("group"):
        raise BadRule("CustomSql without a condition must select rows of primary")
    alias = source.this.alias_or_name
    tree.set("expressions", [exp.column("lab_row", table=alias, quoted=True)])
    return f"lab_primary.lab_row IN ({tree.sql(dialect='duckdb', identify=True)})"


_MADE = {
    "ColumnDataType": _type,
    "ColumnLength": _length,
    "ColumnValues": _values,
    "Completeness": _complete,
    "CustomSql": _selected,
    "DataFreshness": _freshness,
    "DatasetMatch": _matches,
    "IsComplete": _complete,
    "IsPrimaryKey": _primary_key,
    "IsUnique": _once,
    "ReferentialIntegrity": _references,
    "Uniqueness": _once,
}


def where_of(rule: Rule, data: Data) -> str:
    """Return ``WHERE ...`` of a rule's filter; ``WHERE true`` without one. Raises BadRule."""
    if rule.where is None:
        return "WHERE true"
    wrong = f"Rule {rule.text} has provided an invalid where clause"
    sql = data.translated(f"SELECT 1 FROM primary WHERE {rule.where}", wrong)
    try:
        data.one(f"{sql} LIMIT 1")
    except BadRule as error:
        raise BadRule(f"{wrong} : {error}") from error
    return "WHERE coalesce(" + sql.partition(" WHERE ")[2] + ", false)"
