"""UPDATE and DELETE, with other tables in FROM and USING.

The rows are found by a SELECT over the target and the other tables; it also gives the new values.
https://docs.aws.amazon.com/redshift/latest/dg/r_UPDATE.html
https://docs.aws.amazon.com/redshift/latest/dg/r_DELETE.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places, rows, storage
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import quote

NOT_EQUIJOIN = "Target table must be part of an equijoin predicate"


def update(engine, reader) -> Plan:
    tree = reader.statement(exp.Update)
    _only(reader, tree, {"this", "expressions", "from_", "where", "with_"})
    table = _target(engine, tree.this, "update")
    if tree.this.args.get("joins"):  # UPDATE t, u SET and UPDATE t JOIN u SET are of other services
        joined = tree.this.args["joins"][0]
        word = next((joined.args[p] for p in ("side", "kind") if joined.args.get(p)), None)
        if word is None:
            word = "join" if joined.args.get("on") or joined.args.get("using") else ","
        raise ServiceError("42601", f'syntax error at or near "{word.lower()}"')
    binder = rows.binder_for(engine, reader, table)
    label, target, items = sources(table, tree.this, _from_items(tree), tree)
    columns, picks = [], [rows.RowId(this=exp.to_identifier(label))]
    for item in tree.expressions:
        column = assigned_column(table, item)
        if column.name in columns:
            raise ServiceError("42601", f'multiple assignments to same column "{column.name}"')
        if column.identity is not None and not column.by_default:
            raise ServiceError("0A000", "cannot set an identity column to a value")
        columns.append(column.name)
        value = None if is_default(item.expression) else item.expression
        rows.check_value(binder, value, "UPDATE")
        picks.append(rows.Assigned(this=value, column=column))
    query = bound(binder, tree, picks, target, items)
    strict = engine.variables.get("error_on_nondeterministic_update") in ("true", "on")
    plan = rows.plan_of(binder, query)

    def work():
        outcome = change(engine, table, plan, columns, strict)
        count = outcome.rows[0][0]
        storage.touch(engine, table, inserted=count, deleted=count)
        return _done("UPDATE", count, outcome)

    return Plan(work=work)


def delete(engine, reader) -> Plan:
    tree = reader.statement(exp.Delete)
    _only(reader, tree, {"this", "tables", "using", "where", "with_"})
    given = tree.this if isinstance(tree.this, exp.Table) else None
    tables = tree.args.get("tables") or []
    if given is None and len(tables) == 1:  # DELETE t WHERE ...
        given = tables[0]
    elif tables or given is None:
        raise ServiceError("42601", f'syntax error at or near "{reader.word(0) or "delete"}"')
    table = _target(engine, given, "delete from")
    binder = rows.binder_for(engine, reader, table)
    items = list(tree.args.get("using") or ())
    label, target, items = sources(table, given, items, tree)
    query = bound(binder, tree, [rows.RowId(this=exp.to_identifier(label))], target, items)
    plan = rows.plan_of(binder, query)
    whole = tree.args.get("where") is None and not items

    def work():
        outcome = remove(engine, table, plan)
        count = outcome.rows[0][0]
        storage.touch(engine, table, deleted=count)
        made = _done("DELETE", count, outcome)
        if whole and count:
            made.notes.append("TRUNCATE empties a table faster, and needs no VACUUM afterwards.")
        return made

    return Plan(work=work)


def _done(word: str, count: int, outcome: Outcome) -> Outcome:
    return Outcome(
        message=f"{word} {count}", update_count=count, bill=outcome.bill, duckdb=outcome.duckdb
    )


# --- reading --------------------------------------------------------------------------


def _only(reader, tree, allowed) -> None:
    """Refuse parts that the parser takes and Redshift does not have (RETURNING, LIMIT, ORDER)."""
    for part, value in tree.args.items():
        if part not in allowed and value not in (None, False, []):
            word = {"returning": "returning", "order": "order", "limit": "limit"}.get(part, part)
            raise ServiceError("42601", f'syntax error at or near "{word}"')


def _target(engine, node, verb: str) -> spaces.Table:
    if not isinstance(node, exp.Table) or isinstance(node.this, exp.Func):
        raise ServiceError("42601", "syntax error")
    return places.table(engine, [part.name.lower() for part in node.parts], verb)


def _from_items(tree) -> list:
    clause = tree.args.get("from_")
    return [clause.this] if clause is not None else []


def assigned_column(table, item):
    """Return the column that one item of SET names. Raises Redshift's errors."""
    if not isinstance(item, exp.EQ) or not isinstance(item.this, exp.Column):
        raise ServiceError("42601", 'syntax error at or near "("')
    parts = [part.name.lower() for part in item.this.parts]
    found = table.column(parts[0])
    if found is None or len(parts) > 1:
        raise ServiceError(
            "42703",
            f'column "{parts[0]}" of relation "{table.name}" does not exist',
            hint="name the column alone in SET, without its table." if len(parts) > 1 else "",
        )
    return found


def is_default(node) -> bool:
    """Tell whether a value is the word DEFAULT."""
    if isinstance(node, exp.Var):
        return node.name.lower() == "default"
    return (
        isinstance(node, exp.Column)
        and len(node.parts) == 1
        and node.name.lower() == "default"
        and not node.this.args.get("quoted")
    )


# --- the target among the items of FROM -------------------------------------------------


def sources(table, given, items, tree):
    """Return (label of the target, its node or None, the other items of FROM with their joins).

    An alias of the target in FROM is the target itself, unless the statement also speaks of the
    target by its own name: then it is a self-join.
    https://docs.aws.amazon.com/redshift/latest/dg/c_Examples_of_UPDATE_statements.html
    """
    flat = []
    for item in items:
        joins = item.args.pop("joins", None) or []
        flat.append(exp.Join(this=item))
        flat.extend(joins)
    for join in flat:
        if (join.args.get("side") or "").upper() in ("LEFT", "RIGHT", "FULL"):
            raise ServiceError("0A000", NOT_EQUIJOIN)
    label = (given.alias or given.name).lower()
    own = None
    if not given.alias and label not in qualifiers(tree):
        own = next((join for join in flat if _same(join.this, table) and join.this.alias), None)
    if own is not None:
        label = own.this.alias.lower()
        return label, None, flat
    return label, given, flat


def qualifiers(tree) -> set[str]:
    """Return the names before the dots of a statement's columns."""
    return {column.table.lower() for column in tree.find_all(exp.Column) if column.table}


def _same(node, table) -> bool:
    if not isinstance(node, exp.Table):
        return False
    parts = [part.name.lower() for part in node.parts]
    return parts[-1] == table.name and (len(parts) == 1 or parts[-2] == table.schema)


def bound(binder, tree, picks, target, joins):
    """Bind the SELECT that finds the rows (first column: the row) and the new values."""
    joins = list(joins)
    others = len(joins) if target is not None else len(joins) - 1
    if target is None:
        first = joins.pop(0)
        target = first.this
    check_equijoin(binder, tree, target, joins, others)
    select = exp.Select(
        expressions=picks,
        from_=exp.From(this=target),
        joins=joins,
        where=tree.args.get("where"),
        with_=tree.args.get("with_"),
    )
    query = binder.bind_query(select, None)
    binder.check_parameters()
    return query


def check_equijoin(binder, tree, target, joins, others: int) -> None:
    """The target must be joined to the other tables by an equality of columns."""
    if others <= 0:
        return
    tests = [join.args["on"] for join in joins if join.args.get("on") is not None]
    if any(join.args.get("using") for join in joins):
        return
    if tree.args.get("where") is not None:
        tests.append(tree.args["where"].this)
    for test in tests:
        for part in conjuncts(test):
            if isinstance(part, exp.EQ) and _has_column(part.this) and _has_column(part.expression):
                return
            if isinstance(part, (exp.In, exp.Exists)):
                return
    raise ServiceError("0A000", NOT_EQUIJOIN)


def conjuncts(node):
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.And):
        yield from conjuncts(node.this)
        yield from conjuncts(node.expression)
    else:
        yield node


def _has_column(node) -> bool:
    return node.find(exp.Column) is not None


# --- doing ----------------------------------------------------------------------------


def change(engine, table, plan: Plan, columns, strict: bool) -> Outcome:
    """Give rows new values: the plan's first column is the row, the others are the values."""
    names = ["r", *(f"v{at}" for at in range(len(columns)))]
    sets = ", ".join(f"{quote(name)} = s.v{at}" for at, name in enumerate(columns))
    if strict:
        check_single(engine, plan, names)
    once = (
        f"SELECT * FROM ({{query}}) AS q({', '.join(names)}) "
        "QUALIFY row_number() OVER (PARTITION BY r) = 1"
    )
    place = storage.place(table)
    return engine.execute(
        plan, f"UPDATE {place} SET {sets} FROM ({once}) AS s WHERE {place}.rowid = s.r"
    )


def check_single(engine, plan: Plan, names) -> None:
    """Refuse a change in which two rows of the source meet one row of the target.

    https://docs.aws.amazon.com/redshift/latest/dg/r_error_on_nondeterministic_update.html
    """
    found = engine.execute(
        plan,
        f"SELECT r FROM ({{query}}) AS q({', '.join(names)}) "
        "GROUP BY r HAVING count(*) > 1 LIMIT 1",
    )
    if found.rows:
        raise ServiceError("XX000", "Found multiple matches to update the same tuple.")


def remove(engine, table, plan: Plan) -> Outcome:
    """Remove the rows that the plan's only column names."""
    place = storage.place(table)
    return engine.execute(plan, f"DELETE FROM {place} WHERE rowid IN ({{query}})")
