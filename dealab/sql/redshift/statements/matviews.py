"""CREATE, REFRESH and ALTER MATERIALIZED VIEW.

https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-create-sql-command.html
https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_MATERIALIZED_VIEW.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import matviews, places, storage, views
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.statements import create_table, ctas, definitions, insert
from dealab.sql.results import Outcome, Plan, done


def create(engine, reader) -> Plan:
    from dealab.sql.redshift import statements

    reader.expect("CREATE", "MATERIALIZED", "VIEW")
    parts = create_table.new_parts(reader)
    if parts[-1].startswith("#"):
        raise ServiceError("0A000", "Materialized views cannot be temporary.")
    schema = places.schema_for(engine, parts)
    made = definitions.Definition()
    auto = None
    while not reader.sees("AS"):
        if reader.accept("AUTO", "REFRESH"):
            if auto is not None:
                raise reader.fail()
            auto = reader.expect_any("YES", "NO") == "YES"
        else:
            before = reader.at
            definitions.attributes(reader, made, stop=("AS", "AUTO"), encode=False)
            if reader.at == before:  # AUTO without REFRESH, or the end
                raise reader.fail()
    reader.expect("AS")
    body = reader.part(reader.at, len(reader.tokens))
    sql = reader.rest()
    tree = body.query()
    ctas.refuse_into(tree)
    reader.at = len(reader.tokens)
    binder = statements.binder_of(engine, body)
    binder.named = {}
    query = binder.bind_query(tree, None)
    matviews.check(tree, binder.named, engine)
    external = list(binder.tables.values())
    if auto and (external or matviews.mutable(tree)):
        raise ServiceError(
            "0A000",
            "AUTO REFRESH is not supported for materialized views with mutable functions or "
            "external tables",
        )
    if engine.objects.get("relation", engine.database, schema, parts[-1]) is not None:
        raise ServiceError("42P07", f'Relation "{parts[-1]}" already exists')
    made.columns = ctas.columns_of(query, tree, [])
    definitions.settle(made, parts[-1])
    why = "an external table" if external else matviews.hindrance(tree)
    reads = views.reads_of(binder.named)
    view = create_table.described(
        engine,
        made,
        schema,
        parts[-1],
        False,
        kind=spaces.MaterializedView,
        sql=sql,
        reads=reads,
        auto_refresh=bool(auto),
        state=0 if why else 1,
        why=why,
    )
    plan = Plan(
        query=insert.fitted_query(binder, query, tree, view.columns),
        tables=binder.tables,
        local=True,
    )

    def work():
        storage.create(engine, view)
        outcome = storage.append(engine, view, plan)
        fresh = storage.current(engine, view)
        storage.put(
            engine,
            replace(fresh, seen=matviews.versions(engine, reads, external), unsorted_rows=0),
        )
        notes = []
        if why:
            notes = [
                f"INFO: Materialized view {view.name} will be recomputed from scratch on REFRESH: "
                f"its query has {why}."
            ]
        return Outcome(
            message="CREATE MATERIALIZED VIEW",
            notes=notes,
            bill=outcome.bill,
            duckdb=outcome.duckdb,
        )

    return Plan(work=work)


def find(engine, parts) -> spaces.MaterializedView:
    found = places.relation(engine, parts)
    if found is None:
        raise ServiceError("42P01", f'Materialized view "{places.dotted(parts)}" does not exist')
    if not isinstance(found, spaces.MaterializedView):
        raise ServiceError("42809", f'"{found.name}" is not a materialized view')
    return found


def refresh(engine, reader) -> Plan:
    """REFRESH MATERIALIZED VIEW mv [RESTRICT | CASCADE]: CASCADE refreshes what it reads first.

    https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-refresh-sql-command.html
    https://aws.amazon.com/about-aws/whats-new/2025/07/amazon-redshift-cascading-refresh-nested-materialized-views/
    """
    reader.expect("REFRESH", "MATERIALIZED", "VIEW")
    view = find(engine, reader.qualified())
    cascade = reader.accept_any("CASCADE", "RESTRICT") == "CASCADE"
    reader.end()

    def work():
        for one in matviews.below(engine, view) if cascade else ():
            matviews.refresh(engine, storage.current(engine, one))
        return matviews.refresh(engine, storage.current(engine, view))

    return done(work)


def alter(engine, reader) -> Plan:
    """ALTER MATERIALIZED VIEW mv AUTO REFRESH YES | NO, or a change of distribution or sorting."""
    from dealab.sql.redshift.statements import alter_attributes, alter_table

    reader.expect("ALTER", "MATERIALIZED", "VIEW")
    view = find(engine, reader.qualified())
    if reader.accept("AUTO", "REFRESH"):
        auto = reader.expect_any("YES", "NO") == "YES"
        reader.end()
        tree = find_tree(view)
        if auto and (matviews.mutable(tree) or any(isinstance(key, str) for key, _ in view.seen)):
            raise ServiceError(
                "0A000",
                "AUTO REFRESH is not supported for materialized views with mutable functions or "
                "external tables",
            )
        return alter_table.changed(engine, view, "ALTER MATERIALIZED VIEW", auto_refresh=auto)
    if reader.sees("ROW"):
        raise LabLimit(
            "row-level security on materialized views", "Redshift filters the rows for each reader."
        )
    return alter_attributes.attributes_of(engine, reader, view, "ALTER MATERIALIZED VIEW")


def find_tree(view):
    from dealab.sql.redshift import statements

    return statements.read(view.sql).query()
