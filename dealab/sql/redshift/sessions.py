"""What a session says of itself: CURRENT_SETTING, DB_COLLATION; and texts without regard to case.

https://docs.aws.amazon.com/redshift/latest/dg/r_CURRENT_SETTING.html
https://docs.aws.amazon.com/redshift/latest/dg/r_COLLATE.html (read 2026-11-23)
"""

from dealab.sql.errors import LabLimit
from dealab.sql.redshift import settings
from dealab.sql.redshift.registry import arguments, refuse, special
from dealab.sql.scope import Value
from dealab.sql.types import STRINGS, VARCHAR, text

#: Redshift's collations in DuckDB's words
COLLATIONS = {"case_insensitive": "NOCASE", "ci": "NOCASE", "case_sensitive": "C", "cs": "C"}


@special("current_setting")
def current_setting(binder, node, scope):
    (name,) = arguments(binder, node, scope, 1)
    if not isinstance(name.literal, str):
        raise LabLimit("current_setting of a name that is not a constant", "Redshift takes any.")
    found = settings.read(binder.engine, name.literal.lower())
    if found is None:
        message = f'unrecognized configuration parameter "{name.literal.lower()}"'
        raise binder.error("42704", message, node)
    return Value(text(found), VARCHAR)


@special("db_collation")
def db_collation(binder, node, scope):
    arguments(binder, node, scope, 0)
    home = binder.engine.objects.get("database", binder.engine.database)
    return Value(text(home.collate if home is not None else "case_sensitive"), VARCHAR)


@special("collate")
def collate(binder, node, scope):
    value, name = arguments(binder, node, scope, 2)
    wanted = COLLATIONS.get(str(name.literal).lower())
    if wanted is None:
        raise binder.error("22023", f'collation "{name.literal}" does not exist', node)
    if value.type.name not in (*STRINGS, "null"):
        raise refuse(binder, node, [value, name])
    return Value(f"(CAST({value.sql} AS VARCHAR) COLLATE {wanted})", VARCHAR)
