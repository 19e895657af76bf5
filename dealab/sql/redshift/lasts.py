"""PG_LAST_COPY_ID and its relatives: what the session's last COPY and UNLOAD did.

https://docs.aws.amazon.com/redshift/latest/dg/PG_LAST_COPY_ID.html (-1 before the first COPY)
https://docs.aws.amazon.com/redshift/latest/dg/PG_LAST_COPY_COUNT.html
https://docs.aws.amazon.com/redshift/latest/dg/PG_LAST_UNLOAD_ID.html
https://docs.aws.amazon.com/redshift/latest/dg/PG_LAST_UNLOAD_COUNT.html (read 2026-11-23)
"""

from dealab.sql.redshift.registry import arguments, special
from dealab.sql.scope import Value
from dealab.sql.types import BIGINT, INTEGER


@special("pg_last_copy_id", "pg_last_unload_id")
def last_id(binder, node, scope):
    arguments(binder, node, scope, 0)
    engine = binder.engine
    last = engine.last_copy if "copy" in node.name.lower() else engine.last_unload
    return Value(f"CAST({last[0]} AS INTEGER)", INTEGER)


@special("pg_last_copy_count", "pg_last_unload_count")
def last_count(binder, node, scope):
    arguments(binder, node, scope, 0)
    engine = binder.engine
    last = engine.last_copy if "copy" in node.name.lower() else engine.last_unload
    return Value(f"CAST({last[1]} AS BIGINT)", BIGINT)
