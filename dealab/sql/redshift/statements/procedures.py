"""CREATE, ALTER, DROP and SHOW PROCEDURE, and CALL.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_PROCEDURE.html (read 2026-11-23)
"""

from dataclasses import replace

from dealab.sql.errors import ServiceError
from dealab.sql.redshift.names import shown
from dealab.sql.redshift.plpgsql import parser
from dealab.sql.redshift.plpgsql.frames import Variable
from dealab.sql.redshift.plpgsql.tree import Procedure
from dealab.sql.redshift.statements import routines
from dealab.sql.results import Outcome, Plan
from dealab.sql.scope import Scope


def create(engine, reader) -> Plan:
    reader.expect("CREATE")
    again = reader.accept("OR", "REPLACE")
    reader.expect("PROCEDURE")
    database, schema, name = routines.home(engine, reader)
    arguments = routines.arguments(reader)
    text, options = None, {"atomic": True, "definer": False, "settings": {}}
    language = None
    while not reader.done:
        if reader.accept("NONATOMIC"):
            options["atomic"] = False
        elif reader.accept("AS"):
            text = routines.body(reader)
        elif reader.accept("LANGUAGE"):
            language = reader.string() if reader.is_string() else reader.identifier()
        elif reader.accept("SECURITY"):
            options["definer"] = reader.expect_any("DEFINER", "INVOKER") == "DEFINER"
        elif reader.accept("SET"):
            setting = ".".join(reader.qualified())
            reader.expect_any("TO", "=")
            options["settings"][setting] = reader.take().text
        else:
            raise reader.fail()
    if text is None or language is None:
        raise ServiceError("42P13", f"no {'language' if text else 'procedure body'} specified")
    if language.lower() != "plpgsql":
        raise ServiceError("42704", f'language "{language}" is not supported for procedures')
    body = parser.parse(routines.body_reader(text))
    made = Procedure(0, database, schema, name, arguments, body, text, engine.user, **options)
    key = key_of(made)
    if not again and engine.objects.get(*key) is not None:
        kinds = routines.signature(one.type for one in made.inputs())
        raise ServiceError(
            "42723", f'procedure "{name}" already exists with the same argument types ({kinds})'
        )

    def work():
        engine.objects.put(replace(made, oid=engine.namespace.next_id()), *key)
        return Outcome(message="CREATE PROCEDURE")

    return Plan(work=work)


def key_of(procedure: Procedure) -> tuple:
    kinds = routines.signature(one.type for one in procedure.inputs())
    return ("procedure", procedure.database, procedure.schema, procedure.name, kinds)


def named(engine, reader) -> Procedure:
    """Take ``name [(types)]`` and return the procedure."""
    parts = reader.qualified()
    candidates = routines.find(engine, "procedure", parts)
    kinds = None
    if reader.sees("("):
        given = routines.arguments(reader)
        kinds = routines.signature(one.type for one in given if one.mode != "OUT")
        candidates = [
            one
            for one in candidates
            if routines.signature(item.type for item in one.inputs()) == kinds
        ]
    if len(candidates) > 1:
        raise ServiceError("42725", f'procedure name "{parts[-1]}" is not unique')
    if not candidates:
        raise ServiceError("42883", f"procedure {'.'.join(parts)}({kinds or ''}) does not exist")
    return candidates[0]


def drop(engine, reader) -> Plan:
    reader.expect("DROP", "PROCEDURE")
    optional = reader.accept("IF", "EXISTS")
    found = []

    def one():
        start = reader.at
        try:
            found.append(named(engine, reader))
        except ServiceError:
            if not optional:
                raise
            reader.at = start
            reader.qualified()
            if reader.sees("("):
                routines.arguments(reader)

    reader.commas(one)
    reader.accept_any("CASCADE", "RESTRICT")
    reader.end()

    def work():
        for procedure in found:
            engine.objects.drop(*key_of(procedure))
        return Outcome(message="DROP PROCEDURE")

    return Plan(work=work)


def alter(engine, reader) -> Plan:
    reader.expect("ALTER", "PROCEDURE")
    found = named(engine, reader)
    if reader.accept("RENAME", "TO"):
        changed = replace(found, name=reader.identifier())
    else:
        reader.expect("OWNER", "TO")
        owner = reader.identifier()
        if owner in ("current_user", "session_user"):
            owner = engine.user
        if engine.objects.get("user", owner) is None:
            raise ServiceError("42704", f'user "{owner}" does not exist')
        changed = replace(found, owner=owner)
    reader.end()

    def work():
        engine.objects.drop(*key_of(found))
        engine.objects.put(changed, *key_of(changed))
        return Outcome(message="ALTER PROCEDURE")

    return Plan(work=work)


def show(engine, reader) -> Plan:
    """SHOW PROCEDURE name [(types)]: the statement that would make it again."""
    from dealab.sql.results import listing

    reader.expect("SHOW", "PROCEDURE")
    found = named(engine, reader)
    reader.end()
    listed = ", ".join(
        " ".join(filter(None, (one.name, one.mode, shown(one.type)))) for one in found.arguments
    )
    lines = [
        f"CREATE OR REPLACE PROCEDURE {found.schema}.{found.name}({listed})",
        *([] if found.atomic else [" NONATOMIC"]),
        " LANGUAGE plpgsql" + (" SECURITY DEFINER" if found.definer else ""),
        *(f" SET {name} TO '{value}'" for name, value in found.settings.items()),
        f"AS $${found.source}$$",
    ]
    return listing("Stored Procedure Definition", ["\n".join(lines)])


def call(engine, reader) -> Plan:
    from dealab.sql.redshift import statements
    from dealab.sql.redshift.plpgsql.runner import Runner

    reader.expect("CALL")
    parts = reader.qualified()
    inside = reader.parenthesized()
    reader.end()
    texts = _split(inside)
    binder = statements.binder_of(engine, reader)
    values = [
        binder.bind(inside.part(first, last).expression(), Scope(clause="CALL"))
        for first, last in texts
    ]
    candidates = routines.find(engine, "procedure", parts)
    procedure = routines.choose(binder, candidates, values)
    if procedure is None:
        given = ", ".join(shown(value.type) for value in values)
        raise ServiceError(
            "42883",
            f"procedure {'.'.join(parts)}({given}) does not exist",
            hint="No procedure matches the given name and argument types. You may need to add "
            "explicit type casts.",
        )
    authorize(engine, procedure)
    names = [_bare_name(inside, first, last) for first, last in texts]
    explicit = engine.transaction is not None

    def work():
        notes: list[str] = []
        variables = _bound_arguments(engine, binder, procedure, values)
        runner = Runner(engine, procedure, notes, explicit)
        before = (engine.user, dict(engine.variables), list(engine.search_path))
        if procedure.definer:
            engine.user = procedure.owner
        for setting, value in procedure.settings.items():
            engine.variables[setting] = value
            if setting == "search_path":
                engine.search_path = [part.strip() for part in value.split(",")]
        try:
            runner.run(variables)
        finally:
            engine.user = before[0]
            if procedure.settings:
                engine.variables, engine.search_path = before[1], before[2]
        outputs = procedure.outputs()
        if not outputs:
            return Outcome(message="CALL", notes=notes)
        cells = tuple(_output(variables, procedure, one) for one in outputs)
        _give_back(engine, procedure, names, outputs, cells)
        return Outcome(
            [one.name or f"column{at}" for at, one in enumerate(outputs, 1)],
            [one.type for one in outputs],
            [cells],
            notes=notes,
        )

    return Plan(work=work, controls_transaction=not procedure.atomic and not explicit)


def authorize(engine, procedure) -> None:
    """Refuse a user who may not execute the procedure. A hook of the namespace's rights."""
    from dealab.sql.redshift import rights

    rights.check_execute(engine, "procedure", procedure)


def _split(inside) -> list[tuple[int, int]]:
    """Return where each argument begins and ends."""
    if not inside.tokens:
        return []
    found, first, depth = [], 0, 0
    for at, token in enumerate(inside.tokens):
        if inside.is_quoted(token):
            continue
        depth += (token.text in "([") - (token.text in ")]")
        if token.text == "," and depth == 0:
            found.append((first, at))
            first = at + 1
    return [*found, (first, len(inside.tokens))]


def _bare_name(inside, first: int, last: int) -> str | None:
    if last - first == 1 and inside.part(first, last).is_name():
        return inside.tokens[first].text.lower()
    return None


def _bound_arguments(engine, binder, procedure, values) -> dict[str, Variable]:
    """Return the variables that a call begins with, by name and by position."""
    casts = [
        binder.cast_value(value, one.type, None) if value.type != one.type else value
        for value, one in zip(values, procedure.inputs(), strict=True)
    ]
    row = ()
    if casts:
        plan = Plan(
            query="SELECT " + ", ".join(value.sql for value in casts),
            columns=["v"] * len(casts),
            kinds=[one.type for one in procedure.inputs()],
            tables=binder.tables,
            local=True,
        )
        row = engine.select(plan).rows[0]
    given = iter(row)
    variables: dict[str, Variable] = {}
    for at, one in enumerate(procedure.arguments, 1):
        value = None if one.mode == "OUT" else next(given)
        made = Variable(one.name or f"${at}", one.type, value)
        variables[f"${at}"] = made
        if one.name:
            variables[one.name] = made
    return variables


def _output(variables, procedure, argument):
    at = procedure.arguments.index(argument) + 1
    return variables[f"${at}"].value


def _give_back(engine, procedure, names, outputs, cells) -> None:
    """Inside another procedure, the variables given for INOUT arguments take their values."""
    if not engine.frames:
        return
    given = dict(zip(procedure.inputs(), names, strict=True))
    for one, cell in zip(outputs, cells, strict=True):
        name = given.get(one)
        variable = engine.frames[-1].find(name) if name else None
        if variable is not None:
            variable.value = cell
