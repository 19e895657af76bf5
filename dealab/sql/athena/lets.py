"""Calls within calls: an argument that is long is computed once and named.

Many functions are written for DuckDB with their argument repeated (``substr`` tests its start, its
length and NULL before it cuts). Nested a few deep the text would double, or grow tenfold, at every
level. So a call with a long argument becomes
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
LONG = 400  # characters of an operand that is worth a name
_LABEL = re.compile(r"\blet(\d+)\b")


class Bound(exp.Expression):
    """The binder's own node: an expression that is bound already. ``this``: as it was written."""

    arg_types = {"this": True, "value": True}  # noqa: RUF012 - sqlglot's own way


class Lets:
    """The part of Athena's binder that names long arguments."""

    def calculated(self, left, right, operator):
        if not (is_long(left) or is_long(right)):
            return super().calculated(left, right, operator)
        return named(
            [left, right], lambda one, two: super(Lets, self).calculated(one, two, operator)
        )

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
        calls = {at: part for at, part in enumerate(nodes) if isinstance(part, _CALLS)}
        if not calls or any(isinstance(part, _OPEN) for part in nodes):
            return super().function(node, extras, scope)
        known = {at: self.bind(part, extras) for at, part in calls.items()}

        def made(*values):
            parts = [
                part.copy() if value is None else Bound(this=part.copy(), value=value)
                for part, value in zip(nodes, values, strict=True)
            ]
            call = exp.Anonymous(this=node.this, expressions=parts)
            call.meta.update(node.meta)
            call.parent = node.parent
            return super(Lets, self).function(call, extras, scope)

        if not any(map(is_long, known.values())):
            return made(*(known.get(at) for at in range(len(nodes))))
        values = [known.get(at) or self.bind(part, extras) for at, part in enumerate(nodes)]
        return named(values, made)


def is_long(value: Value) -> bool:
    """Tell whether a value is worth a name. A macro of the lab is longer than its call."""
    return (len(value.sql) > LONG or value.sql.count("lab_") > 1) and value.literal is None


def named(values: list[Value], make) -> Value | None:
    """Return what ``make`` builds of the values, with each of them computed once."""
    level = max((int(n) for value in values for n in _LABEL.findall(value.sql)), default=0) + 1
    label = f"let{level}"
    texts, keys, short = {}, [], []
    for at, value in enumerate(values):
        if value.literal is None and value.type != NULL:
            name = f"struct_extract({label}, 'a{at}')"  # label.a0 is no field in DuckDB's HAVING
            texts[name] = value.sql
            keys.append(f"a{at}")
            value = Value(name, value.type)
        short.append(value)
    result = make(*short)
    if result is None or not any(one in result.sql for one in texts):
        return result
    sql = result.sql
    if "lab_" not in sql and all(sql.count(one) <= 1 for one in texts):
        for one, text in texts.items():
            sql = sql.replace(one, text)
    else:
        fields = ", ".join(
            f"{key} := {text}" for key, text in zip(keys, texts.values(), strict=True)
        )
        sql = f"list_transform([struct_pack({fields})], lambda {label}: {sql})[1]"
    return Value(sql, result.type, result.literal)


_OPEN = (exp.Lambda, exp.Star, exp.Distinct, exp.Order, exp.Interval)
