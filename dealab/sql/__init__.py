"""Athena and Redshift SQL on DuckDB.

    from dealab.sql import Athena, Redshift, ServiceError, LabLimit
    result = Athena().run("SELECT channel, count(*) AS orders FROM orders GROUP BY channel")

Everything heavy (sqlglot, DuckDB, pandas) is imported when the first statement runs.
"""

from importlib import import_module

from dealab.sql.errors import LabBug, LabLimit, ServiceError, SqlError

__all__ = ["Athena", "LabBug", "LabLimit", "Lake", "Redshift", "Result", "ServiceError", "SqlError"]

_HOMES = {
    "Athena": "athena.engine",
    "Lake": "lake",
    "Redshift": "redshift.engine",
    "Result": "results",
}


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"dealab.sql.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
