"""SHOW PROCEDURES, FUNCTIONS and PARAMETERS.

https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_PROCEDURES.html, r_SHOW_FUNCTIONS.html and
r_SHOW_PARAMETERS.html (read 2026-11-23)
"""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift.names import shown
from dealab.sql.redshift.statements import routines
from dealab.sql.redshift.statements.show import kept, schema_of, tail
from dealab.sql.results import Plan, table
from dealab.sql.types import INTEGER, NUMBERS, VARCHAR


def show_routines(engine, reader) -> Plan:
    """SHOW { PROCEDURES | FUNCTIONS } FROM SCHEMA [db.]s [LIKE 'p'] [LIMIT n]"""
    reader.expect("SHOW")
    word = reader.expect_any("PROCEDURES", "FUNCTIONS")
    kind = word.lower()[:-1]
    reader.expect("FROM", "SCHEMA")
    parts = reader.qualified()
    pattern, limit = tail(reader)
    database, schema, _ = schema_of(engine, parts)
    rows = []
    for one in engine.objects.find(kind, database, schema):
        inputs = [base(item.type) for item in one.inputs()]
        if kind == "function":
            returned = base(one.returns)
        else:
            returned = ", ".join(base(item.type) for item in one.arguments if item.mode != "IN")
        rows.append(
            (one.database, one.schema, one.name, len(inputs), ", ".join(inputs), returned, None)
        )
    titles = ["database_name", "schema_name", f"{kind}_name", "number_of_arguments"]
    titles += ["argument_list", "return_type", "remarks"]
    kinds = [VARCHAR] * 3 + [INTEGER] + [VARCHAR] * 3
    return table(titles, kept(rows, 2, pattern, limit), kinds)


def base(kind) -> str:
    """Return the name of a type without its length."""
    return shown(kind).partition("(")[0]


def show_parameters(engine, reader) -> Plan:
    """SHOW PARAMETERS OF { FUNCTION | PROCEDURE } [db.]s.f(types) [LIKE 'p']"""
    reader.expect("SHOW", "PARAMETERS", "OF")
    kind = reader.expect_any("FUNCTION", "PROCEDURE").lower()
    parts = reader.qualified()
    given = routines.arguments(reader)
    asked = routines.signature(one.type for one in given)
    pattern, limit = tail(reader)
    for one in routines.find(engine, kind, parts[-2:]):
        if routines.signature(item.type for item in one.inputs()) == asked:
            break
    else:
        name = ".".join(parts)
        raise ServiceError("42883", f"{kind} {name}({asked}) does not exist")
    rows = []
    for at, item in enumerate(one.arguments, 1):
        text_ = item.type.name in ("varchar", "char")
        precision = scale = None
        if item.type.name == "decimal":
            precision, scale = item.type.args
        elif item.type.name in NUMBERS:
            precision = {"smallint": 16, "integer": 32, "bigint": 64}.get(item.type.name)
        length = item.type.args[0] if text_ and item.type.args else None
        rows.append(
            (
                one.database,
                one.schema,
                one.name,
                item.name,
                at,
                item.mode,
                base(item.type),
                length,
                precision,
                scale,
            )
        )
    titles = ["database_name", "schema_name", f"{kind}_name", "parameter_name"]
    titles += ["ordinal_position", "parameter_type", "data_type", "character_maximum_length"]
    titles += ["numeric_precision", "numeric_scale"]
    kinds = [VARCHAR] * 4 + [INTEGER, VARCHAR, VARCHAR] + [INTEGER] * 3
    return table(titles, kept(rows, 3, pattern, limit), kinds)
