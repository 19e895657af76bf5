"""CREATE VIEW: bound to its tables, or WITH NO SCHEMA BINDING.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_VIEW.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import ServiceError, SqlError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places, storage, views
from dealab.sql.redshift.names import shown
from dealab.sql.redshift.statements import create_table, ctas, definitions
from dealab.sql.results import Plan, done


def create_view(engine, reader) -> Plan:
    reader.expect("CREATE")
    replacing = reader.accept("OR", "REPLACE")
    reader.expect("VIEW")
    parts = create_table.new_parts(reader)
    schema = places.schema_for(engine, parts)
    names = tuple(reader.listed(lambda: definitions.new_name(reader))) if reader.sees("(") else ()
    reader.expect("AS")
    body, late = query_part(reader)
    reader.end()
    sql = body.source.sql[body.offset : reader.tokens[body.limit - 1].end + 1]
    present = engine.objects.get("relation", engine.database, schema, parts[-1])
    if present is not None and not replacing:
        raise ServiceError("42P07", f'Relation "{parts[-1]}" already exists')
    if present is not None and not isinstance(present, spaces.View):
        raise ServiceError("42809", f'"{parts[-1]}" is not a view')
    columns, reads = described(engine, body, names, late)
    if len(columns) > definitions.MAX_COLUMNS:
        raise ServiceError("54011", f"views can have at most {definitions.MAX_COLUMNS} columns")
    if present is not None and not late and not present.late_binding:
        check_same(present.columns, columns)
    view = spaces.View(
        oid=present.oid if present else engine.namespace.next_id(),
        database=engine.database,
        schema=schema,
        name=parts[-1],
        sql=sql,
        columns=tuple(columns),
        owner=present.owner if present else engine.user,
        late_binding=late,
        reads=reads,
        names=names,
    )

    def work():
        old = engine.objects.get(*storage.key(view))
        storage.put(engine, replace(view, comment=old.comment) if old is not None else view)
        return "CREATE VIEW"

    return done(work)


def query_part(reader):
    """Take the query and WITH NO SCHEMA BINDING, if it is there."""
    first = reader.at
    tail = ["WITH", "NO", "SCHEMA", "BINDING"]
    count = len(reader.tokens) - first
    last = [reader.word(count - len(tail) + at) for at in range(len(tail))]
    late = count > len(tail) and last == tail
    end = len(reader.tokens) - (len(tail) if late else 0)
    if first >= end:
        raise reader.fail()
    reader.at = len(reader.tokens)
    return reader.part(first, end), late


def described(engine, body, names, late: bool):
    """Return a new view's columns and what it is bound to. Raises Redshift's errors."""
    from dealab.sql.redshift import statements

    tree = body.query()
    ctas.refuse_into(tree)
    if late:
        check_qualified(tree)
    binder = statements.binder_of(engine, body)
    binder.named = {}
    try:
        query = binder.bind_query(tree, None)
    except SqlError as problem:
        if late and isinstance(problem, ServiceError) and problem.code in _UNBOUND:
            return [], ()
        raise
    if not late and any(places.is_external(found) for found in binder.named.values()):
        raise ServiceError(
            "0A000",
            "External tables are not supported in views",
            hint="add WITH NO SCHEMA BINDING to the view.",
        )
    if len(names) > len(query.columns):
        raise ServiceError("42601", "CREATE VIEW specifies more column names than columns")
    titles = [*names, *(name for name, _ in query.columns[len(names) :])]
    ctas.check_names(titles)
    columns = [
        (name, ctas.stored(kind)) for name, (_, kind) in zip(titles, query.columns, strict=True)
    ]
    return columns, () if late else views.reads_of(binder.named)


#: what a late-binding view may do without when it is created: relations, columns, functions;
#: the schemas must be there
_UNBOUND = frozenset(["42P01", "42703", "42883"])


def check_qualified(tree) -> None:
    """A late-binding view names the schema of everything that it reads."""
    from sqlglot import exp

    names = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    aliases = {one.alias.lower() for one in tree.find_all(exp.Table, exp.Subquery) if one.alias}
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func) or table.args.get("db"):
            continue
        if table.name.lower() not in names and table.name.lower() not in aliases - {
            table.alias.lower()
        }:
            raise ServiceError(
                "0A000",
                "All the relation names inside should be qualified when creating views with no "
                "schema binding.",
            )


def check_same(old, new) -> None:
    """CREATE OR REPLACE VIEW keeps the columns: their number, names and types."""
    if len(old) != len(new):
        raise ServiceError("42P16", "cannot change number of columns in view")
    for (name, kind), (other, now) in zip(old, new, strict=True):
        if name != other:
            raise ServiceError("42P16", f'cannot change name of view column "{name}"')
        if shown(kind) != shown(now):
            raise ServiceError("42P16", f'cannot change data type of view column "{name}"')
