"""Athena as a library: statements in, results and Athena's errors out."""

import re

from dealab.sql import types
from dealab.sql.engine import Engine, Plan
from dealab.sql.errors import LabBug, ServiceError
from dealab.sql.types import athena_name


class Athena(Engine):
    """An Athena session (engine version 3) over the lab's catalog.

        Athena(datasets=None, database="fernway", region="us-east-1")

    ``datasets`` is a folder with catalog.json and the buckets (default: the course's).
    """

    service = "athena"
    settings = ("ieee_floating_point_ops = true",)  # Trino: 1e0/0 is Infinity; whole numbers raise

    def type_name(self, kind) -> str:
        return athena_name(kind, lengths=False)

    def _plan(self, sql, parameters):
        from dealab.sql import statements

        return statements.athena(self, sql, parameters)

    def finish(self, query, binder) -> Plan:
        """Return the plan of a bound query; intervals are shown as Trino's text."""
        shown = query.sql
        if any(kind.name in types.INTERVALS for _, kind in query.columns):
            names = [f"c{at}" for at in range(len(query.columns))]
            casts = {
                "interval_day": "lab_day_interval_text(r.{})",
                "interval_month": "lab_month_interval_text(r.{})",
            }
            picks = ", ".join(
                casts.get(kind.name, "r.{}").format(name)
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
            return ServiceError(own[1], own[2].replace("''", "'"))
        for pattern, code, shown in _RUNTIME:
            match = re.search(pattern, message, re.DOTALL)
            if match:
                return ServiceError(code, match.expand(shown))
        return LabBug(f"{type(problem).__name__}: {message.splitlines()[0]}")


#: what DuckDB says at run time -> Athena's error
_RUNTIME = (
    (r"Division by zero", "DIVISION_BY_ZERO", "Division by zero"),
    (r"Overflow in (addition|subtraction|multiplication|negation) of INT(\d+)", "NUMERIC_VALUE_OUT_OF_RANGE", r"bigint \1 overflow"),
    (r"Overflow in .*|out of range for the destination type (\w+)|is out of range", "NUMERIC_VALUE_OUT_OF_RANGE", "Value is out of range"),
    (r"Could not cast value ([^ ]+) to (DECIMAL\([^)]*\))", "INVALID_CAST_ARGUMENT", r"Cannot cast '\1' to \2"),
    (r"Could not convert string '(.*?)' to (\w+)", "INVALID_CAST_ARGUMENT", r"Cannot cast '\1' to \2"),
    (r"invalid timestamp field format: \"(.*?)\"", "INVALID_CAST_ARGUMENT", r"Value cannot be cast to timestamp: \1"),
    (r"invalid date field format: \"(.*?)\"", "INVALID_CAST_ARGUMENT", r"Value cannot be cast to date: \1"),
    (r"More than one row returned by a subquery", "SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows"),
    (r"Map keys must be unique", "INVALID_FUNCTION_ARGUMENT", "Duplicate map keys are not allowed"),
    (r"Map keys can not be NULL", "INVALID_FUNCTION_ARGUMENT", "map key cannot be null"),
    (r"Malformed JSON|Failed to cast value to numerical", "INVALID_CAST_ARGUMENT", "Cannot cast JSON value"),
    (r"Invalid Error: (.*)hex", "INVALID_FUNCTION_ARGUMENT", "Invalid hex string"),
    (r"Out of Memory", "EXCEEDED_LOCAL_MEMORY_LIMIT", "Query exhausted resources at this scale factor"),
    (r"in file \"(.*?)\"|CSV Error", "HIVE_BAD_DATA", "Error reading the table's files"),
)  # fmt: skip
