"""CREATE, ALTER and DROP FUNCTION: SQL functions run; Python and Lambda functions are limits.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_FUNCTION.html (read 2026-11-23)
"""

from dataclasses import dataclass, replace

from sqlglot import exp

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift.plpgsql.tree import Argument
from dealab.sql.redshift.statements import routines
from dealab.sql.results import Outcome, Plan
from dealab.sql.scope import Scope
from dealab.sql.types import Type

#: what the lab says of the functions that it does not run
PYTHON = (
    "Python user-defined functions",
    "no new one can be made since November 1, 2025, and support ended on June 30, 2026.",
    "move the logic to SQL functions, or to Lambda with CREATE EXTERNAL FUNCTION.",
)
LAMBDA = (
    "CREATE EXTERNAL FUNCTION",
    "Redshift sends batches of rows to the Lambda function as JSON and joins the answers back.",
    "Lambda UDFs reach other languages and services; the cluster's IAM role has to be allowed to "
    "invoke them.",
)


@dataclass(frozen=True)
class Function:
    """An SQL function: one expression over $1, $2 ..."""

    oid: int
    database: str
    schema: str
    name: str
    arguments: tuple[Argument, ...]
    returns: Type
    volatility: str
    source: str
    owner: str

    def inputs(self) -> tuple[Argument, ...]:
        return self.arguments


def create(engine, reader) -> Plan:
    reader.expect("CREATE")
    again = reader.accept("OR", "REPLACE")
    if reader.accept("EXTERNAL"):
        raise LabLimit(*LAMBDA)
    reader.expect("FUNCTION")
    database, schema, name = routines.home(engine, reader)
    arguments = routines.arguments(reader)
    reader.expect("RETURNS")
    returns = routines.read_type(reader)
    volatility = text = language = None
    while not reader.done:
        if word := reader.accept_any("VOLATILE", "STABLE", "IMMUTABLE"):
            volatility = word.lower()
        elif reader.accept("AS"):
            text = routines.body(reader)
        elif reader.accept("LANGUAGE"):
            language = reader.string() if reader.is_string() else reader.identifier()
        else:
            raise reader.fail()
    if language and language.lower() == "plpythonu":
        raise LabLimit(*PYTHON)
    if language and language.lower() != "sql":
        raise ServiceError("42704", f'language "{language}" does not exist')
    if None in (volatility, text, language):
        raise reader.fail()
    made = Function(
        0, database, schema, name, arguments, returns, volatility, text.strip(), engine.user
    )
    if any(one.name for one in arguments):
        raise ServiceError(
            "42601",
            "SQL functions do not take argument names",
            hint="name the types only, and write $1, $2 in the body.",
        )
    check(engine, made)
    key = key_of(made)
    if not again and engine.objects.get(*key) is not None:
        raise ServiceError("42723", f'function "{name}" already exists with same argument types')

    def work():
        engine.objects.put(replace(made, oid=engine.namespace.next_id()), *key)
        return Outcome(message="CREATE FUNCTION")

    return Plan(work=work)


def key_of(function: Function) -> tuple:
    kinds = routines.signature(one.type for one in function.arguments)
    return ("function", function.database, function.schema, function.name, kinds)


def check(engine, function: Function) -> None:
    """Bind the body once with empty arguments: its errors belong to CREATE FUNCTION."""
    from dealab.sql.redshift import statements
    from dealab.sql.redshift.plpgsql.frames import typed

    binder = statements.binder_of(engine, statements.read("1"))
    expand(binder, function, [typed(binder, None, one.type) for one in function.arguments], None)


def expand(binder, function: Function, values, node):
    """Return a call of an SQL function as its body with the arguments put in."""
    from dealab.sql.redshift import statements

    reader = statements.read(function.source)
    tree = reader.query()
    parts = {part for part, value in tree.args.items() if value not in (None, False, [])}
    if not isinstance(tree, exp.Select) or parts - {"expressions"} or len(tree.expressions) != 1:
        raise ServiceError(
            "0A000",
            "The SQL body of a function is one SELECT of one expression",
            hint="FROM, INTO, WHERE, GROUP BY, ORDER BY and LIMIT are not allowed in it.",
        )
    inner = statements.binder_of(binder.engine, reader)
    inner.tables, inner.reads, inner.counter = binder.tables, binder.reads, binder.counter
    inner.positional = [
        inner.cast_value(value, one.type, None) if value.type != one.type else value
        for value, one in zip(values, function.arguments, strict=True)
    ]
    bound = inner.bind(tree.expressions[0].unalias(), Scope(clause="SELECT"))
    binder.counter = inner.counter
    if bound.type != function.returns:
        bound = inner.cast_value(bound, function.returns, None)
    return replace(bound, literal=None)


def called(binder, parts: list[str], node, values):
    """Return the value of a call of a user's function, or None where there is none of the name."""
    candidates = routines.find(binder.engine, "function", parts)
    function = routines.choose(binder, candidates, values) if candidates else None
    if function is None:
        return None
    from dealab.sql.redshift import rights

    rights.check_execute(binder.engine, "function", function)
    return expand(binder, function, values, node)


def named(engine, reader) -> Function | None:
    """Take ``name (types)`` and return the function, or None."""
    parts = reader.qualified()
    kinds = routines.signature(one.type for one in routines.arguments(reader))
    for one in routines.find(engine, "function", parts):
        if routines.signature(item.type for item in one.arguments) == kinds:
            return one
    return None


def drop(engine, reader) -> Plan:
    reader.expect("DROP", "FUNCTION")
    optional = reader.accept("IF", "EXISTS")
    start = reader.at
    found = named(engine, reader)
    shown = reader.text_between(start, reader.at)
    reader.accept_any("CASCADE", "RESTRICT")
    reader.end()
    if found is None and not optional:
        raise ServiceError("42883", f"function {shown} does not exist")

    def work():
        if found is not None:
            engine.objects.drop(*key_of(found))
        return Outcome(message="DROP FUNCTION")

    return Plan(work=work)


def alter(engine, reader) -> Plan:
    reader.expect("ALTER", "FUNCTION")
    start = reader.at
    found = named(engine, reader)
    if found is None:
        shown = reader.text_between(start, reader.at)
        raise ServiceError("42883", f"function {shown} does not exist")
    if reader.accept("RENAME", "TO"):
        changed = replace(found, name=reader.identifier())
    else:
        reader.expect("OWNER", "TO")
        owner = reader.identifier()
        changed = replace(found, owner=engine.user if owner == "current_user" else owner)
        if engine.objects.get("user", changed.owner) is None:
            raise ServiceError("42704", f'user "{owner}" does not exist')
    reader.end()

    def work():
        engine.objects.drop(*key_of(found))
        engine.objects.put(changed, *key_of(changed))
        return Outcome(message="ALTER FUNCTION")

    return Plan(work=work)
