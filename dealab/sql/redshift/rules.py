"""Redshift's rules: coercion, operators, casts, names, SUPER."""

from sqlglot import exp

from dealab.sql import signatures, types
from dealab.sql.errors import LabLimit
from dealab.sql.nodes import binds
from dealab.sql.queries import Queries
from dealab.sql.redshift import (  # noqa: F401 - each registers its functions
    binary,
    casts,
    choice,
    lasts,
    registry,
    sessions,
    supers,
    times,
    to_char,
)
from dealab.sql.redshift.columns import ColumnNames
from dealab.sql.redshift.correlation import Correlations
from dealab.sql.redshift.decimals import RANK, common_number, cut
from dealab.sql.redshift.foreign import Foreign
from dealab.sql.redshift.froms import Froms
from dealab.sql.redshift.hierarchies import Hierarchies
from dealab.sql.redshift.intervals import cast_target, kind_of, literal, redshift_interval
from dealab.sql.redshift.messages import Messages
from dealab.sql.redshift.names import read_type, shown
from dealab.sql.redshift.operators import Operators
from dealab.sql.redshift.outer_marks import OuterMarks
from dealab.sql.redshift.plpgsql.frames import Variables
from dealab.sql.redshift.system import functions  # noqa: F401 - registers its functions
from dealab.sql.scope import Grouping, Value
from dealab.sql.types import (
    BOOLEAN,
    DATE,
    NULL,
    SUPER,
    TIMESTAMP,
    TIMESTAMPTZ,
    VARCHAR,
    Type,
    duck_name,
    quote,
    text,
)

NESTED = ("row", "array", "map")


class RedshiftBinder(
    Variables,
    Foreign,
    OuterMarks,
    Messages,
    Correlations,
    Hierarchies,
    ColumnNames,
    Froms,
    Operators,
    supers.ObjectTransforms,
    Queries,
):
    service = "Redshift"
    interval_type = types.INTERVAL_DAY
    PARAMETER_CODE = "08P01"
    FUNCTIONS = signatures.functions("redshift").scalar
    AGGREGATES = signatures.functions("redshift").aggregate
    WINDOWS = signatures.functions("redshift").window
    LIMITS = signatures.functions("redshift").refused
    SPECIAL = registry.SPECIAL

    FOREIGN = frozenset({(exp.Distinct, "on"), (exp.Slice, ""), (exp.IntDiv, ""), (exp.Lambda, "")})

    SELECT_PARTS = (Queries.SELECT_PARTS | {"connect", "exclude"}) - {
        "windows",
        "sample",
        "laterals",
    }

    def foreign(self, node):
        return self.error("42601", f'syntax error at or near "{self.snippet(node)}"', node)

    # --- names ------------------------------------------------------------------------

    def find_source(self, parts, node):
        from dealab.sql.redshift import sources

        return sources.find(self, parts, node)

    def __init__(self, *given, **more):
        super().__init__(*given, **more)
        self.priors: dict = {}  # of a hierarchy's scope: the scope of the parent row
        self.prebound: list = []  # items of FROM that PIVOT has bound
        self.within: dict = {}  # of a scope: what its WITHIN GROUP clauses order by
        self.leader: set[str] = set()  # functions used that only the leader node has

    def bind_query(self, node, parent):
        query = super().bind_query(node, parent)
        if parent is None and self.leader and self.tables:
            raise self.leader_only()
        return query

    def bare_name(self, node, scope):
        match node.name.lower():
            case "sysdate":
                return Value("CAST(now() AS TIMESTAMP)", TIMESTAMP)
            case "user" | "current_user" | "session_user":
                return self.session_value("user")
            case "current_namespace":
                return self.namespace_value()
            case "current_aws_account":
                return Value("'123456789012'", VARCHAR)
        return None

    def namespace_value(self) -> Value:
        """Return the identifier of the namespace, which datashares are granted to."""
        from dealab.sql.redshift.statements import datashares

        return Value(text(datashares.guid(self.engine.namespace.name)), VARCHAR)

    def session_value(self, name: str) -> Value:
        """Return what the session knows of itself."""
        engine = getattr(self, "engine", None)
        if name == "session_user":
            name = "login" if hasattr(engine, "login") else "user"
        return Value(text(str(getattr(engine, name, "awsuser"))), VARCHAR)

    def current_user(self, node, scope):
        return self.session_value("user")

    @binds(exp.SessionUser)
    def session_user(self, node, scope):
        return self.session_value("session_user")

    @binds(exp.CurrentUserId)
    def current_user_id(self, node, scope):
        return Value("100", types.INTEGER)

    @binds(exp.CurrentCatalog)
    def current_catalog(self, node, scope):
        return Value("'dev'", VARCHAR)

    @binds(exp.RawString, "this")  # one name for a node in both services: the table is shared
    def binary_literal(self, node, scope):
        return self.string_literal(node.this)

    @binds(exp.ByteString, "this")
    def escape_string(self, node, scope):
        """E'text' is text: backslashes mean the same without the E."""
        return self.string_literal(node.this)

    def field(self, value, name, node):
        """A dot into SUPER looks for the name in lower case, as every identifier is folded.

        https://docs.aws.amazon.com/redshift/latest/dg/super-configurations.html
        """
        if value.type.name == "super":
            path = text("$." + quote(name.lower()))
            return Value(f"json_extract({value.sql}, {path})", SUPER)
        return super().field(value, name, node)

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

    def renamed(self, columns, names, node):
        """A list of aliases may be shorter than the table: the other columns keep their names."""
        if names and len(names) < len(columns):
            names = [*names, *(name for name, _ in columns[len(names) :])]
        return super().renamed(columns, names, node)

    def many_outputs(self, node, named, columns):
        """ORDER BY a name that two items share is fine where both are the same expression."""
        values = [columns[at - 1][1] for at in named]
        if all(getattr(value, "sql", None) == getattr(values[0], "sql", "") for value in values):
            return named[0]
        return super().many_outputs(node, named, columns)

    def limit_node(self, node, part=""):
        if part == "locks":
            return self.error("0A000", "SELECT FOR UPDATE/SHARE is not supported", node)
        return super().limit_node(node, part)

    def bind_group(self, node, items, scope):
        """GROUP BY ALL groups by every item of the select list that holds no aggregate.

        https://docs.aws.amazon.com/redshift/latest/dg/r_GROUP_BY_clause.html
        """
        group = node.args.get("group")
        if group is not None and group.args.get("all") is True and not group.expressions:
            keys = [
                exp.Literal.number(at)
                for at, (_, item) in enumerate(items, 1)
                if isinstance(item, Value) or not self.has_aggregate(item)
            ]
            if not keys:
                node.set("group", None)
                return True, ("", Grouping())
            node.set("group", exp.Group(expressions=keys))
        return super().bind_group(node, items, scope)

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
        if one == "super" and two in _FROM_SUPER:
            return _FROM_SUPER[two]
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
            other = right if one == "literal" else left
            return SUPER if other.name in NESTED else other
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
        if kind.name in types.INTERVALS and isinstance(value.literal, str):
            month = kind == types.INTERVAL_MONTH
            return literal(
                self, None, value.literal, ("year", "month") if month else ("day", "second")
            )
        if value.type.name == "varchar" and kind.name == "varchar":
            return Value(value.sql, kind, value.literal)
        sql = casts.cast_sql(self, value, kind)
        if sql is None:
            sql = f"CAST({value.sql} AS {duck_name(kind)})"
        return Value(sql, kind, value.literal if kind.name == "varchar" else None)

    # --- casts ------------------------------------------------------------------------

    def target_type(self, node):
        try:
            return read_type(node)
        except ValueError as problem:
            raise self.error("22023", str(problem), node) from None
        except (KeyError, AttributeError, IndexError):
            word = getattr(node.this, "name", str(node.this))
            if word in _LEFT_OUT:
                raise LabLimit(f"the type {word}", "Redshift has it.") from None
            raise self.error("42704", f'type "{node}" does not exist', node) from None

    def cast_node(self, node, scope, safe):
        value = self.bind(node.this, scope)
        if not isinstance(node.args["to"], exp.DataType):
            raise self.limit_node(node, "to")
        try:
            interval, qualifier = cast_target(node.args["to"])
        except ValueError:
            raise self.limit_node(node, "to") from None
        if interval and value.type.name in (*types.STRINGS, "null"):
            if value.type.name == "null":
                return Value("CAST(NULL AS INTERVAL)", kind_of(qualifier))
            if not isinstance(value.literal, str):
                raise LabLimit(
                    "a cast to INTERVAL of text that is not a constant", "Redshift reads the text."
                )
            return literal(self, node, value.literal, qualifier)
        kind = kind_of(qualifier) if interval else self.target_type(node.args["to"])
        open_end = kind.name == "varchar" and not node.args["to"].expressions
        if value.type.name == "super" and open_end:
            kind = VARCHAR  # text in a SUPER value may be long: 256 is no limit for it
        if not self.is_constant(node.this):
            value = cut(self.engine, value, kind)
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
                path = f"'$[' || ({key.sql}) || ']'"  # DuckDB would count a negative index back
                if not (isinstance(key.literal, int) and key.literal >= 0):
                    path = f"CASE WHEN ({key.sql}) >= 0 THEN {path} END"
                return Value(f"json_extract({value.sql}, {path})", SUPER)
            if isinstance(key.literal, str):
                return Value(f"json_extract({value.sql}, {text('$.' + quote(key.literal))})", SUPER)
        raise self.error("42804", f"cannot subscript type {shown(value.type)}", node)

    def array_value(self, node, scope):
        self.check_array(node)
        call = exp.Anonymous(this="array", expressions=node.expressions)
        return supers.super_call(self, call, scope)

    def tuple_value(self, node, scope):
        raise self.limit_node(node)

    def in_zone(self, node, scope):
        value, zone = self.bind(node.this, scope), self.bind(node.args["zone"], scope)
        if not isinstance(zone.literal, str):
            raise LabLimit(
                "AT TIME ZONE with a zone that is not a constant", "Redshift takes any zone."
            )
        times.check_zone(self, zone.literal, node)
        if value.type.name == "timestamptz":
            return Value(times.in_zone(value.sql, zone.literal), TIMESTAMP)
        moment = times.moment_of(self, value, node)
        return Value(times.at_zone(moment.sql, zone.literal), TIMESTAMPTZ)

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

    def aggregate(self, name, node, extras, scope):
        """FIRST_VALUE(x IGNORE NULLS) says it inside the parentheses."""
        if name in ("lag", "lead") and len(node.expressions) > 2:
            message = f"Default parameter not be supported for window function {name}"
            raise self.error("0A000", message, node)
        within = extras.get("within")
        if within is not None and extras.get("window") is None:
            self.same_order(within, node, scope)
        first = node.expressions[0] if node.expressions else None
        if isinstance(first, (exp.IgnoreNulls, exp.RespectNulls)):
            word = "IGNORE NULLS" if isinstance(first, exp.IgnoreNulls) else "RESPECT NULLS"
            extras = {**extras, "nulls": word}
            node = node.copy()
            node.set("expressions", [first.this, *node.expressions[1:]])
        return super().aggregate(name, node, extras, scope)

    def same_order(self, within, node, scope) -> None:
        """All WITHIN GROUP clauses of a SELECT must order by the same.

        https://docs.aws.amazon.com/redshift/latest/dg/r_LISTAGG.html
        """
        wanted = [(item.this, bool(item.args.get("desc"))) for item in within.expressions]
        before = self.within.setdefault(id(scope), (scope, wanted))[1]
        if before != wanted:
            message = "within group ORDER BY clauses for aggregate functions must be the same"
            raise self.error("0A000", message, node)

    def frame(self, spec, scope):
        """Frames count rows; a bound alone reaches to the current row.

        https://docs.aws.amazon.com/redshift/latest/dg/c_Window_functions.html
        """
        kind = str(spec.args.get("kind", "RANGE")).upper()
        if kind != "ROWS":
            raise self.error("42601", f'syntax error at or near "{kind.lower()}"', spec)
        if spec.args.get("end") is None and str(spec.args.get("start_side")).upper() == "FOLLOWING":
            end = self.frame_bound(spec.args.get("start"), spec.args.get("start_side"), scope)
            return f"ROWS BETWEEN CURRENT ROW AND {end}"
        return super().frame(spec, scope)

    def check_window(self, name, parts, node):
        if name in (
            *("percentile_cont", "percentile_disc", "approximate_percentile_disc"),
            *("median", "listagg", "ratio_to_report"),
        ):
            # https://docs.aws.amazon.com/redshift/latest/dg/r_WF_LISTAGG.html
            if parts["order"] or parts["frame"]:
                message = f"{name} takes neither ORDER BY nor a frame in its OVER clause"
                raise self.error("42601", message, node)
            return
        framed = name in self.AGGREGATES or name in ("first_value", "last_value", "nth_value")
        if parts["order"] and not parts["frame"] and framed:
            raise self.error(
                "42601",
                "Aggregate window functions with an ORDER BY clause require a frame clause",
                node,
                hint="add ROWS UNBOUNDED PRECEDING (or another frame) after ORDER BY.",
            )
        inner = node.this
        while not isinstance(inner, exp.Anonymous) and inner.this is not None:
            inner = inner.this
        if inner.expressions and isinstance(inner.expressions[0], exp.Distinct):
            raise self.error("0A000", "DISTINCT is not implemented for window functions", node)


#: types of Redshift that the lab leaves out
_LEFT_OUT = ("TIMETZ", "GEOMETRY", "GEOGRAPHY", "HLLSKETCH")

#: what a SUPER argument may become, the likeliest first
_FROM_SUPER = {"varchar": 10, "double": 10, "bigint": 11, "integer": 12, "boolean": 13}
