"""PostgreSQL's catalog as Redshift keeps it: pg_class and the tables that are joined to it.

https://docs.aws.amazon.com/redshift/latest/dg/c_join_PG.html (read 2026-11-23); the columns of the
tables themselves are PostgreSQL 8.0's with Redshift's additions.
"""

from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import slices, storage
from dealab.sql.redshift.statements import ddl
from dealab.sql.redshift.system.looking import Look, acl, text_of
from dealab.sql.redshift.system.registry import view
from dealab.sql.types import Type

#: type -> (oid, bytes or -1, name in pg_type)
TYPES = {
    "boolean": (16, 1, "bool"), "bigint": (20, 8, "int8"), "smallint": (21, 2, "int2"),
    "tinyint": (21, 2, "int2"), "integer": (23, 4, "int4"), "real": (700, 4, "float4"),
    "double": (701, 8, "float8"), "char": (1042, -1, "bpchar"), "varchar": (1043, -1, "varchar"),
    "date": (1082, 4, "date"), "time": (1083, 8, "time"), "timestamp": (1114, 8, "timestamp"),
    "timestamptz": (1184, 8, "timestamptz"), "timetz": (1266, 12, "timetz"),
    "decimal": (1700, -1, "numeric"), "interval_day": (1186, 16, "interval"),
    "interval_month": (1186, 16, "interval"), "super": (4000, -1, "super"),
    "varbinary": (6551, -1, "varbyte"),
}  # fmt: skip
#: encoding -> number in pg_attribute.attencodingtype
#: as format_encoding() reads them in awslabs/amazon-redshift-utils (src/AdminViews)
ENCODINGS = {
    "none": 0, "bytedict": 1, "delta": 2, "lzo": 3, "runlength": 4, "text255": 5, "text32k": 6,
    "delta32k": 7, "mostly8": 8, "mostly16": 9, "mostly32": 10, "zstd": 131, "az64": 132,
}  # fmt: skip
_STYLES = {"EVEN": 0, "KEY": 1, "ALL": 8}
_AUTO = {"ALL": 10, "EVEN": 11, "KEY": 12}


def type_of(kind: Type) -> tuple[int, int, str]:
    return TYPES.get(kind.name, TYPES["super"])


def modifier(kind: Type) -> int:
    """Return atttypmod: what is in the parentheses of a type, as PostgreSQL packs it."""
    if kind.name in ("varchar", "char") and kind.args and kind.args[0] is not None:
        return kind.args[0] + 4
    if kind.name == "decimal":
        return (kind.args[0] << 16 | kind.args[1]) + 4
    return -1


def dist_number(look: Look, table: spaces.Table) -> int:
    """Return releffectivediststyle: 0 EVEN, 1 KEY, 8 ALL, 10 to 12 the same chosen by AUTO.

    https://docs.aws.amazon.com/redshift/latest/dg/viewing-distribution-styles.html
    """
    if table.diststyle != "AUTO":
        return _STYLES[table.diststyle]
    return _AUTO[slices.effective(look.engine, table)[0]]


def sort_place(table: spaces.Table, name: str) -> int:
    """Return a column's place in the sort key; those of an interleaved one have changing signs."""
    if name not in table.sortkey:
        return 0
    at = table.sortkey.index(name) + 1
    return -at if table.sortstyle == "INTERLEAVED" and at % 2 == 0 else at


@view(
    "pg_namespace",
    "nspname name, nspowner int, nspacl text",
    hidden="oid oid",
    page="c_join_PG",
)
def pg_namespace(look):
    for one in look.schemas():
        yield {
            "oid": one.oid,
            "nspname": one.name,
            "nspowner": look.user_id(one.owner),
            "nspacl": acl(look, "schema", one.oid, one.owner),
        }
    for name, oid in (("pg_catalog", 11), ("information_schema", 11203)):
        yield {"oid": oid, "nspname": name, "nspowner": 1}


_CLASS = """
    relname name, relnamespace oid, reltype oid, relowner int, relam oid, relfilenode oid,
    reltablespace oid, relpages int, reltuples real, reltoastrelid oid, reltoastidxid oid,
    relhasindex bool, relisshared bool, relkind char(1), relnatts smallint, relexternid oid,
    relisreplicated bool, relispinned bool, reldiststyle smallint, relprojbaseid oid,
    relchecks smallint, reltriggers smallint, relukeys smallint, relfkeys smallint,
    relrefs smallint, relhasoids bool, relhaspkey bool, relhasrules bool, relhassubclass bool,
    relacl text
"""


def class_row(look: Look, one) -> dict:
    table = isinstance(one, spaces.Table)
    keys = one.constraints if table else ()
    return {
        "oid": one.oid,
        "relname": one.name,
        "relnamespace": look.schema_id(one.schema),
        "reltype": 0,
        "relowner": look.user_id(one.owner),
        "relam": 0,
        "relfilenode": one.oid if table else 0,
        "reltablespace": 0,
        "relpages": 0,
        "reltuples": float(one.analyzed_rows or 0) if table else 0.0,
        "reltoastrelid": 0,
        "reltoastidxid": 0,
        "relhasindex": False,
        "relisshared": False,
        "relkind": "v" if isinstance(one, (spaces.View, spaces.MaterializedView)) else "r",
        "relnatts": len(one.columns),
        "relexternid": 0,
        "relisreplicated": False,
        "relispinned": False,
        "reldiststyle": dist_number(look, one) if table else 0,
        "relprojbaseid": 0,
        "relchecks": 0,
        "reltriggers": 0,
        "relukeys": sum(key.kind == "unique" for key in keys),
        "relfkeys": sum(key.kind == "foreign key" for key in keys),
        "relrefs": 0,
        "relhasoids": False,
        "relhaspkey": any(key.kind == "primary key" for key in keys),
        "relhasrules": not table,
        "relhassubclass": False,
        "relacl": acl(look, "table", one.oid, one.owner),
    }


@view("pg_class", _CLASS, hidden="oid oid", page="c_join_PG")
def pg_class(look):
    for one in look.relations():
        yield class_row(look, one)


@view(
    "pg_class_info",
    "reloid oid, " + _CLASS.strip() + ", relcreationtime ts, releffectivediststyle smallint",
    page="r_PG_CLASS_INFO",
)
def pg_class_info(look):
    """Both styles are the current one: 10 to 12 where AUTO has chosen it."""
    made = created(look)
    for one in look.relations():
        row = class_row(look, one)
        row["reloid"] = row.pop("oid")
        row["relcreationtime"] = made.get(one.oid)
        row["releffectivediststyle"] = row["reldiststyle"]
        yield row


def created(look: Look) -> dict[int, object]:
    """Return oid -> when the object was made, from the history (the last CREATE with its name)."""
    from dealab.sql.redshift.system.history_views import made_by

    return made_by(look)


_ATTRIBUTE = """
    attrelid oid, attname name, atttypid oid, attstattarget int, attlen smallint, attnum smallint,
    attndims int, attcacheoff int, atttypmod int, attbyval bool, attstorage char(1),
    attalign char(1), attnotnull bool, atthasdef bool, attisdropped bool, attislocal bool,
    attinhcount int, attisdistkey bool, attispreloaded bool, attsortkeyord int,
    attencodingtype smallint, attencrypttype smallint
"""


@view("pg_attribute", _ATTRIBUTE, page="c_join_PG")
def pg_attribute(look):
    for one in look.relations():
        table = isinstance(one, spaces.Table)
        fields = one.fields() if table else one.columns
        for at, (name, kind) in enumerate(fields, 1):
            oid, length, _ = type_of(kind)
            column = one.column(name) if table else None
            yield {
                "attrelid": one.oid,
                "attname": name,
                "atttypid": oid,
                "attstattarget": -1,
                "attlen": length,
                "attnum": at,
                "attndims": 0,
                "attcacheoff": -1,
                "atttypmod": modifier(kind),
                "attbyval": length in (1, 2, 4, 8),
                "attstorage": "x" if length < 0 else "p",
                "attalign": "i",
                "attnotnull": bool(column and column.not_null),
                "atthasdef": bool(column and ddl.default_of(column) is not None),
                "attisdropped": False,
                "attislocal": True,
                "attinhcount": 0,
                "attisdistkey": bool(table and one.distkey == name),
                "attispreloaded": False,
                "attsortkeyord": sort_place(one, name) if table else 0,
                "attencodingtype": ENCODINGS.get(column.encode, 0) if column else 0,
                "attencrypttype": 0,
            }


@view("pg_attrdef", "adrelid oid, adnum smallint, adbin text, adsrc text", page="c_join_PG")
def pg_attrdef(look):
    for one in look.tables():
        for at, column in enumerate(one.columns, 1):
            text = ddl.default_of(column)
            if text is not None:
                yield {"adrelid": one.oid, "adnum": at, "adbin": text, "adsrc": text}


@view(
    "pg_type",
    "typname name, typnamespace oid, typowner int, typlen smallint, typtype char(1)",
    hidden="oid oid",
    page="c_join_PG",
)
def pg_type(look):
    seen = set()
    for oid, length, name in TYPES.values():
        if oid not in seen:
            seen.add(oid)
            yield {
                "oid": oid,
                "typname": name,
                "typnamespace": 11,
                "typowner": 1,
                "typlen": length,
                "typtype": "b",
            }


@view(
    "pg_constraint",
    "conname name, connamespace oid, contype char(1), condeferrable bool, condeferred bool, "
    "conrelid oid, contypid oid, confrelid oid, confupdtype char(1), confdeltype char(1), "
    "confmatchtype char(1), conkey text, confkey text",
    hidden="oid oid",
    page="c_join_PG",
)
def pg_constraint(look):
    for one in look.tables():
        places = {column.name: at for at, column in enumerate(one.columns, 1)}
        for at, key in enumerate(one.constraints):
            row = {
                "oid": one.oid * 100 + at,
                "conname": key_name(one, key),
                "connamespace": look.schema_id(one.schema),
                "contype": {"primary key": "p", "unique": "u", "foreign key": "f"}[key.kind],
                "condeferrable": False,
                "condeferred": False,
                "conrelid": one.oid,
                "contypid": 0,
                "confrelid": 0,
                "conkey": text_of(places[name] for name in key.columns),
            }
            target = referenced(look, one, key)
            if target is not None:
                theirs = {column.name: at for at, column in enumerate(target.columns, 1)}
                row["confrelid"] = target.oid
                row["confkey"] = text_of(theirs.get(name, 0) for name in key.references[2])
            yield row


def key_name(table: spaces.Table, key: spaces.Constraint) -> str:
    """Return a constraint's name; PostgreSQL makes one up where none was given."""
    if key.name:
        return key.name
    tail = {"primary key": "pkey", "unique": "key", "foreign key": "fkey"}[key.kind]
    middle = "" if key.kind == "primary key" else "_".join(key.columns) + "_"
    return f"{table.name}_{middle}{tail}"


def referenced(look: Look, table: spaces.Table, key: spaces.Constraint):
    if key.kind != "foreign key" or not key.references:
        return None
    schema, name, _ = key.references
    return look.objects.get("relation", table.database, schema or table.schema, name)


@view(
    "pg_description",
    "objoid oid, classoid oid, objsubid int, description text",
    page="c_join_PG",
)
def pg_description(look):
    for one in look.relations():
        if one.comment:
            yield {"objoid": one.oid, "classoid": 1259, "objsubid": 0, "description": one.comment}
        for at, column in enumerate(getattr(one, "columns", ()), 1):
            if getattr(column, "comment", ""):
                row = {"objoid": one.oid, "classoid": 1259, "objsubid": at}
                yield {**row, "description": column.comment}


@view(
    "pg_statistic_indicator",
    "stairelid oid, stairows real, staiins real, staidels real",
    page="r_PG_STATISTIC_INDICATOR",
)
def pg_statistic_indicator(look):
    """Rows at the last ANALYZE; what came since is the difference to now."""
    for one in look.tables():
        if one.analyzed_rows is not None:
            rows = storage.count(look.engine, one)
            yield {
                "stairelid": one.oid,
                "stairows": float(one.analyzed_rows),
                "staiins": float(max(rows - one.analyzed_rows, 0)),
                "staidels": float(max(one.analyzed_rows - rows, 0)),
            }


_PROC = """
    proname name, pronamespace oid, proowner int, prolang oid, proisagg bool, prosecdef bool,
    proisstrict bool, proretset bool, provolatile char(1), pronargs smallint, prorettype oid,
    proargtypes text, proargnames text, prosrc text, probin text, proacl text
"""


def routine_rows(look: Look):
    for kind in ("function", "procedure"):
        for one in look.objects.find(kind, look.database):
            returns = getattr(one, "returns", None)
            yield (
                {
                    "oid": one.oid,
                    "proname": one.name,
                    "pronamespace": look.schema_id(one.schema),
                    "proowner": look.user_id(one.owner),
                    "prolang": 14 if kind == "function" else 101,
                    "proisagg": False,
                    "prosecdef": bool(getattr(one, "definer", False)),
                    "proisstrict": False,
                    "proretset": False,
                    "provolatile": str(getattr(one, "volatility", "volatile") or "volatile")[
                        0
                    ].lower(),
                    "pronargs": len(one.inputs()),
                    "prorettype": type_of(returns)[0] if returns is not None else 2278,
                    "proargtypes": " ".join(str(type_of(a.type)[0]) for a in one.inputs()),
                    "proargnames": text_of(a.name for a in one.arguments)
                    if one.arguments
                    else None,
                    "prosrc": one.source,
                    "proacl": acl(look, kind, one.oid, one.owner),
                },
                kind,
                one,
            )


@view("pg_proc", _PROC, hidden="oid oid", page="c_join_PG")
def pg_proc(look):
    for row, _, _ in routine_rows(look):
        yield row


@view(
    "pg_proc_info",
    "prooid oid, " + _PROC.strip() + ", prokind char(1), proargmodes text, proallargtypes text",
    page="r_PG_PROC_INFO",
)
def pg_proc_info(look):
    modes = {"IN": "i", "OUT": "o", "INOUT": "b"}
    for row, kind, one in routine_rows(look):
        row["prooid"] = row.pop("oid")
        row["prokind"] = "p" if kind == "procedure" else "f"
        if any(a.mode != "IN" for a in one.arguments):
            row["proargmodes"] = text_of(modes[a.mode] for a in one.arguments)
            row["proallargtypes"] = text_of(type_of(a.type)[0] for a in one.arguments)
        yield row


@view(
    "pg_language",
    "lanname name, lanispl bool, lanpltrusted bool, lanplcallfoid oid, lanvalidator oid, "
    "lanacl text",
    hidden="oid oid",
    page="c_join_PG",
)
def pg_language(look):
    for oid, name, procedural in (
        *((12, "internal", False), (13, "c", False), (14, "sql", False)),
        *((101, "plpgsql", True), (102, "plpythonu", True), (103, "exfunc", True)),
    ):
        yield {"oid": oid, "lanname": name, "lanispl": procedural, "lanpltrusted": procedural}
