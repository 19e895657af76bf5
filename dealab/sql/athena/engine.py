"""Athena as a library: statements in, results and Athena's errors out."""

from typing import ClassVar

from dealab.sql.engine import Engine
from dealab.sql.types import athena_name


class Athena(Engine):
    """An Athena session (engine version 3) over the lab's catalog.

        Athena(datasets=None, database="fernway", region="us-east-1")

    ``datasets`` is a folder with catalog.json and the buckets (default: the course's).
    """

    service = "athena"
    interval_texts: ClassVar[dict[str, str]] = {
        "interval_day": "lab_day_interval_text({})",
        "interval_month": "lab_month_interval_text({})",
    }
    settings = ("ieee_floating_point_ops = true",)  # Trino: 1e0/0 is Infinity; whole numbers raise

    def type_name(self, kind) -> str:
        return athena_name(kind, lengths=False)

    def _plan(self, sql, parameters):
        from dealab.sql import statements

        return statements.athena(self, sql, parameters)
