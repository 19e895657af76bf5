"""Variables of a running procedure, and how statements see them.

A name that is a variable's means the variable wherever a value can stand, also where a column has
the same name: PL/pgSQL puts its variables in before the statement is read.
"""

from dataclasses import dataclass, field

from sqlglot import exp

from dealab.sql import types
from dealab.sql.errors import ServiceError
from dealab.sql.nodes import binds
from dealab.sql.scope import Value
from dealab.sql.types import Type, duck_name


@dataclass
class Variable:
    """One variable: its type, its plain Python value, and for records its fields."""

    name: str
    type: Type | None
    value: object = None
    kind: str = "value"  # value | record | row | cursor
    constant: bool = False
    not_null: bool = False
    fields: dict[str, tuple[Type, object]] = field(default_factory=dict)


@dataclass
class Frame:
    """The variables of one block, and the frame around it. ``outer`` is None for a procedure."""

    outer: "Frame | None" = None
    variables: dict[str, Variable] = field(default_factory=dict)

    def find(self, name: str) -> Variable | None:
        frame = self
        while frame is not None:
            if name in frame.variables:
                return frame.variables[name]
            frame = frame.outer
        return None

    def value(self, binder, parts: list[str]) -> tuple[Value, list[str]] | None:
        """Return what a name means as a variable, and the parts that are left of the name."""
        found = self.find(parts[0])
        if found is None:
            return None
        if found.kind in ("record", "row"):
            if len(parts) < 2:
                return None
            if parts[1] not in found.fields:
                if not found.fields:
                    raise ServiceError(
                        "55000",
                        f'record "{found.name}" is not assigned yet',
                        hint="its fields are known once a SELECT INTO or a loop has filled it.",
                    )
                raise ServiceError("42703", f'record "{found.name}" has no field "{parts[1]}"')
            kind, held = found.fields[parts[1]]
            return typed(binder, held, kind), parts[2:]
        if found.kind == "cursor":
            return typed(binder, found.value, types.VARCHAR), parts[1:]
        return typed(binder, found.value, found.type), parts[1:]


def typed(binder, value, kind: Type) -> Value:
    """Return a plain Python value as a constant of a type."""
    if value is None:
        return Value(f"CAST(NULL AS {duck_name(kind)})", kind)
    if kind.name == "super":
        return Value(f"CAST({types.text(value)} AS JSON)", kind)
    if kind.name in types.STRINGS:
        made = binder.string_literal(str(value))
        return Value(made.sql, kind, str(value))
    made = binder.parameter_value(value, None)
    return Value(f"CAST({made.sql} AS {duck_name(kind)})", kind, made.literal)


class Variables:
    """The part of Redshift's binder that knows procedures' variables and functions' arguments."""

    as_owner = False  # binds a view's or a policy's own text: its maker's rights count
    policy = ""  # the policy whose text is bound
    positional: list[Value] | None = None  # what $1, $2 ... mean inside an SQL function

    def resolve(self, parts, scope):
        frames = getattr(self.engine, "frames", None)
        if frames and self.positional is None:
            found = frames[-1].value(self, parts)
            if found is not None:
                value, rest = found
                return self.into(value, rest)
        return super().resolve(parts, scope)

    def check_allowed(self, column, relation):
        if column.denied:
            raise self.error("42501", f"permission denied for relation {relation or column.name}")

    def own_function(self, parts, node, values):
        from dealab.sql.redshift.statements import sql_functions

        return sql_functions.called(self, parts, node, values)

    def dot(self, node, scope):
        if isinstance(node.expression, exp.Anonymous):  # schema.function(...)
            values = [self.bind(one, scope) for one in node.expression.expressions]
            parts = [node.this.name.lower(), node.expression.name.lower()]
            found = self.own_function(parts, node, values)
            if found is None:
                raise self.unknown_function(".".join(parts), node, values)
            return found
        return super().dot(node, scope)

    @binds(exp.Parameter, "this")
    def dollar(self, node, scope):
        number = node.name
        if self.positional is not None:
            if number.isdigit() and 1 <= int(number) <= len(self.positional):
                return self.positional[int(number) - 1]
        elif getattr(self.engine, "frames", None):
            found = self.engine.frames[-1].value(self, [f"${number}"])
            if found is not None:
                return found[0]
        raise self.error("42P02", f"there is no parameter ${number}", node)
