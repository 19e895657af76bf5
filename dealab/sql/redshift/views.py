"""What a view's query is bound to: the tables that it was created over, however they are called
now; or, for a late-binding view, whatever has the names when it is read.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_VIEW.html (read 2026-11-23)
"""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import sources
from dealab.sql.scope import Source, inside_names


def source(binder, view: spaces.View, node) -> Source:
    """Return the Source of a view that a statement reads."""
    query = bind(binder, view.sql, view.reads, view.late_binding, home=home_of(binder, view))
    path = (view.database, view.schema, view.name)
    made = binder.query_source(query, path, view)
    names = [name for name, _ in view.columns]
    if view.late_binding:
        names = list(view.names) or [name for name, _ in query.columns]
        if view.names and len(view.names) != len(query.columns):
            raise binder.alias_width(len(view.names), len(query.columns), node)
    made.columns = [(name, kind) for name, (_, kind) in zip(names, query.columns, strict=True)]
    return made


def home_of(binder, view: spaces.View):
    """Return (objects of the producer, database) of a view behind a datashare, else None.

    Its tables need not be shared: https://docs.aws.amazon.com/redshift/latest/dg/datashare-views.html
    """
    for database in binder.engine.objects.find("database"):
        if database.share is not None:
            theirs = spaces.namespace(binder.engine.lake, database.share[0]).committed
            if theirs.get(("relation", view.database, view.schema, view.name)) is view:
                return theirs, view.database
    return getattr(binder, "home", None)


def bind(binder, sql: str, reads, late: bool = False, home=None):
    """Bind a view's query inside another statement; what it reads is read by both."""
    from dealab.sql.redshift import statements

    reader = statements.read(sql)
    inner = statements.binder_of(binder.engine, reader)
    inner.tables, inner.reads = binder.tables, binder.reads
    inner.as_owner = True  # whoever may read the view need not be allowed to read its tables
    inner.home = home
    if not late:
        inner.bound_to = {parts: (oid, columns) for parts, oid, columns in reads}
    return inner.bind_query(reader.query(), None)


def bound_source(binder, bound, parts, node) -> Source:
    """Return the Source of a table that a view is bound to, as it was when the view was made."""
    oid, columns = bound
    found = by_oid(binder.engine, oid, getattr(binder, "home", None))
    if found is None:
        raise binder.error("42P01", f'relation "{".".join(parts)}" does not exist', node)
    made = sources.source_of(binder, found, [found.schema, found.name], node)
    if not isinstance(found, spaces.Table):
        return made
    now = {column.number: column.name for column in found.columns}
    inside = dict(zip((n for n, _ in made.columns), made.names or inside_of(made), strict=True))
    kinds = dict(made.columns)
    kept = [(old, now[number]) for old, number in columns if now.get(number) in inside]
    made.columns = [(old, kinds[name]) for old, name in kept]
    made.names = [inside[name] for _, name in kept]
    written = parts[-1]
    made.path = (found.database, found.schema, written)
    return made


def inside_of(made: Source) -> list[str]:
    return inside_names([name for name, _ in made.columns])


def by_oid(engine, oid: int, home=None):
    """Return the table or view with this oid in the session's database, or None.

    ``home``: the producer's objects and database instead, for a view behind a datashare.
    """
    if home is not None:
        objects, database = home
        found = (one for key, one in objects.items() if key[:2] == ("relation", database))
        return next((one for one in found if one.oid == oid), None)
    for one in engine.objects.find("relation", engine.database):
        if one.oid == oid:
            return one
    return None


def reads_of(named: dict) -> tuple:
    """Return what a new view is bound to, from the names that its query used."""
    made = []
    for parts, found in named.items():
        if not hasattr(found, "oid"):
            continue
        columns = ()
        if isinstance(found, spaces.Table):
            columns = tuple((column.name, column.number) for column in found.columns)
        made.append((parts, found.oid, columns))
    return tuple(made)


def needs(engine, view, table: spaces.Table, column: str) -> bool:
    """Tell whether a view's query reads a column: without it, it could not be bound."""
    from dealab.sql.redshift import statements

    number = table.column(column).number
    trimmed = tuple(
        (parts, oid, tuple(c for c in columns if oid != table.oid or c[1] != number))
        for parts, oid, columns in view.reads
    )
    binder = statements.binder_of(engine, statements.read(view.sql))
    try:
        query = bind(binder, view.sql, trimmed)
    except ServiceError:
        return True
    return len(query.columns) != len(view.columns)
