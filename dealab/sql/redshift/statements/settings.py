"""SET, RESET and SHOW of a session's parameters and context variables.

https://docs.aws.amazon.com/redshift/latest/dg/r_SET.html (read 2026-11-23)
"""

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import settings
from dealab.sql.results import Outcome, Plan, done, table

#: forms of SHOW that are no parameters, and what Redshift tells
OTHERS = {
    "GRANTS": "Redshift lists privileges.",
    "COLUMN": "Redshift lists privileges on columns.",
    "EXTERNAL": "Redshift shows the statement that makes an external table.",
    "PROCEDURES": "Redshift lists the procedures of a schema.",
    "FUNCTIONS": "Redshift lists the functions of a schema.",
    "PARAMETERS": "Redshift lists the parameters of a function or procedure.",
    "POLICIES": "Redshift lists row-level security and masking policies.",
    "MODEL": "Redshift tells of a machine learning model.",
    "TEMPLATE": "Redshift shows a template.",
    "TEMPLATES": "Redshift lists templates.",
}


def unknown(name: str) -> ServiceError:
    return ServiceError("42704", f'unrecognized configuration parameter "{name}"')


def set_parameter(engine, reader) -> Plan:
    """SET [SESSION | LOCAL] name { TO | = } { value | 'value' | DEFAULT }, SET SEED TO value."""
    reader.expect("SET")
    local = reader.accept_any("SESSION", "LOCAL") == "LOCAL"
    if reader.sees("CHARACTERISTICS"):
        raise LabLimit("SET SESSION CHARACTERISTICS", "it sets the session's isolation level.")
    if reader.accept("TIME", "ZONE"):
        name = "timezone"
        values = [_value(reader)]
    else:
        parts = reader.qualified()
        name = ".".join(parts)
        if not reader.accept("="):
            reader.expect("TO")
        values = reader.commas(lambda: _value(reader))
        if len(parts) > 2:
            raise unknown(name)
    reader.end()
    if name == "seed":
        return seed(engine, values)
    if "." not in name and name not in settings.DEFAULTS:
        raise unknown(name)
    default = values == [None]
    if None in values and not default:
        raise ServiceError("42601", 'syntax error at or near "default"')
    names = [one.strip('"') for one in values if one is not None]
    if name == "search_path":
        if len(names) == 1 and "," in names[0]:  # SET search_path TO 'a, b' names one schema
            names = [names[0]]
        names = [one.lower() for one in names if one]
        value = None if default else ", ".join(names)
    elif default:
        value = None
    elif "." in name:
        value = names[0]
    else:
        value = settings.checked(name, ", ".join(names) if name == "datestyle" else names[0])
        if len(names) > 1 and name != "datestyle":
            raise ServiceError("42601", f"SET {name} takes only one argument")

    block = engine.transaction is not None

    def work():
        notes = []
        if local and not block:
            notes = ["WARNING: SET LOCAL can only be used in transaction blocks"]
        if local:
            settings.keep_local(engine, name)
        settings.write(engine, name, value, names)
        return Outcome(message="SET", notes=notes)

    return done(work)


def _value(reader) -> str | None:
    """Take one value: text, a name, a number; None for DEFAULT."""
    if reader.is_string():
        return reader.string()
    if reader.accept("DEFAULT"):
        return None
    if reader.sees("-"):
        reader.take()
        return "-" + reader.take().text
    if reader.done or reader.word() in (",", "=", "(", ")"):
        raise reader.fail()
    text = reader.take().text
    if text == ".":  # .25 comes as a dot and a number
        text = f"0.{reader.integer()}"
    return text


def seed(engine, values) -> Plan:
    try:
        number = float(values[0])
    except (TypeError, ValueError):
        raise ServiceError("22023", 'parameter "seed" requires a numeric value') from None
    if len(values) > 1 or not -1 <= number <= 1:
        raise ServiceError("22023", f'{values[0]} is outside the valid range for "seed" (0 .. 1)')

    def work():
        engine.duck().execute(f"SELECT setseed({number})")
        note = "RANDOM() repeats itself from here on; the numbers are not those of Redshift."
        return Outcome(message="SET", notes=[note])

    return done(work)


def reset(engine, reader) -> Plan:
    """RESET { name | ALL }"""
    reader.expect("RESET")
    if reader.accept("USE"):
        reader.end()

        def connected():
            engine.database = engine.connected
            return "RESET"

        return done(connected)
    if reader.accept("ALL"):
        reader.end()

        def everything():
            engine.variables.clear()
            engine.variables.update(
                {k: v for k, v in settings.DEFAULTS.items() if k != "search_path"}
            )
            engine.search_path = ["$user", "public"]
            return "RESET"

        return done(everything)
    name = ".".join(reader.qualified())
    reader.end()
    if settings.read(engine, name) is None:
        raise unknown(name)

    def work():
        settings.write(engine, name, None)
        return "RESET"

    return done(work)


def show(engine, reader) -> Plan:
    """SHOW { name | ALL }: the column is called as the parameter."""
    reader.expect("SHOW")
    if reader.accept("USE"):  # https://docs.aws.amazon.com/redshift/latest/dg/r_USE_command.html
        reader.end()
        used = "" if engine.database == engine.connected else engine.database
        return table(["Use Database"], [(used,)])
    if reader.accept("ALL"):
        reader.end()
        names = sorted({*settings.DEFAULTS, *engine.variables})
        return table(["name", "setting"], [(one, settings.read(engine, one)) for one in names])
    if reader.accept("TIME", "ZONE"):
        name = "timezone"
    elif reader.accept("TRANSACTION", "ISOLATION", "LEVEL"):
        name = "transaction_isolation"
    elif reader.word() in OTHERS:
        raise LabLimit(f"SHOW {reader.word()}", OTHERS[reader.word()])
    else:
        name = ".".join(reader.qualified())
    reader.end()
    value = settings.read(engine, name)
    if value is None:
        raise unknown(name)
    if name == "query_group" and value == "default":
        value = "unset"
    return table([name], [(value,)])
