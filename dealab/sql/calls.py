"""Binding calls: scalar functions, lambdas, aggregates, window functions."""

from sqlglot import exp

from dealab.sql import signatures
from dealab.sql.errors import LabLimit
from dealab.sql.nodes import binds
from dealab.sql.scope import Scope, Value
from dealab.sql.types import (
    BIGINT,
    NULL,
    Type,
    duck_name,
)


class Calls:
    """The part of a binder that deals with calls; ``Expressions`` inherits it."""

    @binds(exp.Anonymous, "this", "expressions")
    def call(self, node, scope):
        return self.function(node, scope)

    @binds(exp.Filter, "this", "expression")
    def filtered(self, node, scope):
        return self.function(*self.unwrap(node), scope=scope)

    @binds(exp.WithinGroup, "this", "expression")
    def within_group(self, node, scope):
        return self.function(*self.unwrap(node), scope=scope)

    @binds(exp.IgnoreNulls, "this")
    def ignore_nulls(self, node, scope):
        return self.function(*self.unwrap(node), scope=scope)

    @binds(exp.RespectNulls, "this")
    def respect_nulls(self, node, scope):
        return self.function(*self.unwrap(node), scope=scope)

    @binds(exp.Window, "this", "partition_by", "order", "spec", "alias", "over", "first")
    def window(self, node, scope):
        return self.function(*self.unwrap(node), scope=scope)

    def unwrap(self, node):
        """Peel FILTER, WITHIN GROUP, OVER and NULLS treatment off a call."""
        extras = {}
        while not isinstance(node, exp.Anonymous):
            match node:
                case exp.Window():
                    extras["window"] = node
                case exp.Filter():
                    extras["filter"] = node.expression.this
                case exp.WithinGroup():
                    extras["within"] = node.expression
                case exp.IgnoreNulls():
                    extras["nulls"] = "IGNORE NULLS"
                case exp.RespectNulls():
                    extras["nulls"] = "RESPECT NULLS"
                case _:
                    raise self.limit_node(node)
            node = node.this
        return node, extras

    def function(self, node, extras=None, scope=None) -> Value:
        if isinstance(extras, Scope):
            extras, scope = {}, extras
        name = node.name.lower()
        if name in self.AGGREGATES or name in self.WINDOWS:
            return self.aggregate(name, node, extras, scope)
        if extras:
            if name in self.FUNCTIONS or name in self.SPECIAL:
                raise self.not_an_aggregate(name, node, extras)
            raise self.unknown_function(name, node, [])
        if name in self.SPECIAL:
            return self.SPECIAL[name](self, node, scope)
        if name in self.FUNCTIONS:
            return self.scalar(name, node, scope)
        if name in self.LIMITS:
            does, exam = self.LIMITS[name]
            raise LabLimit(f"the function {name}", f"{self.service} has it: {does}", exam)
        arguments = [self.bind(argument, scope) for argument in node.expressions]
        own = self.own_function([name], node, arguments)
        if own is not None:
            return own
        raise self.unknown_function(name, node, arguments)

    def own_function(self, parts: list[str], node, values) -> Value | None:
        """A hook: Redshift has functions that users make."""
        return None

    def scalar(self, name: str, node, scope) -> Value:
        return self.choose(name, self.FUNCTIONS[name], node, node.expressions, scope)

    def choose(self, name, lines, node, nodes, scope, marks=None, arguments=None) -> Value:
        """Bind the arguments, pick the cheapest overload, fill its expression.

        ``arguments`` are the bound ones where the caller has them: binding calls within calls
        twice each would double the work at every level.
        """
        if arguments is None:
            arguments = [
                None if isinstance(argument, exp.Lambda) else self.bind(argument, scope)
                for argument in nodes
            ]
        best = None
        for line in lines:
            signature = signatures.read_signature(line)
            tried = self.try_signature(signature, arguments, nodes)
            if tried is not None and (best is None or tried[0] < best[0]):
                best = (*tried, signature)
                if tried[0] == 0:
                    break
        if best is None:
            raise self.no_overload(name, node, arguments, nodes, lines)
        _, bound, patterns, signature = best
        texts = []
        for argument, pattern, raw in zip(arguments, patterns, nodes, strict=True):
            if argument is None:
                texts.append(self.lambda_text(raw, pattern, bound, scope, name, node))
                continue
            wanted = signatures.substitute(pattern, bound)
            texts.append(self.coerce_argument(argument, wanted, pattern).sql)
        result = signatures.substitute(signature.result, bound)
        if result is None:
            result = NULL
        sql = signatures.expand(signature.template, texts, duck_name(result), marks)
        return Value(sql, result)

    def coerce_argument(self, argument: Value, wanted: Type | None, pattern) -> Value:
        if wanted is None or pattern.kind in ("any", "number", "decimal", "row"):
            return argument
        if wanted.name == argument.type.name and wanted.name in ("varchar", "timestamp", "time"):
            return argument
        return self.coerce(argument, wanted)

    def try_signature(self, signature, arguments, nodes):
        """Return (cost, bound variables, pattern of each argument), or None."""
        patterns = list(signature.parameters)
        if signature.variadic:
            extra = len(arguments) - len(patterns)
            if extra < 0:
                return None
            patterns += [patterns[-1]] * extra
        if len(patterns) != len(arguments):
            return None
        cost, bound = 0, {}
        for pattern, argument in zip(patterns, arguments, strict=True):
            if (pattern.kind == "lambda") != (argument is None):
                return None
            if argument is None:
                continue
            part = signatures.match(pattern, argument.type, bound, self)
            if part is None:
                return None
            cost += part
        for pattern, raw in zip(patterns, nodes, strict=True):
            if pattern.kind == "lambda" and len(pattern.parts) - 1 != len(raw.expressions):
                return None
        return cost, bound, patterns

    def lambda_text(self, node, pattern, bound: dict, scope: Scope, name: str, call) -> str:
        inner = Scope(lambda_of=scope, clause=scope.clause)
        names = []
        for parameter, part in zip(node.expressions, pattern.parts, strict=False):
            kind = signatures.substitute(part, bound) or NULL
            label = self.fresh("p")
            names.append(label)
            inner.parameters[parameter.name.lower()] = Value(label, kind)
        body = self.bind(node.this, inner)
        wanted = pattern.parts[-1]
        cost = signatures.match(wanted, body.type, bound, self)
        if cost is None:
            raise self.no_overload(name, call, [], call.expressions, [])
        kind = signatures.substitute(wanted, bound)
        body = self.coerce(body, kind) if kind is not None else body
        return f"lambda {', '.join(names)}: {body.sql}"

    @binds(exp.Lambda, "this", "expressions", "colon")
    def stray_lambda(self, node, scope):
        raise self.limit_node(node)

    # --- aggregates and window functions ----------------------------------------------

    def aggregate(self, name: str, node, extras: dict, scope: Scope) -> Value:
        window = extras.get("window")
        if window is None and name not in self.AGGREGATES:
            raise self.window_required(name, node)
        owner = scope
        while owner.lambda_of is not None:
            owner = owner.lambda_of
        if owner is not scope:
            raise self.misplaced_aggregate(name, node, "Lambda expression")
        if window is None:
            if owner.clause not in ("SELECT", "HAVING", "ORDER BY", "QUALIFY"):
                raise self.misplaced_aggregate(name, node, owner.clause)
            if owner.inside_aggregate:
                raise self.nested_aggregate(name, node)
        else:
            if owner.clause not in ("SELECT", "ORDER BY", "QUALIFY"):
                raise self.misplaced_window(name, node, owner.clause)
            if owner.inside_window or owner.inside_aggregate:
                raise self.nested_window(name, node)
        nodes = list(node.expressions)
        marks = {"d": "", "o": "", "f": ""}
        distinct = False
        if len(nodes) == 1 and isinstance(nodes[0], exp.Distinct):
            if nodes[0].args.get("on"):
                raise self.limit_node(nodes[0], "on")
            nodes, distinct = list(nodes[0].expressions), True
        order = None
        if nodes and isinstance(nodes[-1], exp.Order):
            order = nodes[-1]
            nodes[-1] = order.this
            if isinstance(nodes[-1], exp.Distinct):
                nodes, distinct = list(nodes[-1].expressions), True
        if extras.get("within") is not None:
            order = extras["within"]
        before = owner.inside_aggregate, owner.inside_window
        if window is None:
            owner.inside_aggregate = True
        else:
            owner.inside_window = True
        try:
            if order is not None:
                marks["o"] = " ORDER BY " + self.order_items(order.expressions, scope)
            after = ""
            if extras.get("filter") is not None:
                test = self.condition(extras["filter"], scope, "FILTER clause")
                after += f" FILTER (WHERE {test.sql})"
            if extras.get("nulls") and window is None:
                raise self.limit_node(node, "nulls treatment")
            if window is not None:
                after += f" OVER ({self.window_text(window, scope, name)})"
            marks["f"] = after
            if distinct:
                marks["d"] = "DISTINCT "
            return self.finish_aggregate(name, node, nodes, marks, extras, scope, distinct, order)
        finally:
            owner.inside_aggregate, owner.inside_window = before

    def finish_aggregate(self, name, node, nodes, marks, extras, scope, distinct, order) -> Value:
        lines = self.AGGREGATES.get(name) or self.WINDOWS[name]
        special = self.SPECIAL.get(name)
        if special is not None:
            return special(self, node, scope, nodes, marks, extras)
        if name == "count" and len(nodes) == 1 and isinstance(nodes[0], exp.Star):
            self.allow(nodes[0], ())
            return Value(f"count(*){marks['f']}", BIGINT)
        if name in ("grouping", "grouping_id"):
            self.check_grouping(node, nodes, scope)
        if extras.get("nulls"):
            if name not in ("first_value", "last_value", "nth_value", "lead", "lag"):
                raise self.limit_node(node, "nulls treatment")
            marks = {**marks, "o": marks["o"] + f" {extras['nulls']}"}
        for mark, used, words in (
            ("{d}", distinct, "DISTINCT"),
            ("{o}", order is not None, "ORDER BY inside the call"),
        ):
            if used and not any(mark in line for line in lines):
                raise LabLimit(
                    f"{name} with {words}", f"{self.service} decides whether {name} takes it."
                )
        return self.choose(name, lines, node, nodes, scope, marks)

    def check_grouping(self, node, nodes, scope: Scope) -> None:
        """Refuse GROUPING() of what is no grouping column."""
        keys = scope.grouping.keys if scope.grouping is not None else set()
        for part in nodes:
            if self.bind(part, scope).sql not in keys:
                raise self.not_a_grouping_column(node)

    def window_text(self, node, scope: Scope, name: str) -> str:
        """Return what stands inside OVER (...)."""
        if node.args.get("first") is not None:
            raise self.limit_node(node, "first")
        parts = self.window_parts(node, scope)
        self.check_window(name, parts, node)
        return " ".join(parts[part] for part in ("partition", "order", "frame") if parts[part])

    def key_types(self, items, scope) -> list[Type]:
        """Return the types of a window's ORDER BY."""
        return [self.bind(item.this, scope).type for item in items]

    def check_window(self, name, parts, node) -> None:
        """A hook for the service's own rules about frames."""

    def window_parts(self, node, scope: Scope) -> dict:
        """Return the parts of OVER (...) or WINDOW w AS (...), with those of the window that they
        begin with."""
        parts = {"partition": "", "order": "", "frame": ""}
        base = node.args.get("alias")
        if base is not None:
            label = base.name.lower()
            if label not in scope.windows:
                raise self.unknown_window(label, node)
            parts.update(scope.windows[label])
            self.check_base(node, base, parts)
        if node.args.get("partition_by"):
            keys = [self.bind(key, scope).sql for key in node.args["partition_by"]]
            parts["partition"] = f"PARTITION BY {', '.join(keys)}"
        if node.args.get("order") is not None:
            parts["order"] = "ORDER BY " + self.order_items(node.args["order"].expressions, scope)
            parts["keys"] = self.key_types(node.args["order"].expressions, scope)
        if node.args.get("spec") is not None:
            parts["frame"] = self.frame(node.args["spec"], scope)
        return parts

    def check_base(self, node, base, parts: dict) -> None:
        """Refuse what a window may not add to the named one: keys again, or anything to a frame."""
        given = [part for part in ("partition_by", "order", "spec") if node.args.get(part)]
        if "partition_by" in given:
            raise self.bad_base("partition", node.args["partition_by"][0])
        if "order" in given and parts["order"]:
            raise self.bad_base("order", node.args["order"])
        if parts["frame"] and (given or isinstance(node.this, exp.Identifier)):
            raise self.bad_base("frame", base)

    def bad_base(self, problem: str, node):
        """A hook: the refusal of a window that begins with a named one."""
        return self.limit_node(node, problem)

    def frame(self, spec, scope) -> str:
        for part, value in spec.args.items():
            if part not in ("kind", "start", "start_side", "end", "end_side") and value:
                raise self.limit_node(spec, part)
        for bound in ("start", "end"):
            value, side = spec.args.get(bound), spec.args.get(f"{bound}_side")
            if value is not None and value != "CURRENT ROW" and not side:
                raise self.foreign(spec)  # ROWS 2, with neither PRECEDING nor FOLLOWING
        start = self.frame_bound(spec.args.get("start"), spec.args.get("start_side"), scope)
        end = spec.args.get("end")
        kind = str(spec.args.get("kind", "RANGE")).upper()
        if end is None:
            return f"{kind} {start}"
        return (
            f"{kind} BETWEEN {start} AND {self.frame_bound(end, spec.args.get('end_side'), scope)}"
        )

    def frame_bound(self, bound, side, scope) -> str:
        if isinstance(bound, str):
            return f"{bound.upper()} {(side or '').upper()}".strip()
        return f"{self.bind(bound, scope).sql} {side.upper()}"

    def order_items(self, items, scope) -> str:
        """Return an ORDER BY list. Constants order nothing, and DuckDB refuses them."""
        kept = [self.order_item(item, scope) for item in items if not self.is_constant(item.this)]
        return ", ".join(kept) if kept else "(SELECT NULL)"

    @staticmethod
    def is_constant(node) -> bool:
        # A function is none, though it may name no column: count(*), random(), row_number().
        varies = (exp.Column, exp.Identifier, exp.Func, exp.Window)
        return isinstance(node, exp.Expr) and node.find(*varies) is None

    def order_item(self, item, scope) -> str:
        for part, value in item.args.items():
            if part not in ("this", "desc", "nulls_first") and value:
                raise self.limit_node(item, part)
        value = self.orderable(self.bind(item.this, scope), item.this)
        return value.sql + self.direction(item)

    def orderable(self, value: Value, node) -> Value:
        return value

    @staticmethod
    def direction(item) -> str:
        word = " DESC" if item.args.get("desc") else " ASC"
        return word + (" NULLS FIRST" if item.args.get("nulls_first") else " NULLS LAST")
