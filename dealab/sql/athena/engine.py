"""Athena as a library: statements in, results and Athena's errors out."""

from dealab.sql import types
from dealab.sql.engine import Engine, Plan, has_limit
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

    def finish(self, query, binder, tree) -> Plan:
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
            limited=has_limit(tree),
        )
