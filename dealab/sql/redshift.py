"""Redshift's rules: types, coercion, operators, casts, names, messages."""

from sqlglot import exp

from dealab.sql import redshift_special, signatures, types
from dealab.sql.athena import quotient, whole_number
from dealab.sql.dialects import RedshiftDialect
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.expressions import nearest
from dealab.sql.queries import Queries
from dealab.sql.scope import Column, Value
from dealab.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    LITERAL,
    NULL,
    REAL,
    SUPER,
    TIMESTAMP,
    TIMESTAMPTZ,
    VARCHAR,
    Type,
    as_decimal,
    decimal,
    duck_name,
    quote,
    redshift_name,
    text,
)

_RANK = {"tinyint": 0, "smallint": 1, "integer": 2, "bigint": 3}
NESTED = ("row", "array", "map")


class RedshiftBinder(Queries):
    service = "Redshift"
    dialect = RedshiftDialect
    PARAMETER_CODE = "08P01"
    FUNCTIONS = signatures.functions("redshift").scalar
    AGGREGATES = signatures.functions("redshift").aggregate
    WINDOWS = signatures.functions("redshift").window
    LIMITS = signatures.functions("redshift").refused
    SPECIAL = redshift_special.SPECIAL

    # --- messages ------------------------------------------------------------------------------------

    def error(self, code, message, node=None, place=None, hint=""):
        place = self.source.place(node) if node is not None else (None, None)
        return ServiceError(code, message, *place, hint=hint)

    def unknown_column(self, node, parts, scope):
        if len(parts) > 1:
            names = [relation.alias for relation in scope.relations]
            if parts[-2] not in names:
                return self.error(
                    "42P01",
                    f'missing FROM-clause entry for table "{parts[-2]}"',
                    node,
                    hint=nearest(parts[-2], names),
                )
        tables = ", ".join(
            relation.path[-1] if relation.path else relation.alias for relation in scope.relations
        )
        message = f'column "{".".join(parts)}" does not exist'
        return self.error(
            "42703",
            f"{message} in {tables}" if tables else message,
            node,
            hint=nearest(parts[-1], scope.all_names()),
        )

    def unknown_field(self, value, name, node):
        return self.error(
            "42703", f'column "{name}" not found in data type {redshift_name(value.type)}', node
        )

    def ambiguous(self, name):
        return self.error("42702", f'column reference "{name}" is ambiguous')

    def unknown_function(self, name, node, arguments):
        given = ", ".join(shown(value.type) for value in arguments)
        hint = nearest(name, [*self.FUNCTIONS, *self.AGGREGATES, *self.WINDOWS, *self.SPECIAL])
        return self.error("42883", f"function {name}({given}) does not exist", node, hint=hint)

    def no_overload(self, name, node, arguments, nodes, lines):
        given = ", ".join("lambda" if v is None else shown(v.type) for v in arguments)
        return self.error(
            "42883",
            f"function {name}({given}) does not exist",
            node,
            hint="No function matches the given name and argument types: add explicit type casts.",
        )

    def no_operator(self, left, right, operator, node):
        return self.error(
            "42883",
            f"operator does not exist: {shown(left.type)} {operator} {shown(right.type)}",
            node,
            hint="No operator matches the given names and argument types: add explicit type casts.",
        )

    def star_misplaced(self, node):
        return self.error("42601", 'syntax error at or near "*"', node)

    def star_without_from(self, node):
        return self.error("42601", "SELECT * with no tables specified is not valid", node)

    def not_grouped(self, value, scope):
        name = value.sql.replace('"', "")
        return self.error(
            "42803",
            f'column "{name}" must appear in the GROUP BY clause or be used in an aggregate function',
        )

    def misplaced_aggregate(self, name, node, clause):
        return self.error("42803", f"aggregates not allowed in {clause} clause", node)

    def misplaced_window(self, name, node, clause):
        return self.error("42P20", f"window functions not allowed in {clause} clause", node)

    def nested_aggregate(self, name, node):
        return self.error(
            "42803",
            "aggregate function calls may not have nested aggregate or window function",
            node,
        )

    def nested_window(self, name, node):
        return self.error("42P20", "window function calls may not be nested", node)

    def window_required(self, name, node):
        return self.error("42P20", f"window function {name} requires an OVER clause", node)

    def not_an_aggregate(self, name, node, extras):
        return self.error(
            "42809",
            f"OVER specified, but {name} is not a window function nor an aggregate function",
            node,
        )

    def not_a_grouping_column(self, node):
        return self.error(
            "42803",
            "arguments to GROUPING must be grouping expressions of the associated query level",
            node,
        )

    def unknown_window(self, label, node):
        return self.error("42704", f'window "{label}" does not exist', node)

    def one_column(self, node, count):
        return self.error("42601", "subquery must return only one column", node)

    def unknown_relation(self, path, node, scope):
        return self.error(
            "42P01",
            f'relation "{".".join(path)}" does not exist',
            node,
            hint=nearest(path[-1], [r.alias for r in scope.relations]),
        )

    def duplicate_cte(self, label, node):
        return self.error("42712", f'WITH query name "{label}" specified more than once', node)

    def duplicate_alias(self, label, node):
        return self.error("42712", f'table name "{label}" specified more than once', node)

    def alias_width(self, given, real, node):
        return self.error(
            "42P10", f"table has {real} columns available but {given} columns specified", node
        )

    def set_width(self, word, left, right, node):
        return self.error("42601", f"each {word} query must have the same number of columns", node)

    def set_types(self, word, at, one, two, node):
        return self.error(
            "42804", f"{word} types {shown(one)} and {shown(two)} cannot be matched", node
        )

    def values_width(self, rows, node):
        return self.error("42601", "VALUES lists must all be the same length", node)

    def values_types(self, rows, node):
        return self.error("42804", "VALUES types cannot be matched", node)

    def empty_select(self, node):
        return self.error("42601", 'syntax error at or near "FROM"')

    def empty_group(self, node):
        return self.error("42601", "syntax error in GROUP BY")

    def group_position(self, at, node):
        return self.error("42P10", f"GROUP BY position {at} is not in select list", node)

    def order_position(self, at, node):
        return self.error("42P10", f"ORDER BY position {at} is not in select list", node)

    def order_of_distinct(self, node):
        return self.error(
            "42P10", "for SELECT DISTINCT, ORDER BY expressions must appear in select list", node
        )

    def many_outputs(self, node, named, columns):
        raise self.error("42702", f'ORDER BY "{node.name.lower()}" is ambiguous', node)

    def bad_limit(self, word, node, value):
        return self.error("22023", f"{word} must not be negative", node)

    def join_without_on(self, node):
        return self.error("42601", "JOIN needs ON or USING", node.this)

    def bad_using(self, name, side, join, part):
        return self.error(
            "42703",
            f'column "{name}" specified in USING clause does not exist in {side} table',
            part if not isinstance(part, str) else join.this,
        )

    def bad_recursion(self, label, node):
        return self.error(
            "42P19",
            f'recursive query "{label}" must have the form non-recursive-term UNION ALL recursive-term',
            node,
        )

    def not_unnestable(self, value, node):
        return self.error("42804", f"cannot unnest {shown(value.type)}", node)

    def table_function(self, node):
        return self.error("42883", f"function {node.this.name.lower()}() does not exist", node)

    def no_common_type(self, one, two, values, node, role):
        word = role.split()[0].upper()
        return self.error(
            "42804", f"{word} types {shown(one)} and {shown(two)} cannot be matched", node
        )

    def too_many_digits(self):
        return "22003", "numeric literal has more than 38 digits"

    def huge_literal(self, node, number):
        if number >= 10**38:
            raise self.error("22003", "numeric field overflow", node)
        kind = decimal(len(str(number)), 0)
        return Value(f"CAST({text(str(number))} AS {duck_name(kind)})", kind, str(number))

    # --- names -------------------------------------------------------------------------------------------

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
                return node.name.lower()
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
            case exp.Exists():
                return "?column?"
            case None:
                return f"column{at + 1}"
        return "?column?"

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

    # --- coercion --------------------------------------------------------------------------------------------

    def coercion_cost(self, kind, wanted):
        if kind == wanted or kind.name == wanted.name == "varchar":
            return 0
        if kind == NULL:
            return 1
        one, two = kind.name, wanted.name
        if one == "literal":
            return 1 if two == "varchar" else 3 if two in ("integer", "timestamp", "double") else 4
        if one in _RANK and two in _RANK:
            return (
                _RANK[two] - _RANK[one]
                if _RANK[two] >= _RANK[one]
                else 9
                if two == "integer"
                else None
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
        sql = redshift_special.cast_sql(self, value, kind)
        if sql is None:
            sql = f"CAST({value.sql} AS {duck_name(kind)})"
        return Value(sql, kind, value.literal if kind.name == "varchar" else None)

    # --- comparison ---------------------------------------------------------------------------------------------

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

    # --- arithmetic ------------------------------------------------------------------------------------------------

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
        if operator == "/" and kind.name in _RANK:
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

    # --- casts --------------------------------------------------------------------------------------------------

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
        sql = redshift_special.cast_sql(self, value, kind)
        if sql is None:
            raise self.error(
                "42846", f"cannot cast type {shown(value.type)} to {shown(kind)}", node
            )
        keep = value.literal if kind.name in ("varchar", "char") else None
        return Value(sql, kind, keep)

    # --- parts -----------------------------------------------------------------------------------------------------

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
        return redshift_special.super_call(self, call, scope)

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
        moment = redshift_special.moment_of(self, value, node)
        return Value(f"timezone({zone.sql}, {moment.sql})", TIMESTAMPTZ)

    def json_part(self, node, scope):
        raise self.limit_node(node)

    def interval_value(self, node, scope):
        return redshift_interval(self, node, scope)

    def extract_field(self, field, value, node):
        return redshift_special.extract(self, field, value, node)

    def now(self, word, node):
        match word:
            case "current_date":
                return Value("current_date", DATE)
            case "current_timestamp":
                return Value("now()", TIMESTAMPTZ)
            case "localtimestamp":
                return Value("CAST(now() AS TIMESTAMP)", TIMESTAMP)
        return Value("CAST(CAST(now() AS TIMESTAMP) AS TIME)", types.TIME)

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


def shown(kind: Type) -> str:
    if kind.name == "literal":
        return '"unknown"'
    return redshift_name(kind).partition("(")[0]


def without_blanks(value: Value) -> str:
    """Trailing blanks do not count in Redshift's comparisons."""
    if isinstance(value.literal, str):
        return text(value.literal.rstrip(" "))
    return f"rtrim({value.sql}, ' ')"


def common_number(left: Type, right: Type) -> Type:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_numeric_computations201.html"""
    one, two = left.name, right.name
    if one == two == "real":
        return REAL
    if "double" in (one, two) or "real" in (one, two):
        return DOUBLE
    if one in _RANK and two in _RANK:
        return left if _RANK[one] >= _RANK[two] else right
    a, b = as_decimal(left).args, as_decimal(right).args
    scale = max(a[1], b[1])
    return decimal(min(38, max(a[0] - a[1], b[0] - b[1]) + scale), scale)


def decimal_calculated(left: Value, right: Value, operator: str) -> Value:
    """Redshift's decimal arithmetic.

    https://docs.aws.amazon.com/redshift/latest/dg/r_numeric_computations201.html
    """
    (p1, s1), (p2, s2) = as_decimal(left.type).args, as_decimal(right.type).args
    if operator in "+-":
        scale = max(s1, s2)
        kind = decimal(min(38, max(p1 - s1, p2 - s2) + 1 + scale), scale)
        wide = duck_name(kind)
        return Value(
            f"CAST(CAST({left.sql} AS {wide}) {operator} CAST({right.sql} AS {wide}) AS {wide})",
            kind,
        )
    if operator == "*":
        scale = min(s1 + s2, 38)
        kind = decimal(min(38, p1 + p2 + 1), scale)
        one = f"CAST({left.sql} AS DECIMAL({max(min(38, p1 + p2) - s2, p1)},{s1}))"
        two = f"CAST({right.sql} AS DECIMAL({max(min(38, p1 + p2) - s1, p2)},{s2}))"
        return Value(f"CAST({one} * {two} AS {duck_name(kind)})", kind)
    if operator == "/":
        scale = max(4, s1 + p2 - s2 + 1)
        whole = p1 - s1 + s2
        if whole + scale > 38:  # the whole part is kept, the scale gives way down to 4
            scale = max(4, 38 - whole)
        return quotient(left, right, decimal(min(38, whole + scale), scale), "lab_cut_div")
    scale = max(s1, s2)
    kind = decimal(min(38, max(p1 - s1, p2 - s2) + scale), scale)
    return Value(f"CAST({left.sql} % {right.sql} AS {duck_name(kind)})", kind)


_CAST_NAMES = {
    "INT": "int4", "BIGINT": "int8", "SMALLINT": "int2", "VARCHAR": "varchar", "CHAR": "bpchar",
    "DECIMAL": "numeric", "DOUBLE": "float8", "FLOAT": "float4", "DATE": "date", "TIMESTAMP": "timestamp",
    "TIMESTAMPTZ": "timestamptz", "BOOLEAN": "bool",
}  # fmt: skip

_SIMPLE = {
    "BOOLEAN": BOOLEAN, "SMALLINT": types.SMALLINT, "INT": INTEGER, "BIGINT": BIGINT, "FLOAT": DOUBLE,
    "REAL": REAL, "DOUBLE": DOUBLE, "DATE": DATE, "TIMESTAMP": TIMESTAMP, "TIMESTAMPNTZ": TIMESTAMP,
    "TIMESTAMPTZ": TIMESTAMPTZ, "TIME": types.TIME, "SUPER": SUPER, "VARBINARY": types.VARBINARY,
    "TEXT": types.varchar(256), "TINYINT": types.SMALLINT, "BPCHAR": types.char(256), "NAME": types.varchar(64),
}  # fmt: skip


def read_type(node: exp.DataType) -> Type:
    """Read a parsed type name. Raises KeyError for a type that Redshift does not have."""
    word = node.this.name if hasattr(node.this, "name") else str(node.this)
    numbers = [whole_number(part) for part in node.expressions if part.name.upper() != "MAX"]
    match word:
        case "DECIMAL":
            return types.checked_decimal(
                numbers[0] if numbers else 18, numbers[1] if len(numbers) > 1 else 0
            )
        case "VARCHAR" | "NVARCHAR":
            length = numbers[0] if numbers else 65535 if node.expressions else 256
            return types.checked_length("varchar", length, 65535)
        case "CHAR" | "NCHAR":
            return types.checked_length("char", numbers[0] if numbers else 1, 4096)
    return _SIMPLE[word]


def redshift_interval(binder, node, scope) -> Value:
    """INTERVAL '1 day', INTERVAL '3' MONTH, INTERVAL '1 year 2 months'."""
    import re

    content = node.this
    if not isinstance(content, exp.Literal):
        raise binder.limit_node(node)
    written = content.this.strip().lower()
    unit = node.args.get("unit")
    if unit is not None and not isinstance(unit, exp.Var):
        raise binder.limit_node(node, "unit")
    if unit is not None:
        written = f"{written} {unit.name.lower()}"
    found = re.findall(r"([+-]?\d+(?:\.\d+)?)\s*([a-z]+)", written)
    rest = re.sub(r"([+-]?\d+(?:\.\d+)?)\s*([a-z]+)", "", written).strip(" ,")
    if not found or rest:
        raise binder.error(
            "22007", f'invalid input syntax for type interval: "{content.this}"', node
        )
    months, micros = 0, 0
    scale = {
        "microsecond": 1,
        "millisecond": 10**3,
        "second": 10**6,
        "minute": 60 * 10**6,
        "hour": 3600 * 10**6,
        "day": 86400 * 10**6,
        "week": 7 * 86400 * 10**6,
    }
    for count, word in found:
        part = redshift_special.PARTS.get(word)
        if part in ("year", "quarter", "month", "decade", "century"):
            months += round(
                float(count)
                * {"year": 12, "quarter": 3, "month": 1, "decade": 120, "century": 1200}[part]
            )
        elif part in scale:
            micros += round(float(count) * scale[part])
        else:
            raise binder.error(
                "22007", f'invalid input syntax for type interval: "{content.this}"', node
            )
    if months and micros:
        return Value(f"(to_months({months}) + to_microseconds({micros}))", types.INTERVAL_DAY)
    if months:
        return Value(f"to_months({months})", types.INTERVAL_MONTH)
    if micros % (86400 * 10**6) == 0:
        return Value(f"to_days({micros // (86400 * 10**6)})", types.INTERVAL_DAY)
    return Value(f"to_microseconds({micros})", types.INTERVAL_DAY)
