"""Calls within calls: an argument that is long is computed once and named.

Many functions are written for DuckDB with their argument repeated (``substr`` tests its start, its
length and NULL before it cuts). Nested a few deep the text would double, or grow tenfold, at every
level. So a call whose argument is itself a call of a call becomes
``list_transform([struct_pack(a0 := argument)], lambda let1: ...)[1]``.
"""

import re

from sqlglot import exp

from dealab.sql.nodes import binds
from dealab.sql.scope import Scope, Value
from dealab.sql.types import NULL

#: calls that look at their arguments as written, or leave some of them uncomputed
_AS_WRITTEN = frozenset(["try", "typeof", "coalesce", "nullif", "exists", "grouping", "normalize"])
_CALLS = (exp.Anonymous, exp.Cast, exp.TryCast, exp.Case, exp.If, exp.Binary, exp.Extract)
_LABEL = re.compile(r"\blet(\d+)\b")


class Bound(exp.Expression):
    """The binder's own node: an expression that is bound already. ``this``: as it was written."""

    arg_types = {"this": True, "value": True}  # noqa: RUF012 - sqlglot's own way


class Lets:
    """The part of Athena's binder that names long arguments."""

    @binds(Bound, "this", "value")
    def bound(self, node, scope):
        return node.args["value"]

    def function(self, node, extras=None, scope=None):
        name = node.name.lower()
        plain = isinstance(extras, Scope) and name not in self.AGGREGATES
        known = name in self.SPECIAL or name in self.FUNCTIONS
        if not (plain and known) or name in self.WINDOWS or name in _AS_WRITTEN:
            return super().function(node, extras, scope)
        nodes = node.expressions
        if any(isinstance(part, _OPEN) for part in nodes) or not any(map(is_deep, nodes)):
            return super().function(node, extras, scope)
        values = [self.bind(part, extras) for part in nodes]
        level = max((int(n) for value in values for n in _LABEL.findall(value.sql)), default=0) + 1
        label = f"let{level}"
        texts, parts = {}, []
        for at, (part, value) in enumerate(zip(nodes, values, strict=True)):
            if value.literal is None and value.type != NULL:
                texts[f"{label}.a{at}"] = value.sql
                value = Value(f"{label}.a{at}", value.type)
            parts.append(Bound(this=part.copy(), value=value))
        call = exp.Anonymous(this=node.this, expressions=parts)
        call.meta.update(node.meta)
        call.parent = node.parent
        result = super().function(call, extras, scope)
        sql = result.sql
        if "lab_" not in sql and all(sql.count(one) <= 1 for one in texts):
            for one, text in texts.items():
                sql = sql.replace(one, text)
        else:
            fields = ", ".join(f"{one.split('.')[1]} := {text}" for one, text in texts.items())
            sql = f"list_transform([struct_pack({fields})], lambda {label}: {sql})[1]"
        return Value(sql, result.type, result.literal)


_OPEN = (exp.Lambda, exp.Star, exp.Distinct, exp.Order, exp.Interval)


def is_deep(node) -> bool:
    """Tell whether this is a call with a call among its arguments."""
    return isinstance(node, _CALLS) and any(
        part is not node and isinstance(part, _CALLS) for part in node.walk()
    )
