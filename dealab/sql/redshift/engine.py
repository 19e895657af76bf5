"""Redshift as a library: statements in, results and Redshift's errors out."""

from typing import ClassVar

from dealab.sql import types
from dealab.sql.engine import Engine
from dealab.sql.types import redshift_name


class Redshift(Engine):
    """A Redshift session over the lab's catalog, read as an external schema (Spectrum).

    Redshift(datasets=None, database="fernway", region="us-east-1")
    """

    service = "redshift"
    interval_texts: ClassVar[dict[str, str]] = dict.fromkeys(types.INTERVALS, "CAST({} AS VARCHAR)")
    settings = ("ieee_floating_point_ops = false", "preserve_identifier_case = 'lowercase'")

    def type_name(self, kind) -> str:
        return redshift_name(kind)

    def _plan(self, sql, parameters):
        from dealab.sql import statements

        return statements.redshift(self, sql, parameters)

    def own_error(self, code, message):
        if code == "DIVISION_BY_ZERO":
            return super().own_error("22012", "division by zero")
        if code == "HIVE_BAD_DATA":
            return super().own_error("XX000", f"Spectrum Scan Error: {message}")
        return super().own_error(code, message)
