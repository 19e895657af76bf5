"""Redshift as a library: statements in, results and Redshift's errors out."""

import re

from dealab.sql import types
from dealab.sql.engine import Engine, Plan
from dealab.sql.errors import LabBug, ServiceError
from dealab.sql.types import redshift_name


class Redshift(Engine):
    """A Redshift session over the lab's catalog, read as an external schema (Spectrum).

    Redshift(datasets=None, database="fernway", region="us-east-1")
    """

    service = "redshift"
    settings = ("ieee_floating_point_ops = false", "preserve_identifier_case = 'lowercase'")

    def type_name(self, kind) -> str:
        return redshift_name(kind)

    def _plan(self, sql, parameters):
        from dealab.sql import statements

        return statements.redshift(self, sql, parameters)

    def finish(self, query, binder) -> Plan:
        shown = query.sql
        if any(kind.name in types.INTERVALS for _, kind in query.columns):
            names = [f"c{at}" for at in range(len(query.columns))]
            picks = ", ".join(
                f"CAST(r.{name} AS VARCHAR)" if kind.name in types.INTERVALS else f"r.{name}"
                for name, (_, kind) in zip(names, query.columns, strict=True)
            )
            shown = f"SELECT {picks} FROM ({query.sql}) AS r({', '.join(names)})"
        return Plan(
            query=shown,
            columns=[name for name, _ in query.columns],
            kinds=[kind for _, kind in query.columns],
            tables=binder.tables,
            limited=query.limited,
        )

    def read_error(self, problem):
        message = str(problem)
        own = re.search(r"'lab\|([A-Z_0-9]+)\|(.*)' to INT64", message, re.DOTALL)
        if own:
            if own[1] == "DIVISION_BY_ZERO":
                return ServiceError("22012", "division by zero")
            return ServiceError(own[1], own[2].replace("''", "'"))
        for pattern, code, shown in _RUNTIME:
            match = re.search(pattern, message, re.DOTALL)
            if match:
                return ServiceError(code, match.expand(shown))
        return LabBug(f"{type(problem).__name__}: {message.splitlines()[0]}")


#: what DuckDB says at run time -> Redshift's error
_RUNTIME = (
    (r"Division by zero", "22012", "division by zero"),
    (r"out of range for the destination type (\w+)|Overflow in|is out of range|DECIMAL", "22003", "numeric field overflow"),
    (r"Could not convert string '(.*?)' to (\w+)", "22P02", r'invalid input syntax for type \2: "\1"'),
    (r"invalid timestamp field format: \"(.*?)\"", "22007", r'invalid input syntax for type timestamp: "\1"'),
    (r"invalid date field format: \"(.*?)\"", "22007", r'invalid input syntax for type date: "\1"'),
    (r"More than one row returned by a subquery", "21000", "single-row subquery returns more than one row"),
    (r"cannot take square root of a negative number", "2201F", "cannot take square root of a negative number"),
    (r"cannot take logarithm of zero", "2201E", "cannot take logarithm of zero"),
    (r"cannot take logarithm of a negative number", "2201E", "cannot take logarithm of a negative number"),
    (r"zero raised to a negative power", "2201F", "zero raised to a negative power is undefined"),
    (r"Malformed JSON", "XX000", "JSON parsing error"),
    (r"in file \"(.*?)\"|CSV Error", "XX000", "Spectrum Scan Error"),
)  # fmt: skip
