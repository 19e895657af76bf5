"""Binding of statements that change rows: which rows of the target, and their new values."""

from sqlglot import exp

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.nodes import binds
from dealab.sql.redshift import storage
from dealab.sql.redshift.rules import RedshiftBinder
from dealab.sql.results import Plan
from dealab.sql.scope import Value
from dealab.sql.types import BIGINT, quote


class RowId(exp.Expression):
    """The binder's own node: which row of the target, the first item of FROM, this is."""

    arg_types = {"this": False}  # noqa: RUF012 - sqlglot's own way


class Assigned(exp.Expression):
    """The binder's own node: ``this`` made to fit a column. None stands for DEFAULT."""

    arg_types = {"this": False, "column": True}  # noqa: RUF012


class RowBinder(RedshiftBinder):
    """Redshift's binder, with the target of the statement."""

    target = None  # the Table whose rows change

    @binds(RowId, "this")
    def row_id(self, node, scope):
        label = node.this.name.lower()
        found = next(r for r in scope.relations if r.alias == label)
        inside = found.columns[0].sql.rpartition(".")[0]
        # columns[0].sql is "alias"."column"; a dot inside the column's name would mislead
        own = f".{quote(found.columns[0].name)}"
        if found.columns[0].sql.endswith(own):
            inside = found.columns[0].sql[: -len(own)]
        return Value(f"{inside}.rowid", BIGINT)

    @binds(Assigned, "this", "column")
    def assigned(self, node, scope):
        column = node.args["column"]
        if node.this is None:
            sql = storage.default(self.engine, self.target, column)
            return Value(sql if sql != "NULL" else f"CAST(NULL AS {_duck(column)})", column.type)
        value = self.bind(node.this, scope)
        return storage.fitted(self, value, column.type, column.name, node.this)


def _duck(column) -> str:
    from dealab.sql.types import duck_name

    return duck_name(column.type)


def binder_for(engine, reader, table) -> RowBinder:
    """Return a binder for a statement that changes rows of ``table``."""
    if table.column("rowid") is not None:
        raise LabLimit(
            "changes of rows in a table with a column called rowid", "Redshift changes the rows."
        )
    binder = RowBinder(reader.source, engine, reader.parameters)
    binder.target = table
    return binder


def check_value(binder, node, word: str) -> None:
    if node is not None and binder.has_aggregate(node):
        raise ServiceError("42803", f"cannot use aggregate function in {word}")


def plan_of(binder, query) -> Plan:
    return Plan(query=query.sql, tables=binder.tables, local=True)


def select_from(reader, text: str = "SELECT * FROM "):
    """Return the tree of ``SELECT * FROM`` what a reader holds."""
    from dealab.sql import parsing

    first, _ = parsing.tokenize(text, reader.dialect, reader.syntax_error)
    if reader.done:
        raise reader.fail()
    return parsing.parse(
        [*first, *reader.tokens[reader.at :]], reader.source, reader.dialect, reader.syntax_error
    )
