"""Athena as a library: statements in, results and Athena's errors out."""

from typing import ClassVar

from dealab.sql.engine import Engine
from dealab.sql.types import athena_name


class Athena(Engine):
    """An Athena client (engine version 3) over a lake.

        Athena(datasets=None, database="fernway", region="us-east-1", lake=None,
               workgroup="primary")

    ``lake`` holds the buckets and the catalog: ``Lake()`` is a fresh one over the course's
    datasets, and every client that is given the same one sees the same tables. Without it the
    notebook's own lake is used, or a fresh one over the ``datasets`` folder that is named.
    """

    service = "athena"
    interval_texts: ClassVar[dict[str, str]] = {
        "interval_day": "lab_day_interval_text({})",
        "interval_month": "lab_month_interval_text({})",
    }
    settings = ("ieee_floating_point_ops = true",)  # Trino: 1e0/0 is Infinity; whole numbers raise

    def __init__(
        self,
        datasets=None,
        database: str = "fernway",
        region: str = "us-east-1",
        lake=None,
        workgroup: str = "primary",
    ):
        super().__init__(datasets, database, region, lake)
        self.workgroup = workgroup

    def type_name(self, kind) -> str:
        return athena_name(kind, lengths=False)

    def plan(self, sql, parameters=()):
        from dealab.sql.athena import statements

        return statements.plan(self, sql, parameters)

    def split(self, sql):
        from dealab.sql import parsing
        from dealab.sql.athena.dialect import AthenaDialect

        return parsing.split(sql, AthenaDialect)
