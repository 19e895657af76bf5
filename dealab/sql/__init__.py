"""Athena and Redshift SQL on DuckDB.

    from dealab.sql import Athena, Redshift, ServiceError, LabLimit
    result = Athena().run("SELECT channel, count(*) AS orders FROM orders GROUP BY channel")

Everything heavy (sqlglot, DuckDB, pandas) is imported when the first statement runs.
"""

from dealab.sql.errors import LabBug, LabLimit, ServiceError, SqlError

__all__ = ["Athena", "LabBug", "LabLimit", "Redshift", "Result", "ServiceError", "SqlError"]


def __getattr__(name):
    if name in ("Athena", "Redshift", "Result"):
        from dealab.sql import engine

        return getattr(engine, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
