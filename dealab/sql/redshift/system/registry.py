"""Which system views there are, their columns, and who may see which rows.

A view is a function with its columns above it:

    @view("stv_slices", "node int, slice int", page="r_STV_SLICES")
    def stv_slices(look): yield {"node": 0, "slice": 0}

It yields a dict for each row; a column that is not in it is NULL.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from dealab.sql import types
from dealab.sql.errors import LabBug, LabLimit, ServiceError
from dealab.sql.redshift.system.looking import Look
from dealab.sql.redshift.system.names import KNOWN, LEADER
from dealab.sql.scope import Source
from dealab.sql.types import Type, quote

PAGES = "https://docs.aws.amazon.com/redshift/latest/dg/"
MODULES = (
    "catalog_views",
    "table_views",
    "schema_views",
    "external_views",
    "history_views",
    "procedure_views",
    "session_views",
    "load_views",
    "storage_views",
    "maintenance_views",
    "security_views",
    "policy_views",
    "plan_views",
    "information_schema",
)
_KINDS = {
    "text": types.VARCHAR,
    "name": types.varchar(128),
    "int": types.INTEGER,
    "oid": types.INTEGER,
    "bigint": types.BIGINT,
    "smallint": types.SMALLINT,
    "bool": types.BOOLEAN,
    "ts": types.TIMESTAMP,
    "date": types.DATE,
    "real": types.REAL,
    "float": types.DOUBLE,
}


@dataclass(frozen=True)
class SystemView:
    """One system view. ``access``: "all" shows every row to everyone, "own" shows ordinary users
    their own rows (by ``userid`` or ``user_id``), "superuser" refuses them, "hidden" shows them
    nothing. ``hidden`` columns are not part of ``*``."""

    schema: str
    name: str
    columns: tuple[tuple[str, Type], ...]
    rows: Callable
    access: str
    page: str
    hidden: tuple[tuple[str, Type], ...] = ()


VIEWS: dict[tuple[str, str], SystemView] = {}


def read_columns(text: str) -> tuple[tuple[str, Type], ...]:
    """Return the columns of ``name type, name type``."""
    found = []
    for part in re.split(r",\s*(?![^()]*\))", text.strip()):
        name, kind = part.split()
        sized = re.fullmatch(r"(char|varchar|numeric)\((\d+)(?:,(\d+))?\)", kind)
        if sized is None:
            made = _KINDS[kind]
        elif sized[1] == "numeric":
            made = types.decimal(int(sized[2]), int(sized[3]))
        else:
            made = Type(sized[1], (int(sized[2]),))
        found.append((name, made))
    return tuple(found)


def view(name, columns, access="all", page="", schema="pg_catalog", hidden=""):
    """Register the function below as the rows of a system view (or of several of one shape)."""

    def register(function):
        for one in [name] if isinstance(name, str) else name:
            VIEWS[(schema, one)] = SystemView(
                schema,
                one,
                read_columns(columns),
                function,
                access,
                PAGES + page + ".html" if page else "",
                read_columns(hidden) if hidden else (),
            )
        return function

    return register


def load() -> dict[tuple[str, str], SystemView]:
    """Return all system views by schema and name."""
    for module in MODULES:
        import_module(f"{__package__}.{module}")
    return VIEWS


def names() -> list[str]:
    """Return the names of all system views, with the schema where it is not pg_catalog."""
    return sorted(name if schema == "pg_catalog" else f"{schema}.{name}" for schema, name in load())


def sees(parts: list[str]) -> bool:
    """Tell whether a name means a system table or view, or one that the lab does not have."""
    name = parts[-1]
    if len(parts) > 1:
        return parts[-2] in ("pg_catalog", "information_schema", "sys")
    return ("pg_catalog", name) in load() or name in KNOWN or name.startswith("svcs_")


def find(binder, parts: list[str], node) -> Source:
    """Return the Source of a system name. Raises LabLimit for a documented view that the lab does
    not have, and Redshift's error for a name that nothing has."""
    name = parts[-1]
    schema = parts[-2] if len(parts) > 1 else "pg_catalog"
    found = load().get((schema, name))
    if found is None and schema == "pg_catalog" and name.startswith("svcs_"):
        found = VIEWS.get((schema, "svl_" + name[5:]))  # the lab's cluster never scales
    if found is None:
        raise missing(binder, schema, name, parts, node)
    look = Look(binder.engine)
    if found.access == "superuser" and not look.unrestricted:
        raise ServiceError("42501", f"permission denied for relation {name}")
    if len(parts) == 3 and parts[0] != binder.engine.database:
        raise LabLimit(
            f"the system view {'.'.join(parts)} of another database",
            "Redshift shows the catalog of the database that the session is connected to.",
        )
    return source(binder, found, look)


def source(binder, found: SystemView, look: Look) -> Source:
    columns = [*found.columns, *found.hidden]
    path = (look.engine.database, found.schema, found.name)
    sql = rows_text(columns, rows_of(found, look))
    return Source(sql, list(found.columns), hidden=list(found.hidden), path=path, table=found)


def rows_text(columns, rows) -> str:
    """Return DuckDB's text of a view's rows: plain texts, cast a column at a time (thousands of
    casts of single values would take DuckDB long to read)."""
    picks = ", ".join(
        f"CAST(c{at} AS {types.duck_name(kind)}) AS {quote(name)}"
        for at, (name, kind) in enumerate(columns)
    )
    names = ", ".join(f"c{at}" for at in range(len(columns)))
    given = [tuple(map(literal, row)) for row in rows] or [("NULL",) * len(columns)]
    listed = ", ".join(f"({', '.join(row)})" for row in given)
    empty = "" if rows else " WHERE false"
    return f"(SELECT {picks} FROM (VALUES {listed}) AS s({names}){empty})"


def literal(value) -> str:
    return "NULL" if value is None else types.text(str(value))


def rows_of(found: SystemView, look: Look) -> list[tuple]:
    """Return a view's rows as the session may see them."""
    columns = [*found.columns, *found.hidden]
    names = [one for one, _ in columns]
    known = set(names)
    made = []
    own = next((one for one in ("userid", "user_id") if one in known), None)
    for row in found.rows(look) if found.access != "hidden" or look.unrestricted else ():
        if not known.issuperset(row):
            raise LabBug(f"{found.name}: columns {sorted(set(row) - known)}")
        if found.access == "own" and not look.unrestricted and row.get(own) != look.me:
            continue
        made.append(tuple(cut(row.get(one), kind) for one, kind in columns))
    return made


def cut(value, kind: Type):
    """Return a value as its column holds it: text that is too long is cut."""
    if isinstance(value, str) and kind.name in ("char", "varchar") and kind.args[0] is not None:
        return value[: kind.args[0]]
    return value


def missing(binder, schema: str, name: str, parts: list[str], node):
    """Return the refusal of a system name that the lab has no rows for."""
    why = KNOWN.get(name) if schema != "information_schema" else LEADER.get(name)
    if why is not None:
        return LabLimit(f"the system view {'.'.join(parts)}", why)
    return binder.error("42P01", f'relation "{".".join(parts)}" does not exist', node)
