"""What procedures and functions have in common: names, arguments, bodies, and finding one."""

from dealab.sql import parsing
from dealab.sql.errors import ServiceError
from dealab.sql.reading import Reader
from dealab.sql.redshift.names import shown
from dealab.sql.redshift.plpgsql.tree import Argument

MODES = ("IN", "OUT", "INOUT")
MAX_ARGUMENTS = 32

#: second words of types that have two, so that "double precision" is no name with a type
_SECOND = {
    "DOUBLE": ("PRECISION",),
    "CHARACTER": ("VARYING",),
    "CHAR": ("VARYING",),
    "BINARY": ("VARYING",),
    "TIMESTAMP": ("WITH", "WITHOUT"),
    "TIME": ("WITH", "WITHOUT"),
    "INTERVAL": ("YEAR", "DAY"),
}


def home(engine, reader) -> tuple[str, str, str]:
    """Take a routine's name and return database, schema and name."""
    parts = reader.qualified()
    schema = parts[-2] if len(parts) > 1 else default_schema(engine)
    if engine.objects.get("schema", engine.database, schema) is None:
        raise ServiceError("3F000", f'schema "{schema}" does not exist')
    return engine.database, schema, parts[-1]


def default_schema(engine) -> str:
    for schema in engine.schemas_in_path():
        if engine.objects.get("schema", engine.database, schema) is not None:
            return schema
    return "public"


def arguments(reader) -> tuple[Argument, ...]:
    """Take ``( [name] [mode] type, ... )``."""
    if reader.accept("(", ")"):
        return ()
    found = tuple(reader.listed(lambda: argument(reader)))
    if len(found) > MAX_ARGUMENTS:
        raise ServiceError("54023", f"functions cannot have more than {MAX_ARGUMENTS} arguments")
    return found


def argument(reader) -> Argument:
    mode = reader.accept_any(*MODES)
    name = ""
    following = reader.word(1)
    named = reader.is_name(1) and following not in _SECOND.get(reader.word(), ())
    if named or following in MODES:
        name = reader.identifier()
        mode = mode or reader.accept_any(*MODES)
    return Argument(name, read_type(reader), mode or "IN")


def read_type(reader):
    from dealab.sql.redshift.statements import definitions
    from dealab.sql.types import VARCHAR

    if reader.accept("REFCURSOR"):
        return VARCHAR
    return definitions.read_type(reader)


def body(reader) -> str:
    """Take the body of a routine: ``$$ ... $$`` or a quoted text."""
    return reader.string()


def body_reader(sql: str) -> Reader:
    """Return a reader of a procedure's body, which holds semicolons."""
    from dealab.sql.redshift import statements
    from dealab.sql.redshift.dialect import RedshiftDialect

    tool = statements.read("BEGIN")  # for its way of wording a syntax error
    tokens, source = parsing.tokenize(sql, RedshiftDialect, tool.syntax_error)

    def syntax_error(offset, token):
        line, column = parsing.Source(sql, []).line_column(offset)
        where = f'at or near "{token}"' if token and token != "<EOF>" else "at end of input"
        return ServiceError("42601", f"syntax error {where}", line, column)

    return Reader(tokens, source, RedshiftDialect, syntax_error)


def signature(kinds) -> str:
    return ", ".join(shown(kind) for kind in kinds)


def find(engine, kind: str, parts: list[str]) -> list:
    """Return the routines of a name, of the first schema in the path that has any."""
    schemas = [parts[-2]] if len(parts) > 1 else engine.schemas_in_path()
    for schema in schemas:
        found = engine.objects.find(kind, engine.database, schema, parts[-1])
        if found:
            return found
    return []


def choose(binder, candidates, values):
    """Return the cheapest routine that takes these values, or None."""
    best = None
    for one in candidates:
        wanted = one.inputs()
        if len(wanted) != len(values):
            continue
        costs = [
            binder.coercion_cost(value.type, argument.type)
            for value, argument in zip(values, wanted, strict=True)
        ]
        costs = [
            0 if kind_alike(value.type, argument.type) else cost
            for value, argument, cost in zip(values, wanted, costs, strict=True)
        ]
        if None in costs:
            continue
        if best is None or sum(costs) < best[0]:
            best = (sum(costs), one)
    return best[1] if best else None


def kind_alike(one, two) -> bool:
    return one.name == two.name or {one.name, two.name} <= {"varchar", "char", "literal"}
