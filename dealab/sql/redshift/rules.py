"""Redshift's rules: coercion, operators, casts, names, SUPER."""

from sqlglot import exp

from dealab.sql import patterns, signatures, types
from dealab.sql.errors import LabLimit
from dealab.sql.nodes import nearest
from dealab.sql.queries import Queries
from dealab.sql.redshift import casts, choice, registry, supers, times, to_char  # noqa: F401 - each registers its functions
from dealab.sql.redshift.decimals import RANK, common_number, decimal_calculated
from dealab.sql.redshift.messages import Messages
from dealab.sql.redshift.names import read_type, redshift_interval, shown
from dealab.sql.scope import Column, Value
from dealab.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    LITERAL,
    NULL,
    SUPER,
    TIMESTAMP,
    TIMESTAMPTZ,
    VARCHAR,
    Type,
    decimal,
    duck_name,
    quote,
    text,
)

NESTED = ("row", "array", "map")


class RedshiftBinder(Messages, Queries):
    service = "Redshift"
    PARAMETER_CODE = "08P01"
    FUNCTIONS = signatures.functions("redshift").scalar
    AGGREGATES = signatures.functions("redshift").aggregate
    WINDOWS = signatures.functions("redshift").window
    LIMITS = signatures.functions("redshift").refused
    SPECIAL = registry.SPECIAL

    FOREIGN = frozenset({(exp.Distinct, "on"), (exp.Slice, ""), (exp.IntDiv, ""), (exp.Lambda, "")})

    def foreign(self, node):
        return self.error("42601", f'syntax error at or near "{self.snippet(node)}"', node)

    # --- names ------------------------------------------------------------------------

    def find_table(self, parts, node):
        database = parts[-2] if len(parts) > 1 else self.database
        if database in ("information_schema", "pg_catalog") or parts[-1].startswith(
            ("pg_", "svv_", "stl_", "stv_", "svl_", "sys_", "svcs_")
        ):
            raise LabLimit(
                f"the system table {'.'.join(parts)} yet",
                "Redshift shows metadata and history there.",
            )
        table = self.catalog.find(self.database if database == "public" else database, parts[-1])
        if table is not None:
            return table
        if len(parts) > 1 and database not in (*self.catalog.databases, "public"):
            raise self.error(
                "3F000",
                f'schema "{database}" does not exist',
                node,
                hint=nearest(database, self.catalog.databases),
            )
        raise self.error(
            "42P01",
            f'relation "{".".join(parts)}" does not exist',
            node,
            hint=nearest(parts[-1], self.catalog.tables(self.database)),
        )

    def from_path(self, node, parts, label, names, scope):
        """FROM orders o, o.items AS item: unnest an array of a relation to the left."""
        if len(parts) < 2 or parts[0] not in {relation.alias for relation in scope.relations}:
            return None
        value = self.resolve(parts, scope)
        return None if value is None else self.unnest_path(value, node, label or parts[-1], scope)

    def bind_at_index(self, node, scope):
        """FROM t, t.items AS item AT i: the elements with their index, from 0."""
        self.allow(node, {"this", "expression"})
        named = node.this
        path, label = named, None
        if isinstance(named, exp.Alias):
            path, label = named.this, named.args["alias"].name.lower()
        parts = [part.name.lower() for part in path.parts]
        value = self.resolve(parts, scope)
        if value is None:
            raise self.unknown_relation(tuple(parts), node, scope)
        return self.unnest_path(
            value, node, label or parts[-1], scope, node.expression.name.lower()
        )

    def unnest_path(self, value, node, label, scope, index=None) -> str:
        if value.type.name == "array":
            element, source = value.type.args[0], value.sql
        elif value.type.name in ("super", "row", "map"):
            whole = self.settle(value).sql
            element = SUPER
            source = f"CASE WHEN json_type({whole}) = 'ARRAY' THEN CAST({whole} AS JSON[]) END"
        else:
            raise self.not_unnestable(value, node)
        columns = [(label, element)]
        if index is not None:
            columns.append((index, BIGINT))
        alias, inside = self.enter(scope, label, columns, [], node)
        picks = f"unnest({source}) AS {quote(inside[0])}"
        if index is not None:
            picks += f", unnest(range(0, coalesce(len({source}), 0))) AS {quote(inside[1])}"
        self.element_scope(scope, label, element)
        return f"LATERAL (SELECT {picks}) AS {quote(alias)}"

    def element_scope(self, scope, label, element) -> None:
        """Let ``item.sku`` mean a field of the element as well as a column of the relation."""
        relation = scope.relations[-1]
        whole = relation.columns[0]
        if element.name == "row":
            for name, _ in element.args[0]:
                part = self.field(Value(whole.sql, element), name, None)
                relation.columns.append(Column(name, part.type, part.sql, hidden=True))
        relation.element = None if element.name == "row" else Value(whole.sql, element)

    def resolve_in(self, parts, scope):
        found = super().resolve_in(parts, scope)
        if found is not None:
            return found
        for relation in scope.relations:
            element = getattr(relation, "element", None)
            if element is not None and parts[0] == relation.alias:
                return element, parts[1:]
        return None

    def bare_name(self, node, scope):
        match node.name.lower():
            case "sysdate":
                return Value("CAST(now() AS TIMESTAMP)", TIMESTAMP)
            case "user" | "current_user" | "session_user":
                return Value("'lab_user'", VARCHAR)
        return None

    def field(self, value, name, node):
        if value.type.name == "super":
            return Value(f"json_extract({value.sql}, {text('$.' + quote(name))})", SUPER)
        return super().field(value, name, node)

    def unnamed(self, at, node):
        match node:
            case exp.Cast():
                inner = node.this
                if isinstance(inner, exp.Column):
                    return inner.name.lower()
                return _CAST_NAMES.get(node.args["to"].this.name, "?column?")
            case exp.Anonymous():
                return node.name.lower().removeprefix("approximate_")
            case exp.Window() | exp.Filter() | exp.WithinGroup() | exp.IgnoreNulls():
                return self.unnamed(at, node.this)
            case exp.Case():
                return "case"
            case exp.Extract():
                return "date_part"
            case exp.Substring():
                return "substring"
            case exp.Trim():
                return "btrim"
            case exp.CurrentDate():
                return "date"
            case exp.CurrentUser():
                return "current_user"
            case exp.Interval():
                return "interval"
            case exp.StrPosition():
                return "position"
            case exp.Exists():
                return "?column?"
            case None:
                return f"column{at + 1}"
        return "?column?"

    @staticmethod
    def shown_name(name):
        return name.lower()

    def note_alias(self, name, value, scope):
        """Later items of the select list may use an alias (a lateral column alias)."""
        if name:
            scope.aliases.setdefault(name, value)

    def group_name(self, item, items, scope):
        if not isinstance(item, exp.Column) or len(item.parts) != 1:
            return None
        name = item.name.lower()
        if any(relation.find(name) for relation in scope.relations):
            return None
        for label, node in items:
            if label == name:
                if not isinstance(node, Value) and self.has_aggregate(node):
                    raise self.error("42803", "aggregates not allowed in GROUP BY clause", item)
                return node
        return None

    STAR_PARTS = frozenset({"except_"})

    def settle(self, value):
        if value.type.name == "literal":
            return Value(value.sql, types.varchar(None), value.literal)
        if value.type.name in NESTED:
            return Value(f"to_json({value.sql})", SUPER)
        return value

    def check_derived(self, label, node):
        return None

    def as_condition(self, value, node, role):
        if value.type.name in ("boolean", "null"):
            return value
        if value.type.name == "literal":
            return self.coerce(value, BOOLEAN)
        if value.type.name == "super":
            return Value(f"TRY_CAST(lab_super_text({value.sql}) AS BOOLEAN)", BOOLEAN)
        word = role.split()[0]
        raise self.error(
            "42804", f"argument of {word} must be type boolean, not type {shown(value.type)}", node
        )

    # --- coercion ---------------------------------------------------------------------

    def coercion_cost(self, kind, wanted):
        if kind == wanted or kind.name == wanted.name == "varchar":
            return 0
        if kind == NULL:
            return 1
        one, two = kind.name, wanted.name
        if one == "literal":
            return 1 if two == "varchar" else 3 if two in ("integer", "timestamp", "double") else 4
        if one in RANK and two in RANK:
            return (
                RANK[two] - RANK[one] if RANK[two] >= RANK[one] else 9 if two == "integer" else None
            )
        if one in types.NUMBERS and two in ("double", "real", "decimal"):
            return {"double": 5, "decimal": 4, "real": 6}[two]
        if one == "char" and two == "varchar":
            return 0
        if two == "varchar" and one in (
            *types.NUMBERS,
            *("date", "timestamp", "timestamptz", "time"),
        ):
            return 20
        if (one, two) in (
            ("date", "timestamp"),
            ("date", "timestamptz"),
            ("timestamp", "timestamptz"),
            ("timestamp", "date"),
            ("timestamptz", "timestamp"),
        ):
            return 2
        if one == "super" and two in ("varchar", "bigint", "double", "integer", "boolean"):
            return 10
        if two == "super" and one in NESTED:
            return 1
        return None

    def common_type(self, left, right):
        if left == right:
            return left
        if left == NULL:
            return right
        if right == NULL:
            return left
        one, two = left.name, right.name
        if "literal" in (one, two):
            return right if one == "literal" else left
        if one in types.NUMBERS and two in types.NUMBERS:
            return common_number(left, right)
        if one in types.STRINGS and two in types.STRINGS:
            if one == two:
                lengths = (left.args[0], right.args[0])
                return Type(one, (None if None in lengths else max(lengths),))
            return VARCHAR
        if {one, two} <= {"date", "timestamp", "timestamptz"}:
            return TIMESTAMPTZ if "timestamptz" in (one, two) else TIMESTAMP
        if "super" in (one, two) or one in NESTED or two in NESTED:
            return SUPER
        if one == two and one in ("timestamp", "time"):
            return left
        return None

    def coerce(self, value, kind):
        if value.type == kind:
            return value
        if value.type.name == "varchar" and kind.name == "varchar":
            return Value(value.sql, kind, value.literal)
        sql = casts.cast_sql(self, value, kind)
        if sql is None:
            sql = f"CAST({value.sql} AS {duck_name(kind)})"
        return Value(sql, kind, value.literal if kind.name == "varchar" else None)

    # --- comparison -------------------------------------------------------------------

    def compare(self, left, right, operator, node):
        left, right = self.comparable(left, right, operator, node)
        if left.type.name in types.STRINGS and right.type.name in types.STRINGS:
            one, two = without_blanks(left), without_blanks(right)
            return Value(f"({one} {operator} {two})", BOOLEAN)
        return Value(f"({left.sql} {operator} {right.sql})", BOOLEAN)

    def comparable(self, left: Value, right: Value, operator, node) -> tuple[Value, Value]:
        """Bring two values to types that compare."""
        one, two = left.type.name, right.type.name
        if one in NESTED:
            left, one = self.settle(left), "super"
        if two in NESTED:
            right, two = self.settle(right), "super"
        if "null" in (one, two) or one == two == "literal":
            return left, right
        if one == "super" or two == "super":
            if one == two:
                return left, right
            kind = right.type if one == "super" else left.type
            if kind.name == "literal":
                kind = VARCHAR
            return self.coerce(left, kind), self.coerce(right, kind)
        if one == "literal":
            return (left if two in ("varchar", "char") else self.coerce(left, right.type)), right
        if two == "literal":
            return left, (right if one in ("varchar", "char") else self.coerce(right, left.type))
        if one in ("varchar", "char") and two in ("varchar", "char"):
            return left, right
        # Documented implicit conversions: numbers and dates become VARCHAR beside a VARCHAR.
        if one in ("varchar", "char") and two not in ("boolean",):
            return left, self.coerce(right, VARCHAR)
        if two in ("varchar", "char") and one not in ("boolean",):
            return self.coerce(left, VARCHAR), right
        common = self.common_type(left.type, right.type)
        if common is None:
            raise self.no_operator(left, right, operator, node)
        if common.name == "timestamptz":
            return self.coerce(left, common), self.coerce(right, common)
        return left, right

    def in_values(self, value, items, node):
        pairs = [self.comparable(value, item, "=", node) for item in items]
        first = pairs[0][0]
        if any(pair[0].sql != first.sql for pair in pairs):
            tests = [self.compare(value, item, "=", node).sql for item in items]
            return Value(f"({' OR '.join(tests)})", BOOLEAN)
        strings = first.type.name in types.STRINGS
        show = without_blanks if strings else (lambda v: v.sql)
        return Value(f"({show(first)} IN ({', '.join(show(pair[1]) for pair in pairs)}))", BOOLEAN)

    def like_test(self, node, scope, word, escape):
        left, pattern = self.bind(node.this, scope), self.bind(node.expression, scope)
        for value in (left, pattern):
            if value.type.name not in (
                *types.STRINGS,
                "null",
                "super",
                *types.NUMBERS,
                "date",
                "timestamp",
            ):
                raise self.no_operator(left, pattern, "~~", node)
        left, pattern = self.coerce(left, VARCHAR), self.coerce(pattern, VARCHAR)
        mark = "\\"
        if escape is not None:
            bound = self.bind(escape, scope)
            if not isinstance(bound.literal, str) or len(bound.literal) != 1:
                raise self.error("22019", "invalid escape string", escape)
            mark = bound.literal
        if word == "SIMILAR TO":
            if not isinstance(pattern.literal, str):
                raise LabLimit(
                    "SIMILAR TO with a pattern that is not a constant",
                    "Redshift takes any pattern.",
                )
            from dealab.sql.patterns import similar

            return Value(
                f"regexp_full_match({left.sql}, {text(similar(pattern.literal, mark))})", BOOLEAN
            )
        return Value(f"({left.sql} {word} {pattern.sql} ESCAPE {text(mark)})", BOOLEAN)

    # --- arithmetic -------------------------------------------------------------------

    def negatable(self, value, node):
        if value.type.name == "literal":
            return self.coerce(value, DOUBLE)
        raise self.error("42883", f"operator does not exist: - {shown(value.type)}", node)

    def calculate(self, left, right, operator, node):
        one, two = left.type.name, right.type.name
        if one == "super":
            left = self.from_dynamic(left)
        if two == "super":
            right = self.from_dynamic(right)
        one, two = left.type.name, right.type.name
        if one == two == "literal":
            raise self.error(
                "42725", f'operator is not unique: "unknown" {operator} "unknown"', node
            )
        if one == "literal":
            left = self.open_literal(left, right.type)
        if two == "literal":
            right = self.open_literal(right, left.type)
        if one == "null":
            left = self.coerce(left, right.type if two != "null" else INTEGER)
        if two == "null":
            right = self.coerce(right, left.type)
        one, two = left.type.name, right.type.name
        if one in types.NUMBERS and two in types.NUMBERS:
            return self.number_calculated(left, right, operator)
        result = self.time_calculated(left, right, operator)
        if result is None:
            raise self.no_operator(left, right, operator, node)
        return result

    @staticmethod
    def from_dynamic(value: Value) -> Value:
        return Value(f"TRY_CAST(lab_super_text({value.sql}) AS DOUBLE)", DOUBLE)

    def open_literal(self, value: Value, other: Type) -> Value:
        """Give a string literal the type that its neighbour suggests."""
        if other.name in types.NUMBERS:
            return self.coerce(
                value, other if other.name != "decimal" else decimal(38, other.args[1])
            )
        if other.name in ("date", "timestamp", "timestamptz"):
            return self.coerce(value, other)
        return value

    def number_calculated(self, left, right, operator):
        kind = common_number(left.type, right.type)
        if kind.name == "decimal":
            return decimal_calculated(left, right, operator)
        left, right = self.coerce(left, kind), self.coerce(right, kind)
        if operator == "/" and kind.name in RANK:
            return Value(f"({left.sql} // {right.sql})", kind)
        return Value(f"({left.sql} {operator} {right.sql})", kind)

    def time_calculated(self, left, right, operator):
        one, two = left.type.name, right.type.name
        if (
            operator == "+"
            and (one in types.INTEGERS or one in types.INTERVALS)
            and two in ("date", "timestamp", "timestamptz")
        ):
            left, right, one, two = right, left, two, one
        if one == "date" and two in types.INTEGERS and operator in "+-":
            return Value(f"CAST({left.sql} {operator} CAST({right.sql} AS INTEGER) AS DATE)", DATE)
        if operator == "-" and one == two == "date":
            return Value(f"CAST({left.sql} - {right.sql} AS INTEGER)", INTEGER)
        if one == "date" and two in types.INTERVALS and operator in "+-":
            return Value(f"({left.sql} {operator} {right.sql})", TIMESTAMP)
        if (
            one in ("timestamp", "timestamptz", "time")
            and two in types.INTERVALS
            and operator in "+-"
        ):
            return Value(f"({left.sql} {operator} {right.sql})", left.type)
        if (
            operator == "-"
            and one in ("date", "timestamp", "timestamptz")
            and two in ("date", "timestamp", "timestamptz")
        ):
            common = self.common_type(left.type, right.type)
            left, right = self.coerce(left, common), self.coerce(right, common)
            return Value(f"({left.sql} - {right.sql})", types.INTERVAL_DAY)
        if one in types.INTERVALS and one == two and operator in "+-":
            return Value(f"({left.sql} {operator} {right.sql})", left.type)
        if one in types.INTERVALS and two in types.NUMBERS and operator == "*":
            return Value(f"({left.sql} * {right.sql})", left.type)
        if two in types.INTERVALS and one in types.NUMBERS and operator == "*":
            return Value(f"({right.sql} * {left.sql})", right.type)
        return None

    def concatenate(self, left, right, node):
        for value in (left, right):
            if value.type.name in ("boolean", *types.INTERVALS):
                raise self.no_operator(left, right, "||", node)
        return Value(
            f"({self.coerce(left, VARCHAR).sql} || {self.coerce(right, VARCHAR).sql})", VARCHAR
        )

    def string_literal(self, content):
        return Value(text(content), LITERAL, content)

    def regexp_operator(self, node, scope, flags):
        """The POSIX operators ~ and ~*."""
        left, pattern = self.bind(node.this, scope), self.bind(node.expression, scope)
        if not isinstance(pattern.literal, str):
            raise LabLimit("~ with a pattern that is not a constant", "Redshift takes any pattern.")
        written = patterns.translated(self, node, pattern.literal)
        if patterns.beyond_re2(written):
            raise self.error("XX000", "Invalid preceding regular expression", node)
        source = self.coerce(left, VARCHAR)
        return Value(f"regexp_matches({source.sql}, {text(flags + written)})", BOOLEAN)

    def bitwise(self, node, scope, operator):
        values = [
            self.bind(part, scope) for part in (node.this, node.args.get("expression")) if part
        ]
        kind = values[0].type
        for value in values:
            if value.type.name not in types.INTEGERS:
                raise self.no_operator(values[0], values[-1], operator, node)
            kind = common_number(kind, value.type)
        first, *rest = (self.coerce(value, kind).sql for value in values)
        return Value(f"({first} {operator} {rest[0]})" if rest else f"(~{first})", kind)

    # --- casts ------------------------------------------------------------------------

    def target_type(self, node):
        try:
            return read_type(node)
        except ValueError as problem:
            raise self.error("22023", str(problem), node) from None
        except (KeyError, AttributeError, IndexError):
            raise self.error("42704", f'type "{node}" does not exist', node) from None

    def cast_node(self, node, scope, safe):
        value = self.bind(node.this, scope)
        if isinstance(node.args["to"], exp.DataType):
            kind = self.target_type(node.args["to"])
        elif isinstance(node.args["to"], exp.Interval) or node.args["to"] is None:
            raise self.limit_node(node)
        else:
            raise self.limit_node(node, "to")
        result = self.cast_value(value, kind, node)
        return Value(f"TRY({result.sql})", kind) if safe else result

    def cast_value(self, value, kind, node, safe=False):
        if value.type == kind:
            return value
        sql = casts.cast_sql(self, value, kind)
        if sql is None:
            raise self.error(
                "42846", f"cannot cast type {shown(value.type)} to {shown(kind)}", node
            )
        fits = kind.name == "varchar" and isinstance(value.literal, str)
        fits = fits and (kind.args[0] is None or len(value.literal) <= kind.args[0])
        keep = value.literal if fits else None
        return Value(sql, kind, keep)

    # --- parts ------------------------------------------------------------------------

    def subscript(self, value, index, node, scope):
        key = self.bind(index, scope)
        if value.type.name in NESTED:
            if value.type.name == "array" and key.type.name in types.INTEGERS:
                return Value(f"({value.sql})[{key.sql} + 1]", value.type.args[0])
            value = self.settle(value)
        if value.type.name == "super":
            if key.type.name in types.INTEGERS:
                return Value(f"json_extract({value.sql}, '$[' || ({key.sql}) || ']')", SUPER)
            if isinstance(key.literal, str):
                return Value(f"json_extract({value.sql}, {text('$.' + quote(key.literal))})", SUPER)
        raise self.error("42804", f"cannot subscript type {shown(value.type)}", node)

    def array_value(self, node, scope):
        call = exp.Anonymous(this="array", expressions=node.expressions)
        return supers.super_call(self, call, scope)

    def tuple_value(self, node, scope):
        raise self.limit_node(node)

    def comparison(self, node, scope, operator):
        if isinstance(node.this, exp.Tuple) and isinstance(node.expression, exp.Tuple):
            return self.tuple_comparison(node, scope, operator)
        return super().comparison(node, scope, operator)

    def tuple_comparison(self, node, scope, operator):
        lefts = [self.bind(part, scope) for part in node.this.expressions]
        rights = [self.bind(part, scope) for part in node.expression.expressions]
        if operator not in ("=", "<>") or len(lefts) != len(rights):
            raise self.limit_node(node)
        tests = [self.compare(a, b, "=", node).sql for a, b in zip(lefts, rights, strict=True)]
        joined = "(" + " AND ".join(tests) + ")"
        return Value(joined if operator == "=" else f"(NOT {joined})", BOOLEAN)

    def in_zone(self, node, scope):
        value, zone = self.bind(node.this, scope), self.bind(node.args["zone"], scope)
        if not isinstance(zone.literal, str):
            raise LabLimit(
                "AT TIME ZONE with a zone that is not a constant", "Redshift takes any zone."
            )
        if value.type.name == "timestamptz":
            return Value(f"timezone({zone.sql}, {value.sql})", TIMESTAMP)
        moment = times.moment_of(self, value, node)
        return Value(f"timezone({zone.sql}, {moment.sql})", TIMESTAMPTZ)

    def json_part(self, node, scope):
        raise self.limit_node(node)

    def interval_value(self, node, scope):
        return redshift_interval(self, node, scope)

    def extract_field(self, field, value, node):
        return times.extract(self, field, value, node)

    def now(self, word, node):
        match word:
            case "current_date":
                return Value("current_date", DATE)
            case "current_timestamp":
                return Value("now()", TIMESTAMPTZ)
            case "localtimestamp" | "sysdate":
                return Value("CAST(now() AS TIMESTAMP)", TIMESTAMP)
        return Value("CAST(CAST(now() AS TIMESTAMP) AS TIME)", types.TIME)

    def unwrap(self, node):
        call, extras = super().unwrap(node)
        if "filter" in extras:
            raise self.error(
                "42601",
                'syntax error at or near "("',
                node,
                hint="Redshift has no FILTER clause: use CASE inside the aggregate.",
            )
        return call, extras

    def check_window(self, name, parts, node):
        if (
            parts["order"]
            and not parts["frame"]
            and name in self.AGGREGATES
            and name not in ("percentile_cont", "percentile_disc", "median", "listagg")
        ):
            raise self.error(
                "42601",
                "Aggregate window functions with an ORDER BY clause require a frame clause",
                node,
                hint="add ROWS UNBOUNDED PRECEDING (or another frame) after ORDER BY.",
            )


def without_blanks(value: Value) -> str:
    """Trailing blanks do not count in Redshift's comparisons."""
    if isinstance(value.literal, str):
        return text(value.literal.rstrip(" "))
    return f"rtrim({value.sql}, ' ')"


_CAST_NAMES = {
    "INT": "int4",
    "BIGINT": "int8",
    "SMALLINT": "int2",
    "VARCHAR": "varchar",
    "CHAR": "bpchar",
    "DECIMAL": "numeric",
    "DOUBLE": "float8",
    "FLOAT": "float4",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMPTZ": "timestamptz",
    "TIME": "time",
    "BOOLEAN": "bool",
}
