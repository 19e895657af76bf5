"""Redshift as a library: statements in, results and Redshift's errors out."""

from dealab.sql import types
from dealab.sql.engine import Engine, Plan, has_limit
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

    def finish(self, query, binder, tree) -> Plan:
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
            limited=has_limit(tree),
        )

    def own_error(self, code, message):
        if code == "DIVISION_BY_ZERO":
            return super().own_error("22012", "division by zero")
        if code == "HIVE_BAD_DATA":
            return super().own_error("XX000", f"Spectrum Scan Error: {message}")
        return super().own_error(code, message)
