"""PREPARE, EXECUTE and DEALLOCATE.

https://docs.aws.amazon.com/redshift/latest/dg/r_PREPARE.html (read 2026-11-23)
"""

import re

from dealab.sql import types
from dealab.sql.errors import ServiceError
from dealab.sql.redshift.statements import column_types
from dealab.sql.results import Plan, done
from dealab.sql.types import redshift_name

KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_MARK = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|\$(\d+)", re.DOTALL)


def spaced(sql: str) -> str:
    """Return a text with a blank behind each $1: the tokenizer would read $1,$ as a quote."""
    return _MARK.sub(lambda found: f"${found[1]} " if found[1] else found[0], sql)


def filled(sql: str, values: list[str]) -> str:
    """Return a statement with its $1, $2 ... replaced by the texts of values."""

    def put(found):
        if not found[1]:
            return found[0]
        at = int(found[1])
        if not 1 <= at <= len(values):
            raise ServiceError("42P02", f"there is no parameter ${at}")
        return values[at - 1]

    return _MARK.sub(put, sql)


def prepare(engine, reader) -> Plan:
    from dealab.sql.redshift import statements

    reader.expect("PREPARE")
    name = reader.identifier()
    kinds = reader.listed(lambda: column_types.read_type(reader)) if reader.sees("(") else []
    reader.expect("AS")
    if reader.word() not in KINDS:
        raise reader.fail()
    text = reader.rest()
    if name in engine.prepared:
        raise ServiceError("42P05", f'prepared statement "{name}" already exists')
    blanks = [f"CAST(NULL AS {redshift_name(kind)})" for kind in kinds]
    statements.plan(engine, filled(text, blanks))  # what is wrong is said now

    def work():
        engine.prepared[name] = (text, kinds)
        return "PREPARE"

    return done(work)


def found(engine, name: str):
    if name not in engine.prepared:
        raise ServiceError("26000", f'prepared statement "{name}" does not exist')
    return engine.prepared[name]


def execute(engine, reader) -> Plan:
    """EXECUTE name [(value, ...)]: the plan of the prepared statement with these values."""
    from dealab.sql.redshift import statements

    reader.expect("EXECUTE")
    name = reader.identifier()
    text, kinds = found(engine, name)
    values = []
    if reader.sees("("):
        inner = reader.parenthesized()
        while not inner.done:
            part = inner.until(",")
            if not part.tokens:
                raise inner.fail()
            values.append(part.text_between(0, len(part.tokens)))
            if not inner.accept(","):
                break
    reader.end()
    if len(values) != len(kinds):
        raise ServiceError(
            "42601",
            f'wrong number of parameters for prepared statement "{name}"\n'
            f"  Detail: Expected {len(kinds)} parameters but got {len(values)}.",
        )
    given = [typed(value, kind) for value, kind in zip(values, kinds, strict=True)]
    return statements.plan(engine, filled(text, given))


def typed(value: str, kind) -> str:
    """Return a value's text as of the parameter's type; text keeps its length."""
    if kind.name in types.STRINGS:
        return f"({value})"
    return f"CAST({value} AS {redshift_name(kind)})"


def deallocate(engine, reader) -> Plan:
    reader.expect("DEALLOCATE")
    reader.accept("PREPARE")
    if reader.accept("ALL"):
        reader.end()

        def everything():
            engine.prepared.clear()
            return "DEALLOCATE ALL"

        return done(everything)
    name = reader.identifier()
    reader.end()
    found(engine, name)

    def work():
        del engine.prepared[name]
        return "DEALLOCATE"

    return done(work)
