"""Binding expressions: each node of the parse tree becomes DuckDB text with the service's type.

Every node class and every part of it that may be set is listed in ``NODES``. A node that is not
listed, or a part that is set and not listed, is refused by name: nothing is silently dropped.
What differs between the services is in the subclasses (athena.py, redshift.py).
"""

import contextlib
import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.calls import Calls
from dealab.sql.errors import LabBug, LabLimit, ServiceError
from dealab.sql.nodes import binds, handler
from dealab.sql.scope import Grouping, Scope, Value
from dealab.sql.types import BIGINT, BOOLEAN, DOUBLE, NULL, Type, duck_name, text

NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
#: characters of DuckDB's text for one expression: what repeats its argument doubles at every level
LONGEST = 1_000_000


class Expressions(Calls):
    """Binds expressions of one statement. Abstract: the service's rules come from a subclass."""

    service = ""
    FUNCTIONS: dict[str, list[str]] = {}  # noqa: RUF012 - filled by subclasses
    AGGREGATES: dict[str, list[str]] = {}  # noqa: RUF012
    WINDOWS: dict[str, list[str]] = {}  # noqa: RUF012
    SPECIAL: dict = {}  # noqa: RUF012
    LIMITS: dict[str, tuple[str, str]] = {}  # noqa: RUF012

    def __init__(self, source, engine, parameters=(), database: str | None = None):
        self.source = source
        self.engine = engine
        self.catalog = engine.catalog
        self.database = database or engine.database
        self.parameters = list(parameters)
        self.used_parameters: set[int] = set()  # positions: a mark may be bound more than once
        self.tables: dict[str, object] = {}  # catalog tables that are read, by their DuckDB view
        self.reads: list = []  # the Source of every relation that FROM names
        self.counter = 0
        self.level = 0

    # --- entry ------------------------------------------------------------------------

    def bind(self, node, scope: Scope) -> Value:
        if node is None:  # the parser read past something that is missing
            raise self.foreign(None)
        found = handler(type(node), type(self))
        if found is None:
            raise self.limit_node(node)
        method, parts = found
        for part, value in node.args.items():
            if part not in parts and value not in (None, False, []):
                raise self.limit_node(node, part)
        grouping = scope.grouping
        if (
            grouping
            and grouping.composite
            and not scope.inside_aggregate
            and self._may_be_key(node)
        ):
            scope.grouping = None
            try:
                with self.steady():
                    whole = getattr(self, method)(node, scope)
            except ServiceError:
                whole = None
            finally:
                scope.grouping = grouping
            if whole is not None and whole.sql in grouping.keys:
                return whole
        value = getattr(self, method)(node, scope)
        if isinstance(value, Value) and len(value.sql) > LONGEST:
            raise LabLimit(
                "an expression nested this deep", "the service has a limit of its own, later."
            )
        return value

    @staticmethod
    def _may_be_key(node) -> bool:
        return not isinstance(node, (exp.Column, exp.Literal, exp.Identifier, exp.Window))

    #: (node class, part) of grammar that sqlglot reads and the service does not have
    FOREIGN: frozenset = frozenset()

    def limit_node(self, node, part: str = "") -> LabLimit | ServiceError:
        """Return the refusal of a construct: foreign to the service, or left out by the lab."""
        if (type(node), part) in self.FOREIGN or (type(node), "") in self.FOREIGN:
            return self.foreign(node)
        words = type(node).__name__
        shown = self.snippet(node)
        what = f"{words} with {part.replace('_', ' ')}" if part else words
        return LabLimit(
            f"this use of SQL: {what}" + (f" ({shown})" if shown else ""),
            f"{self.service} may accept it; the lab has no translation for it yet.",
        )

    def snippet(self, node) -> str:
        span = self.source.span(node)
        if span is None:
            return ""
        last = span[1] + 1
        whole = self.source.sql[span[0] : last]
        while whole.count("(") > whole.count(")") and last < len(self.source.sql):
            last += 1  # a call's closing parenthesis belongs to it
            whole = self.source.sql[span[0] : last]
        cut = " ".join(whole.split())
        return cut if len(cut) <= 60 else cut[:57] + "..."

    @contextlib.contextmanager
    def steady(self):
        """Give the same names in each go: a key of GROUP BY is found again by its text."""
        before = self.counter
        self.level += 1
        self.counter = self.level * 1_000_000
        try:
            yield
        finally:
            self.counter = before
            self.level -= 1

    def fresh(self, stem: str) -> str:
        self.counter += 1
        return f"{stem}_{self.counter}"

    # --- hooks of the service ---------------------------------------------------------

    def error(self, code: str, message: str, node=None, place=None, hint: str = "") -> ServiceError:
        raise NotImplementedError

    def coercion_cost(self, kind: Type, wanted: Type) -> int | None:
        raise NotImplementedError

    def common_type(self, left: Type, right: Type) -> Type | None:
        raise NotImplementedError

    # --- literals ---------------------------------------------------------------------

    @binds(exp.Null)
    def null(self, node, scope):
        return Value("NULL", NULL)

    @binds(exp.Boolean, "this")
    def boolean(self, node, scope):
        return Value("true" if node.this else "false", BOOLEAN, bool(node.this))

    @binds(exp.Literal, "this", "is_string")
    def literal(self, node, scope):
        if node.is_string:
            return self.string_literal(node.this)
        return self.number_literal(node)

    def string_literal(self, content: str) -> Value:
        return Value(text(content), types.varchar(len(content)), content)

    def number_literal(self, node) -> Value:
        digits = node.this
        if not NUMBER.fullmatch(digits):
            raise self.foreign(node)
        if "e" in digits.lower():
            if self.service == "Redshift" and float(digits) == float("inf"):
                message = f'"{digits}" is out of range for type double precision'
                raise self.error("22003", message, node)  # Trino takes it for Infinity
            return Value(f"CAST({text(digits)} AS DOUBLE)", DOUBLE, float(digits))
        if "." in digits:
            whole, _, fraction = digits.partition(".")
            precision = max(len(whole.lstrip("0")) + len(fraction), 1)
            if precision > 38:
                raise self.error(*self.too_many_digits(), node=node)
            kind = types.decimal(precision, len(fraction))
            return Value(f"CAST({text(digits)} AS {duck_name(kind)})", kind, digits)
        number = int(digits)
        if number > 9223372036854775807:
            return self.huge_literal(node, number)
        kind = types.INTEGER if number <= 2147483647 else BIGINT
        return Value(digits, kind, number)

    def too_many_digits(self):
        raise NotImplementedError

    def huge_literal(self, node, number: int) -> Value:
        raise NotImplementedError

    @binds(exp.Paren, "this")
    def paren(self, node, scope):
        inner = self.bind(node.this, scope)
        return Value(f"({inner.sql})", inner.type, inner.literal)

    @binds(exp.Placeholder, "this", "kind", "jdbc")
    def placeholder(self, node, scope):
        start = node.meta.get("start")
        if start is None or node.this is not None:
            raise self.limit_node(node)
        tokens = self.source.tokens
        marks = (token.start for token in tokens if token.token_type.name == "PLACEHOLDER")
        at = sum(mark < start for mark in marks)
        if at >= len(self.parameters):
            raise self.missing_parameter(node, at + 1)
        self.used_parameters.add(at)
        return self.parameter_value(self.parameters[at], node)

    def missing_parameter(self, node, number):
        return ServiceError(
            self.PARAMETER_CODE, f"Incorrect number of parameters: ? number {number} has no value"
        )

    def parameter_value(self, value, node) -> Value:
        """Bind a Python value given for ``?`` as a typed literal: the text is never pasted."""
        import datetime
        import decimal

        if isinstance(value, Value):  # EXECUTE ... USING: bound already
            return value
        if value is None:
            return Value("NULL", NULL)
        if isinstance(value, bool):
            return Value("true" if value else "false", BOOLEAN, value)
        if isinstance(value, int) or (
            type(value).__module__ == "numpy" and hasattr(value, "__index__")
        ):
            number = int(value)
            if number < 0:
                positive = self.number_literal(exp.Literal.number(str(-number)))
                return Value(f"(-{positive.sql})", positive.type, number)
            return self.number_literal(exp.Literal.number(str(number)))
        if isinstance(value, float):
            return Value(f"CAST({text(repr(float(value)))} AS DOUBLE)", DOUBLE, float(value))
        if isinstance(value, decimal.Decimal):
            digits = format(value, "f")
            _, all_digits, exponent = value.as_tuple()
            scale = max(0, -exponent)
            kind = types.decimal(max(len(all_digits), scale, 1), scale)
            return Value(f"CAST({text(digits)} AS {duck_name(kind)})", kind, digits)
        if isinstance(value, datetime.datetime):
            if value.tzinfo is not None:
                value = value.astimezone(datetime.UTC)
                stamp = f"CAST({text(value.isoformat(sep=' '))} AS TIMESTAMP WITH TIME ZONE)"
                return Value(stamp, types.TIMESTAMPTZ)
            return Value(f"CAST({text(value.isoformat(sep=' '))} AS TIMESTAMP)", types.TIMESTAMP)
        if isinstance(value, datetime.date):
            return Value(f"CAST({text(value.isoformat())} AS DATE)", types.DATE)
        if isinstance(value, str):
            if not value.isascii() and value != value.encode(errors="replace").decode():
                raise ServiceError(self.PARAMETER_CODE, "The parameter's text is not valid Unicode")
            return self.string_literal(value)
        raise LabLimit(
            f"a parameter of Python type {type(value).__name__}",
            "execution parameters are numbers, strings, booleans, dates and timestamps.",
        )

    # --- names ------------------------------------------------------------------------

    @binds(exp.Column, "this", "table", "db", "catalog")
    def column(self, node, scope):
        if isinstance(node.this, exp.Star):
            raise self.star_misplaced(node)
        if not all(isinstance(part, exp.Identifier) for part in node.parts):
            raise self.foreign(node)
        parts = [part.name.lower() for part in node.parts]
        value = self.resolve(parts, scope)
        if value is not None:
            return value
        bare = self.bare_name(node, scope) if len(parts) == 1 else None
        if bare is not None:
            return bare
        raise self.unknown_column(node, parts, scope)

    @binds(exp.Identifier, "this", "quoted")
    def identifier(self, node, scope):
        value = self.resolve([node.name.lower()], scope)
        if value is None:
            raise self.unknown_column(node, [node.name.lower()], scope)
        return value

    @binds(exp.Star, "this")
    def star(self, node, scope):
        raise self.star_misplaced(node)

    def bare_name(self, node, scope) -> Value | None:
        """Return what a name without parentheses means when it is no column (Redshift: SYSDATE)."""
        return None

    def resolve(self, parts: list[str], scope: Scope) -> Value | None:
        """Find a name: lambda parameters, columns of this query, then of the queries around it."""
        here = scope
        while here is not None:
            if parts[0] in here.parameters:
                return self.into(here.parameters[parts[0]], parts[1:])
            if here.lambda_of is None:
                found = self.resolve_in(parts, here)
                if found is not None:
                    value, rest = found
                    whole = self.into(value, rest)
                    if not rest or here.grouping is None or whole.sql not in here.grouping.keys:
                        self.check_grouped(value, here, scope)
                    return whole
            here = here.lambda_of or here.parent
        return None

    def resolve_in(self, parts: list[str], scope: Scope):
        """Find the longest qualified name first: schema.table.column, table.column, column."""
        for taken in (3, 2, 1):
            if taken >= len(parts):
                continue
            qualifier, name = tuple(parts[:taken]), parts[taken]
            columns = []
            for relation in scope.relations:
                named = qualifier == (relation.alias,) if taken == 1 else False
                if not named and relation.path[-taken:] != qualifier:
                    continue
                if taken > 1 and len(relation.path) < taken:
                    continue
                columns += relation.find(name)
            if len(columns) > 1:
                raise self.ambiguous(".".join(parts))
            if columns:
                self.check_allowed(columns[0], qualifier[-1])
                return Value(columns[0].sql, columns[0].type), parts[taken + 1 :]
        name = parts[0]
        if name in scope.merged:
            column = scope.merged[name]
            return Value(column.sql, column.type), parts[1:]
        found = [column for relation in scope.relations for column in relation.find(name)]
        if len(found) > 1:
            raise self.ambiguous(name)
        if found:
            owner = next(r for r in scope.relations if any(c is found[0] for c in r.columns))
            self.check_allowed(found[0], owner.alias)
            return Value(found[0].sql, found[0].type), parts[1:]
        if name in scope.aliases:
            return scope.aliases[name], parts[1:]
        return None

    def check_allowed(self, column, relation: str) -> None:
        """A hook: Redshift grants single columns."""

    def into(self, value: Value, fields: list[str]) -> Value:
        for name in fields:
            value = self.field(value, name, None)
        return value

    def field(self, value: Value, name: str, node) -> Value:
        """Return a field of a row."""
        if value.type.name == "row":
            for field_name, kind in value.type.args[0]:
                if field_name == name.lower():
                    return Value(f"struct_extract({value.sql}, {text(name.lower())})", kind)
        raise self.unknown_field(value, name, node)

    def check_grouped(self, value: Value, owner: Scope, user: Scope) -> None:
        grouping: Grouping | None = owner.grouping
        if grouping is None or owner.inside_aggregate:
            return
        if value.sql not in grouping.keys and value not in owner.aliases.values():
            raise self.not_grouped(value, owner)

    def unknown_column(self, node, parts, scope) -> ServiceError:
        raise NotImplementedError

    # --- fields and subscripts --------------------------------------------------------

    @binds(exp.Dot, "this", "expression")
    def dot(self, node, scope):
        value = self.bind(node.this, scope)
        if isinstance(node.expression, exp.Identifier):
            return self.field(value, node.expression.name, node)
        raise self.limit_node(node)

    # --- logic ------------------------------------------------------------------------

    @binds(exp.And, "this", "expression")
    def logical_and(self, node, scope):
        return self.logical(node, scope, "AND")

    @binds(exp.Or, "this", "expression")
    def logical_or(self, node, scope):
        return self.logical(node, scope, "OR")

    def logical(self, node, scope, word):
        # A long chain is a deep tree: walk it in a loop.
        terms, current = [], node
        while type(current) is type(node):
            terms.append(current.expression)
            current = current.this
        terms.append(current)
        bound = [self.condition(term, scope, "Logical expression term") for term in reversed(terms)]
        return Value("(" + f" {word} ".join(value.sql for value in bound) + ")", BOOLEAN)

    @binds(exp.Not, "this")
    def logical_not(self, node, scope):
        inner = self.condition(node.this, scope, "Value of logical NOT expression")
        return Value(f"(NOT {inner.sql})", BOOLEAN)

    def condition(self, node, scope, role: str) -> Value:
        """Bind an expression that must be a boolean."""
        value = self.bind(node, scope)
        return self.as_condition(value, node, role)

    def as_condition(self, value: Value, node, role: str) -> Value:
        raise NotImplementedError

    @binds(exp.Is, "this", "expression")
    def is_test(self, node, scope):
        left = self.bind(node.this, scope)
        if isinstance(node.expression, exp.Null):
            return Value(f"({left.sql} IS NULL)", BOOLEAN)
        if isinstance(node.expression, exp.Boolean) and left.type.name in ("boolean", "null"):
            word = "TRUE" if node.expression.this else "FALSE"
            return Value(f"({left.sql} IS {word})", BOOLEAN)
        raise self.limit_node(node)

    # --- comparison -------------------------------------------------------------------

    @binds(exp.EQ, "this", "expression")
    def equal(self, node, scope):
        return self.comparison(node, scope, "=")

    @binds(exp.NEQ, "this", "expression")
    def not_equal(self, node, scope):
        return self.comparison(node, scope, "<>")

    @binds(exp.LT, "this", "expression")
    def less(self, node, scope):
        return self.comparison(node, scope, "<")

    @binds(exp.LTE, "this", "expression")
    def less_or_equal(self, node, scope):
        return self.comparison(node, scope, "<=")

    @binds(exp.GT, "this", "expression")
    def greater(self, node, scope):
        return self.comparison(node, scope, ">")

    @binds(exp.GTE, "this", "expression")
    def greater_or_equal(self, node, scope):
        return self.comparison(node, scope, ">=")

    @binds(exp.NullSafeEQ, "this", "expression")
    def not_distinct(self, node, scope):
        return self.comparison(node, scope, "IS NOT DISTINCT FROM")

    @binds(exp.NullSafeNEQ, "this", "expression")
    def distinct_from(self, node, scope):
        return self.comparison(node, scope, "IS DISTINCT FROM")

    def comparison(self, node, scope, operator: str) -> Value:
        left = self.bind(node.this, scope)
        right = node.expression
        if isinstance(right, (exp.Any, exp.All)):
            return self.quantified(node, left, operator, right.key.upper(), right.this, scope)
        if isinstance(right, exp.Anonymous) and right.name.upper() in ("ANY", "ALL", "SOME"):
            word = right.name.upper().replace("SOME", "ANY")
            return self.quantified(node, left, operator, word, right.expressions[0], scope)
        right = self.bind(node.expression, scope)
        return self.compare(left, right, operator, node)

    def compare(self, left: Value, right: Value, operator: str, node) -> Value:
        raise NotImplementedError

    def quantified(self, node, left: Value, operator: str, word: str, inner, scope) -> Value:
        """x > ALL (query), x = ANY (query)."""
        query = inner.this if isinstance(inner, exp.Subquery) else inner
        if not isinstance(query, (exp.Query, exp.Values)):
            raise self.limit_node(node)
        bound = self.bind_query(query, scope)
        if len(bound.columns) != 1:
            raise self.one_column(node, len(bound.columns))
        kind = bound.columns[0][1]
        probe = self.compare(left, Value("x", kind), operator, node)
        if probe.sql == f"({left.sql} {operator} x)":
            return Value(f"({left.sql} {operator} {word} ({bound.sql}))", BOOLEAN)
        common = self.common_type(left.type, kind) or kind
        cast_left = self.coerce(left, common)
        column = self.coerce(Value("q.c", kind), common)
        return Value(
            f"({cast_left.sql} {operator} {word} (SELECT {column.sql} FROM ({bound.sql}) AS q(c)))",
            BOOLEAN,
        )

    @binds(exp.Between, "this", "low", "high", "symmetric")
    def between(self, node, scope):
        value = self.bind(node.this, scope)
        low, high = self.bind(node.args["low"], scope), self.bind(node.args["high"], scope)
        return self.between_values(value, low, high, node)

    def between_values(self, value, low, high, node) -> Value:
        above = self.compare(value, low, ">=", node)
        below = self.compare(value, high, "<=", node)
        return Value(f"({above.sql} AND {below.sql})", BOOLEAN)

    @binds(exp.In, "this", "expressions", "query", "unnest", "field")
    def in_list(self, node, scope):
        value = self.bind(node.this, scope)
        query = node.args.get("query")
        if query is not None:
            return self.in_query(node, value, query, scope)
        if node.args.get("unnest"):
            raise self.limit_node(node)
        if not node.expressions:  # IN (), IN x and a text that ends with IN
            raise self.foreign(node)
        if len(node.expressions) == 1 and isinstance(node.expressions[0], (exp.Query, exp.Values)):
            return self.in_query(node, value, node.expressions[0], scope)
        items = [self.bind(item, scope) for item in node.expressions]
        return self.in_values(value, items, node)

    def in_query(self, node, value, query, scope) -> Value:
        inner = query.this if isinstance(query, exp.Subquery) else query
        bound = self.bind_query(inner, scope)
        if isinstance(node.this, exp.Tuple) or value.type.name == "row":
            return self.tuple_in_query(node, scope, bound, value)
        if len(bound.columns) != 1:
            raise self.one_column(node, len(bound.columns))
        kind = bound.columns[0][1]
        self.check_in_types(node, [value.type], [kind])
        probe = self.compare(value, Value("x", kind), "=", node)
        if probe.sql == f"({value.sql} = x)":
            return Value(f"({value.sql} IN ({bound.sql}))", BOOLEAN)
        common = self.common_type(value.type, kind) or kind
        left, right = self.coerce(value, common), self.coerce(Value("q.c", kind), common)
        return Value(f"({left.sql} IN (SELECT {right.sql} FROM ({bound.sql}) AS q(c)))", BOOLEAN)

    def check_in_types(self, node, mine: list[Type], kinds: list[Type]) -> None:
        """A hook: Trino's own words where the types on both sides of IN do not meet."""

    def tuple_in_query(self, node, scope, bound, value=None) -> Value:
        values = [self.bind(part, scope) for part in node.this.expressions]
        if len(values) != len(bound.columns):
            raise self.one_column(node, len(bound.columns))
        self.check_in_types(node, [v.type for v in values], [kind for _, kind in bound.columns])
        left = ", ".join(value.sql for value in values)
        return Value(f"(({left}) IN ({bound.sql}))", BOOLEAN)

    def in_values(self, value, items, node) -> Value:
        raise NotImplementedError

    @binds(exp.Exists, "this")
    def exists(self, node, scope):
        inner = node.this.this if isinstance(node.this, exp.Subquery) else node.this
        if not isinstance(inner, (exp.Query, exp.Values)):
            raise self.limit_node(node)
        return Value(f"EXISTS ({self.bind_query(inner, scope).sql})", BOOLEAN)

    @binds(exp.Subquery, "this", "with_")
    def scalar_subquery(self, node, scope):
        bound = self.bind_query(node.this, scope)
        if len(bound.columns) != 1:
            raise self.one_column(node, len(bound.columns))
        return Value(f"({bound.sql})", bound.columns[0][1])

    # --- choice -----------------------------------------------------------------------

    @binds(exp.Case, "this", "ifs", "default")
    def case(self, node, scope):
        subject = self.bind(node.this, scope) if node.this is not None else None
        conditions, results = [], []
        for branch in node.args["ifs"]:
            if subject is None:
                test = self.condition(branch.this, scope, "CASE WHEN clause")
            else:
                operand = self.bind(branch.this, scope)
                self.check_case(subject, operand, branch.this)
                test = self.compare(subject, operand, "=", branch)
            conditions.append(test)
            results.append(self.bind(branch.args["true"], scope))
        default = node.args.get("default")
        otherwise = self.bind(default, scope) if default is not None else Value("NULL", NULL)
        values, kind = self.unify([*results, otherwise], node, "CASE results")
        arms = " ".join(
            f"WHEN {test.sql} THEN {value.sql}"
            for test, value in zip(conditions, values, strict=False)
        )
        return Value(f"CASE {arms} ELSE {values[-1].sql} END", kind)

    def check_case(self, subject: Value, operand: Value, node) -> None:
        """A hook: Trino's own words where CASE x WHEN y compares types that do not meet."""

    @binds(exp.If, "this", "true", "false")
    def if_function(self, node, scope):
        test = self.condition(node.this, scope, "IF condition")
        yes = self.bind(node.args["true"], scope)
        no_node = node.args.get("false")
        no = self.bind(no_node, scope) if no_node is not None else Value("NULL", NULL)
        (yes, no), kind = self.unify([yes, no], node, "IF results")
        return Value(f"CASE WHEN {test.sql} THEN {yes.sql} ELSE {no.sql} END", kind)

    def unify(self, values: list[Value], node, role: str) -> tuple[list[Value], Type]:
        """Coerce values to their common type, or raise the service's type error."""
        kind = NULL
        for value in values:
            common = self.common_type(kind, value.type)
            if common is None:
                raise self.no_common_type(kind, value.type, values, node, role)
            kind = common
        return [self.coerce(value, kind) for value in values], kind

    def coerce(self, value: Value, kind: Type) -> Value:
        """Return the value as ``kind``; a cast is written only where DuckDB's type changes."""
        if value.type == kind:
            return value
        if duck_name(value.type) == duck_name(kind) and value.type != NULL:
            return Value(value.sql, kind, value.literal)
        return Value(f"CAST({value.sql} AS {duck_name(kind)})", kind, value.literal)

    # --- arithmetic -------------------------------------------------------------------

    @binds(exp.Add, "this", "expression")
    def add(self, node, scope):
        return self.arithmetic(node, scope, "+")

    @binds(exp.Sub, "this", "expression")
    def subtract(self, node, scope):
        return self.arithmetic(node, scope, "-")

    @binds(exp.Mul, "this", "expression")
    def multiply(self, node, scope):
        return self.arithmetic(node, scope, "*")

    @binds(exp.Div, "this", "expression", "typed", "safe")
    def divide(self, node, scope):
        return self.arithmetic(node, scope, "/")

    @binds(exp.Mod, "this", "expression")
    def modulo(self, node, scope):
        return self.arithmetic(node, scope, "%")

    def arithmetic(self, node, scope, operator: str) -> Value:
        left, right = self.bind(node.this, scope), self.bind(node.expression, scope)
        return self.calculate(left, right, operator, node)

    def calculate(self, left: Value, right: Value, operator: str, node) -> Value:
        raise NotImplementedError

    @binds(exp.Neg, "this")
    def negate(self, node, scope):
        value = self.bind(node.this, scope)
        if value.type.name not in (*types.NUMBERS, *types.INTERVALS, "null"):
            value = self.negatable(value, node)
        literal = -value.literal if isinstance(value.literal, (int, float)) else None
        return Value(f"(-{value.sql})", value.type, literal)

    @binds(exp.DPipe, "this", "expression", "safe")
    def pipe(self, node, scope):
        left, right = self.bind(node.this, scope), self.bind(node.expression, scope)
        return self.concatenate(left, right, node)

    # --- patterns ---------------------------------------------------------------------

    @binds(exp.Like, "this", "expression", "negate")
    def like(self, node, scope):
        return self.negated(node, self.like_test(node, scope, "LIKE", None))

    @binds(exp.ILike, "this", "expression", "negate")
    def ilike(self, node, scope):
        return self.negated(node, self.like_test(node, scope, "ILIKE", None))

    @staticmethod
    def negated(node, value: Value) -> Value:
        """Apply NOT LIKE: sqlglot keeps its NOT inside the node."""
        return Value(f"(NOT {value.sql})", BOOLEAN) if node.args.get("negate") else value

    @binds(exp.Escape, "this", "expression")
    def escaped(self, node, scope):
        inner = node.this
        words = {exp.Like: "LIKE", exp.ILike: "ILIKE", exp.SimilarTo: "SIMILAR TO"}
        if type(inner) not in words:
            raise self.limit_node(node)
        test = self.like_test(inner, scope, words[type(inner)], node.expression)
        return self.negated(inner, test)

    @binds(exp.SimilarTo, "this", "expression")
    def similar(self, node, scope):
        return self.like_test(node, scope, "SIMILAR TO", None)

    def like_test(self, node, scope, word, escape) -> Value:
        raise NotImplementedError

    @binds(exp.RegexpLike, "this", "expression")
    def regexp_like(self, node, scope):
        return self.regexp_operator(node, scope, "")

    @binds(exp.RegexpILike, "this", "expression")
    def regexp_ilike(self, node, scope):
        return self.regexp_operator(node, scope, "(?i)")

    @binds(exp.BitwiseAnd, "this", "expression")
    def bitwise_and(self, node, scope):
        return self.bitwise(node, scope, "&")

    @binds(exp.BitwiseOr, "this", "expression")
    def bitwise_or(self, node, scope):
        return self.bitwise(node, scope, "|")

    @binds(exp.BitwiseLeftShift, "this", "expression")
    def shift_left(self, node, scope):
        return self.bitwise(node, scope, "<<")

    @binds(exp.BitwiseRightShift, "this", "expression")
    def shift_right(self, node, scope):
        return self.bitwise(node, scope, ">>")

    @binds(exp.BitwiseNot, "this")
    def bitwise_not(self, node, scope):
        return self.bitwise(node, scope, "~")

    @binds(exp.Pow, "this", "expression")
    def raised(self, node, scope):
        return self.as_call("power", [node.this, node.expression], node, scope)

    @binds(exp.Sqrt, "this")
    def square_root(self, node, scope):
        return self.as_call("sqrt", [node.this], node, scope)

    @binds(exp.Cbrt, "this")
    def cube_root(self, node, scope):
        return self.as_call("cbrt", [node.this], node, scope)

    # --- casts ------------------------------------------------------------------------

    @binds(exp.Cast, "this", "to", "safe")
    def cast(self, node, scope):
        return self.cast_node(node, scope, safe=False)

    @binds(exp.TryCast, "this", "to", "safe", "requires_string")
    def try_cast(self, node, scope):
        return self.cast_node(node, scope, safe=True)

    # --- what the grammar writes in its own way ---------------------------------------

    def as_call(self, name: str, nodes, node, scope) -> Value:
        """Bind special syntax (SUBSTRING(x FROM 1)) as the call that it stands for."""
        call = exp.Anonymous(this=name, expressions=[part for part in nodes if part is not None])
        span = self.source.span(node)
        if span is not None:
            call.meta["start"], call.meta["end"] = span
        return self.function(call, scope)

    @binds(exp.Substring, "this", "start", "length")
    def substring(self, node, scope):
        return self.as_call(
            "substring", [node.this, node.args.get("start"), node.args.get("length")], node, scope
        )

    @binds(exp.StrPosition, "this", "substr")
    def position(self, node, scope):
        return self.as_call("strpos", [node.this, node.args["substr"]], node, scope)

    @binds(exp.Trim, "this", "expression", "position")
    def trim(self, node, scope):
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(
            (node.args.get("position") or "").upper(), "trim"
        )
        return self.as_call(
            name, [node.this, node.expression if node.args.get("expression") else None], node, scope
        )

    @binds(exp.Bracket, "this", "expressions")
    def bracket(self, node, scope):
        if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
            raise self.limit_node(node)
        return self.subscript(self.bind(node.this, scope), node.expressions[0], node, scope)

    @binds(exp.Array, "expressions", "bracket_notation")
    def array(self, node, scope):
        return self.array_value(node, scope)

    @binds(exp.Tuple, "expressions")
    def tuple(self, node, scope):
        if not node.expressions:
            raise self.foreign(node)
        return self.tuple_value(node, scope)

    @binds(exp.HexString, "this")
    def hex_string(self, node, scope):
        return Value(f"unhex({text(node.this)})", types.VARBINARY)

    @binds(exp.AtTimeZone, "this", "zone")
    def at_time_zone(self, node, scope):
        return self.in_zone(node, scope)

    @binds(exp.JSONExtract, "this", "expression", "option", "json_query")
    def json_extract(self, node, scope):
        return self.json_part(node, scope)

    @binds(exp.JSONValue, "this", "path", "returning")
    def json_value(self, node, scope):
        return self.json_part(node, scope)

    # --- rows, arrays, intervals ------------------------------------------------------

    @binds(exp.Interval, "this", "unit", "fraction_in_string")
    def interval(self, node, scope):
        return self.interval_value(node, scope)

    @binds(exp.Extract, "this", "expression")
    def extract(self, node, scope):
        return self.extract_field(node.this.name.lower(), self.bind(node.expression, scope), node)

    @binds(exp.CurrentDate, "this")
    def current_date(self, node, scope):
        return self.now("current_date", node)

    @binds(exp.CurrentTimestamp, "this", "sysdate")
    def current_timestamp(self, node, scope):
        return self.now("sysdate" if node.args.get("sysdate") else "current_timestamp", node)

    @binds(exp.CurrentTime, "this")
    def current_time(self, node, scope):
        return self.now("current_time", node)

    @binds(exp.Localtimestamp, "this")
    def local_timestamp(self, node, scope):
        return self.now("localtimestamp", node)

    @binds(exp.Localtime, "this")
    def local_time(self, node, scope):
        return self.now("localtime", node)

    @binds(exp.CurrentUser, "this")
    def current_user(self, node, scope):
        return Value("'lab_user'", types.VARCHAR)

    def bug(self, message: str) -> LabBug:
        return LabBug(message)
