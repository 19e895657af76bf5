"""UPDATE, DELETE and MERGE INTO: row-level changes of Iceberg tables.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
https://docs.aws.amazon.com/athena/latest/ug/merge-into-statement.html
Grammar and wordings: trinodb/trino, SqlBase.g4 and StatementAnalyzer.
"""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena import statements
from dealab.sql.athena.iceberg import metadata, reads, writes
from dealab.sql.athena.statements import names
from dealab.sql.results import Plan
from dealab.sql.scope import Scope, Value
from dealab.sql.types import athena_name, duck_name, quote


def delete(engine, reader) -> Plan:
    """Plan DELETE FROM [db.]table [WHERE condition]."""
    reader.expect("DELETE", "FROM")
    target = Target(engine, reader)
    where = reader.expression() if reader.accept("WHERE") else None
    reader.end()
    target.open(exp.Delete(this=target.node, where=where and exp.Where(this=where)))
    if where is None:
        target.binder.check_parameters()
        return Plan(work=lambda: writes.all_rows(engine, target.table))
    nulls = [Value("NULL", kind) for _, kind in target.columns]
    return target.change(where, "false", nulls)


def update(engine, reader) -> Plan:
    """Plan UPDATE [db.]table SET column = expression, ... [WHERE condition]."""
    reader.expect("UPDATE")
    target = Target(engine, reader)
    reader.expect("SET")

    def one():
        place = reader.place()
        name = reader.identifier()
        reader.expect("=")
        return name, reader.until(",", "WHERE").expression(), place

    given = reader.commas(one)
    where = reader.expression() if reader.accept("WHERE") else None
    reader.end()
    target.open(exp.Update(this=target.node, where=where and exp.Where(this=where)))
    target.check_names(
        [(name, place) for name, _, place in given],
        "The UPDATE SET target column {} doesn't exist",
        "Multiple assignments for UPDATE SET target column: {}",
    )
    target.scope.clause = "UPDATE"
    bound = [(name, target.binder.bind(tree, target.scope)) for name, tree, _ in given]
    values = target.assigned(
        bound,
        "UPDATE table column types don't match SET expressions: Table: [{}], Expressions: [{}]",
    )
    kept = [
        values.get(column.name, Value(column.sql, column.type)) for column in target.own_columns
    ]
    return target.change(where, "true", kept)


class Target:
    """The table that a statement changes, bound as the first relation of a scope."""

    def __init__(self, engine, reader):
        self.engine, self.reader = engine, reader
        self.place = reader.place()
        database, name = names.path(engine, reader)
        self.find(database, name)
        for permission in self.permissions():
            engine.catalog.require(permission, database, name, whole=True)
        self.node = exp.Table(
            this=exp.to_identifier(name, quoted=True), db=exp.to_identifier(database, quoted=True)
        )

    def permissions(self) -> tuple[str, ...]:
        """Return what Lake Formation asks for before a table's rows are changed."""
        verb = self.reader.source.sql.split()[0].upper()
        return ("DELETE",) if verb == "DELETE" else ("INSERT", "DELETE")

    def find(self, database: str, name: str) -> None:
        found = self.engine.catalog.find(database, name)
        self.binder = statements.binder_of(self.engine, self.reader)
        if found is None:
            code = "TABLE_NOT_FOUND"
            text = f"Table '{names.CATALOG}.{database}.{name}' does not exist"
            if self.engine.catalog.database(database) is None:
                code, text = "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist"
            raise self.binder.error(code, text, place=self.place)
        if found.is_view:
            verb = self.reader.source.sql.split()[0].upper()
            word = {"DELETE": "Deleting from", "UPDATE": "Updating", "MERGE": "Merging into"}[verb]
            raise self.binder.error(
                "NOT_SUPPORTED", f"{word} views is not supported", place=self.place
            )
        if not found.is_iceberg:
            raise self.binder.error(
                "NOT_SUPPORTED",
                "Modifying Hive table rows is only supported for transactional tables",
                place=self.place,
                hint="only Iceberg tables take UPDATE, DELETE and MERGE INTO.",
            )
        self.table = found

    def open(self, tree, alias: str | None = None) -> None:
        """Bind the table's name; ``tree`` is the statement around it, whose WHERE prunes files."""
        self.tree = tree
        self.scope = Scope(clause="WHERE")
        if alias:
            self.node.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        self.sql = self.binder.bind_table(self.node, self.scope)
        self.relation = self.scope.relations[-1]
        self.own_columns = [column for column in self.relation.columns if not column.hidden]
        self.columns = metadata.load(self.engine.lake, self.table).columns()
        inside = next(c.sql for c in self.relation.columns if c.name == "$path")
        self.path = inside
        self.row = f"{inside.removesuffix(quote('$path'))}{quote(reads.ROW)}"

    def check_names(self, given, missing: str, twice: str) -> None:
        """Refuse column names (with their places) that are not the table's, or come twice."""
        known = {name for name, _ in self.columns}
        seen: set[str] = set()
        for name, place in given:
            if name not in known:
                raise self.binder.error("COLUMN_NOT_FOUND", missing.format(name), place=place)
            if name in seen:
                raise self.binder.error("SYNTAX_ERROR", twice.format(name), place=place)
            seen.add(name)

    def assigned(self, bound, message: str) -> dict[str, Value]:
        """Return values (name, Value) as the columns' types. Raises TYPE_MISMATCH."""
        kinds = dict(self.columns)
        for name, value in bound:
            if not fits(self.binder, value.type, kinds[name]):
                table = ", ".join(athena_name(kinds[n]) for n, _ in bound)
                given = ", ".join(athena_name(v.type) for _, v in bound)
                raise self.binder.error(
                    "TYPE_MISMATCH", message.format(table, given), place=self.place
                )
        return {name: stored(self.binder, value, kinds[name]) for name, value in bound}

    def change(self, where, adds: str, values: list[Value]) -> Plan:
        """Return the plan that takes away the rows of a condition and adds rows of values."""
        sql = f"SELECT {self.path}, {self.row}, {adds}, {listed(values, self.columns)}"
        sql += f"\nFROM {self.sql}"
        if where is not None:
            self.scope.clause = "WHERE"
            sql += f"\nWHERE {self.binder.condition(where, self.scope, 'WHERE clause').sql}"
        return self.planned(sql)

    def planned(self, sql: str) -> Plan:
        self.binder.check_parameters()
        rows = Plan(
            query=sql,
            columns=["path", "place", "adds", *(name for name, _ in self.columns)],
            tables=self.binder.tables,
            limited=True,  # one thread: files come out the same each time
        )
        return Plan(work=lambda: writes.change(self.engine, self.table, rows))


def listed(values: list[Value], columns) -> str:
    return ", ".join(
        f"CAST({value.sql} AS {duck_name(kind)})"
        for value, (_, kind) in zip(values, columns, strict=True)
    )


def fits(binder, kind: types.Type, wanted: types.Type) -> bool:
    """Tell whether a value can be stored in a column: the types have one in common (Trino)."""
    return kind == wanted or kind.name == "null" or binder.common_type(kind, wanted) is not None


def stored(binder, value: Value, wanted: types.Type) -> Value:
    if value.type == wanted or value.type.name == "null":
        return value
    if value.type.name == wanted.name == "timestamp":
        return Value(value.sql, wanted)
    return binder.cast_value(value, wanted, None)


# --- MERGE ------------------------------------------------------------------------------


def merge(engine, reader) -> Plan:
    """Plan MERGE INTO target [[AS] alias] USING source ON condition WHEN ... THEN ..."""
    reader.expect("MERGE", "INTO")
    target = Target(engine, reader)
    if not reader.sees("USING"):
        reader.accept("AS")
        alias = reader.identifier()
    else:
        alias = None
    if not reader.sees("USING"):
        raise reader.fail()
    tree = reader.statement(exp.Merge)
    binder = target.binder
    binder.allow(tree, {"this", "using", "on", "whens"})
    _check_grammar(reader)
    target.open(exp.Merge(this=target.node), alias)
    using = tree.args["using"]
    source = binder.bind_item(using, target.scope, target.scope)
    target.scope.clause = "JOIN ON"
    on = binder.condition(tree.args["on"], target.scope, "JOIN ON clause").sql
    cases = [_case(target, when) for when in tree.args["whens"].expressions]
    action = _first(target, cases)
    values = []
    for at, (_, kind) in enumerate(target.columns):
        picks = "".join(
            f" WHEN {number} THEN CAST({values_of[at].sql} AS {duck_name(kind)})"
            for number, (_, _, values_of) in enumerate(cases, 1)
            if values_of is not None
        )
        values.append(Value(f"CASE {action}{picks} END" if picks else "NULL", kind))
    deletes = [str(n) for n, (_, _, values_of) in enumerate(cases, 1) if values_of is None]
    adds = f"({action} NOT IN ({', '.join(deletes)}))" if deletes else "true"
    join = "LEFT JOIN" if any(not matched for matched, _, _ in cases) else "JOIN"
    return target.planned(
        f"SELECT {target.path}, {target.row}, {adds}, {listed(values, target.columns)}\n"
        f"FROM {source}\n{join} {target.sql} ON {on}\nWHERE {action} <> 0"
    )


def _check_grammar(reader) -> None:
    """Refuse what sqlglot's MERGE takes and Trino's does not: SET t.c = ..., SET *, INSERT *."""
    for at, token in enumerate(reader.tokens):
        word = token.text.upper()
        following = [t.text.upper() for t in reader.tokens[at + 1 : at + 4]]
        if word == "INSERT" and following[:1] in (["*"], ["ROW"]):
            raise reader.syntax_error(reader.tokens[at + 1].start, reader.tokens[at + 1].text)
        if word == "SET" and following[:1] == ["*"]:
            raise reader.syntax_error(reader.tokens[at + 1].start, "*")
        if word == "MATCHED" and following[:1] == ["BY"]:
            raise reader.syntax_error(reader.tokens[at + 1].start, reader.tokens[at + 1].text)
        if word == "DO" and following[:1] == ["NOTHING"]:
            raise reader.syntax_error(token.start, token.text)


def _case(target, when) -> tuple[bool, str, list[Value] | None]:
    """Return whether it is for matched rows, its condition, and a value per column (None: the row
    goes)."""
    binder, scope = target.binder, target.scope
    binder.allow(when, {"matched", "source", "condition", "then"})
    matched, then = bool(when.args.get("matched")), when.args["then"]
    scope.clause = "MERGE WHEN"
    tree = when.args.get("condition")
    test = binder.condition(tree, scope, "WHEN clause").sql if tree is not None else "true"
    if isinstance(then, exp.Var) and then.name.upper() == "DELETE" and matched:
        return True, test, None
    if isinstance(then, exp.Update) and matched:
        binder.allow(then, {"expressions"})
        pairs = [_assignment(target, item) for item in then.expressions]
        target.check_names(
            [(name, target.place) for name, _ in pairs],
            "Merge column name does not exist in target table: {}",
            "Merge column name is specified more than once: {}",
        )
        bound = [(name, binder.bind(tree, scope)) for name, tree in pairs]
        values = target.assigned(bound, MISMATCH)
        return True, test, [values.get(c.name, Value(c.sql, c.type)) for c in target.own_columns]
    if isinstance(then, exp.Insert) and not matched:
        return False, test, _inserted(target, then)
    raise binder.error("SYNTAX_ERROR", "mismatched input in WHEN clause", then)


MISMATCH = "MERGE table column types don't match for MERGE case: Table: [{}], Expressions: [{}]"


def _assignment(target, item):
    left = item.this
    if not isinstance(item, exp.EQ) or not isinstance(left, exp.Column) or left.args.get("table"):
        raise target.binder.error(
            "SYNTAX_ERROR",
            "mismatched input '.'. Expecting: '='",
            left,
            hint="the column after SET stands alone: SET c = ...",
        )
    return left.name.lower(), item.expression


def _inserted(target, then) -> list[Value]:
    binder = target.binder
    binder.allow(then, {"this", "expression"})
    given = then.args.get("expression")
    trees = given.expressions if isinstance(given, exp.Tuple) else [given]
    if then.this is not None:
        columns = [part.name.lower() for part in then.this.expressions]
    else:
        columns = [name for name, _ in target.columns]
    target.check_names(
        [(name, target.place) for name in columns],
        "Merge column name does not exist in target table: {}",
        "Merge column name is specified more than once: {}",
    )
    bound = [binder.bind(tree, target.scope) for tree in trees]
    if len(bound) != len(columns):
        kinds = dict(target.columns)
        table = ", ".join(athena_name(kinds[name]) for name in columns)
        shown = ", ".join(athena_name(value.type) for value in bound)
        raise binder.error("TYPE_MISMATCH", MISMATCH.format(table, shown), place=target.place)
    values = target.assigned(list(zip(columns, bound, strict=True)), MISMATCH)
    return [values.get(name, Value("NULL", kind)) for name, kind in target.columns]


def _first(target, cases) -> str:
    """Return the expression that numbers the first WHEN that a row meets, or gives 0."""
    whens = "".join(
        f" WHEN {target.row} IS {'NOT ' if matched else ''}NULL AND {test} THEN {number}"
        for number, (matched, test, _) in enumerate(cases, 1)
    )
    return f"(CASE{whens} ELSE 0 END)"
