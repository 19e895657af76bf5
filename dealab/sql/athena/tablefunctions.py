"""Table functions: FROM TABLE(sequence(...)) and FROM TABLE(exclude_columns(...)).

https://trino.io/docs/current/functions/table.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql.scope import Scope
from dealab.sql.types import BIGINT, INTEGERS, quote

_PARAMETERS = {
    "sequence": ("START", "STOP", "STEP"),
    "exclude_columns": ("INPUT", "COLUMNS"),
}


class TableFunctions:
    """The part of Athena's binder that deals with FROM TABLE(function(...))."""

    def bind_table(self, node, scope: Scope) -> str:
        call = node.this.expressions[0] if self.is_table_call(node.this) else None
        if call is None or call.name.lower() not in _PARAMETERS:
            return super().bind_table(node, scope)
        self.allow(node, {"this", "alias"})
        given = self.named_arguments(call, _PARAMETERS[call.name.lower()])
        label, names = self.alias_of(node)
        if call.name.lower() == "sequence":
            return self.sequence_table(call, given, label, names, scope)
        return self.without_columns(call, given, label, names, scope)

    @staticmethod
    def is_table_call(node) -> bool:
        return (
            isinstance(node, exp.Anonymous)
            and node.name.upper() == "TABLE"
            and len(node.expressions) == 1
            and isinstance(node.expressions[0], exp.Anonymous)
        )

    def named_arguments(self, call, parameters) -> dict:
        """Return the arguments by parameter: they come by name or by place."""
        given = {}
        for at, argument in enumerate(call.expressions):
            if isinstance(argument, exp.Kwarg):
                given[argument.this.name.upper()] = argument.expression
            elif at < len(parameters):
                given[parameters[at]] = argument
            else:
                raise self.bad_table_call(call, f"Too many arguments for function: {call.name}")
        for name in given:
            if name not in parameters:
                raise self.bad_table_call(call, f"Unexpected argument name: {name}")
        return given

    def bad_table_call(self, call, message):
        return self.error("INVALID_FUNCTION_ARGUMENT", message, call)

    def sequence_table(self, call, given, label, names, scope) -> str:
        numbers = []
        for name, default in (("START", "0"), ("STOP", None), ("STEP", "1")):
            if name not in given and default is None:
                raise self.bad_table_call(call, f"Missing argument: {name}")
            if name not in given:
                numbers.append(int(default))
                continue
            value = self.bind(given[name], Scope(clause="FROM"))
            if value.type.name not in INTEGERS or not isinstance(value.literal, int):
                raise self.bad_table_call(call, f"Argument {name} must be a constant bigint")
            numbers.append(value.literal)
        start, stop, step = numbers
        if step <= 0 if start < stop else start > stop and step >= 0:
            wanted = "positive" if start < stop else "negative"
            message = f"Step must be {wanted} for sequence [{start}, {stop}]"
            raise self.bad_table_call(call, message)
        alias, unique = self.enter(scope, label, [("sequential_number", BIGINT)], names, call)
        series = f"generate_series(CAST({start} AS BIGINT), {stop}, {step or 1})"
        return f"(SELECT unnest({series}) AS {quote(unique[0])}) AS {quote(alias)}"

    def without_columns(self, call, given, label, names, scope) -> str:
        table, descriptor = given.get("INPUT"), given.get("COLUMNS")
        named = isinstance(table, exp.Anonymous) and table.name.upper() == "TABLE"
        listed = isinstance(descriptor, exp.Anonymous) and descriptor.name.upper() == "DESCRIPTOR"
        if not named or not listed or len(table.expressions) != 1:
            raise self.bad_table_call(call, "Invalid argument of exclude_columns")
        inner = table.expressions[0]
        star = exp.Select(expressions=[exp.Star()])
        if isinstance(inner, exp.Column):
            star.set("from_", exp.From(this=self.table_named(inner)))
        else:
            query = inner if isinstance(inner, exp.Subquery) else exp.Subquery(this=inner.copy())
            star.set("from_", exp.From(this=query.copy()))
        query = self.bind_query(star, Scope(parent=scope.parent, ctes=dict(scope.ctes)))
        left_out = [part.name.lower() for part in descriptor.expressions]
        missing = [name for name in left_out if name not in {name for name, _ in query.columns}]
        if missing:
            raise self.error(
                "INVALID_FUNCTION_ARGUMENT",
                f"Excluded columns: [{', '.join(missing)}] not present in the table",
                call,
            )
        kept = [column for column in query.columns if column[0].lower() not in left_out]
        inside = [quote(f"c{at}") for at in range(len(query.columns))]
        alias, unique = self.enter(scope, label, kept, names, call)
        places = [at for at, (name, _) in enumerate(query.columns) if name.lower() not in left_out]
        shown = ", ".join(
            f"{inside[at]} AS {quote(name)}" for at, name in zip(places, unique, strict=True)
        )
        source = f"({query.sql}) AS source({', '.join(inside)})"
        return f"(SELECT {shown} FROM {source}) AS {quote(alias)}"

    @staticmethod
    def table_named(column):
        parts = [part.copy() for part in column.parts]
        return exp.Table(**dict(zip(("this", "db", "catalog"), reversed(parts), strict=False)))
