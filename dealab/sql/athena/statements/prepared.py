"""PREPARE, EXECUTE, DEALLOCATE PREPARE: statements with ``?`` kept under a name in a workgroup.

https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
"""

from dealab.sql.athena import workgroups
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.reading import leading_words
from dealab.sql.results import Plan, done
from dealab.sql.scope import Scope, Value

_KINDS = ("SELECT", "WITH", "VALUES", "TABLE", "(", "INSERT", "UNLOAD")


def prepare(engine, reader) -> Plan:
    """Plan PREPARE name FROM statement: its syntax is checked, its tables are not."""
    from dealab.sql.athena import statements

    reader.expect("PREPARE")
    name = reader.spelled()
    reader.expect("FROM")
    if reader.done:
        raise reader.fail()
    text = reader.rest()
    words = leading_words(text, 2)
    if not words or not (words[0] in _KINDS or words == ["CREATE", "TABLE"]):
        raise ServiceError(
            "NOT_SUPPORTED",
            f"Unsupported statement type in PREPARE: {words[0] if words else text}",
            *reader.place(),
            hint="SELECT, CREATE TABLE AS, INSERT INTO and UNLOAD can be prepared.",
        )
    try:
        statements.plan(engine, text)
    except ServiceError as problem:
        if problem.code == "SYNTAX_ERROR" and problem.message.startswith("mismatched input"):
            raise _moved(problem, reader) from None
    except LabLimit:
        pass  # EXECUTE says so
    groups = engine.groups
    group = engine.workgroup
    groups.find(group)
    if name in [
        one["StatementName"] for one in groups.list_prepared_statements(group)["PreparedStatements"]
    ]:
        raise workgroups.invalid(f"Prepared Statement {name} already exists in WorkGroup {group}")
    return done(lambda: groups.create_prepared_statement(name, group, text) and None)


def _moved(problem: ServiceError, reader) -> ServiceError:
    """Return the error of an inner text with its place in the outer one."""
    if problem.line is None:
        return problem
    line, column = reader.place()
    if problem.line == 1:
        column += problem.column - 1
    else:
        column = problem.column
    return ServiceError(
        problem.code, problem.message, line + problem.line - 1, column, problem.hint
    )


def execute(engine, reader) -> Plan:
    """Plan EXECUTE name [USING value, ...]: the statement, with values for its marks."""
    from dealab.sql.athena import statements

    place = reader.place()
    reader.expect("EXECUTE")
    if reader.sees("IMMEDIATE") and (reader.at + 1 < len(reader.tokens)):
        problem = reader.fail()
        problem.hint = "Athena's guide knows PREPARE, EXECUTE and DEALLOCATE PREPARE only."
        raise problem
    name = reader.spelled()
    values: list = list(reader.parameters)
    if reader.accept("USING"):
        values = reader.commas(lambda: _value(engine, reader))
    reader.end()
    found = engine.groups.get_prepared_statement(name, engine.workgroup)["PreparedStatement"]
    text = found["QueryStatement"]
    marks = sum(token.token_type.name == "PLACEHOLDER" for token in statements.read(text).tokens)
    if marks != len(values):
        raise ServiceError(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {marks} but found {len(values)}",
            *place,
        )
    return statements.plan(engine, text, values)


def _value(engine, reader) -> Value:
    """Take one value of USING: a constant expression."""
    from dealab.sql.athena import statements

    part = reader.until(",")
    tree = part.expression()
    binder = statements.binder_of(engine, part)
    value = binder.bind(tree, Scope(clause="WHERE"))  # no aggregates
    if binder.reads:
        raise LabLimit("a query as a value of EXECUTE ... USING", "values are constants.")
    return value


def deallocate(engine, reader) -> Plan:
    if not reader.accept("DEALLOCATE PREPARE"):  # one token to the tokenizer
        reader.expect("DEALLOCATE", "PREPARE")
    name = reader.spelled()
    reader.end()
    groups = engine.groups
    groups.get_prepared_statement(name, engine.workgroup)
    return done(lambda: groups.delete_prepared_statement(name, engine.workgroup) and None)
