"""``WITH (name = value, ...)`` of CTAS and UNLOAD."""

from dealab.sql.errors import LabLimit, ServiceError


def read(reader) -> dict:
    """Take ``( name = value, ... )``; values are texts, whole numbers, booleans and lists."""
    found: dict = {}

    def one():
        place = reader.place()
        name = reader.spelled() if not reader.is_string() else _quoted(reader)
        reader.expect("=")
        if name in found:
            raise ServiceError("DUPLICATE_PROPERTY", f"Duplicate property: {name}", *place)
        found[name] = value(reader)

    reader.listed(one)
    return found


def _quoted(reader):
    raise reader.fail()


def value(reader):
    """Take one value: 'text', 12, true, ARRAY['a', 'b'] or ?."""
    if reader.is_string():
        return reader.string()
    if reader.accept("TRUE"):
        return True
    if reader.accept("FALSE"):
        return False
    if reader.accept("NULL"):
        return None
    if reader.accept("ARRAY"):
        reader.expect("[")
        items = [] if reader.sees("]") else reader.commas(lambda: value(reader))
        reader.expect("]")
        return items
    if reader.sees("(") or reader.is_name():
        raise LabLimit(
            "a table property that is computed",
            "Athena evaluates the constant expression; the lab takes texts, numbers, TRUE, FALSE "
            "and ARRAY[...].",
        )
    return reader.integer()


def invalid(name: str, given, kind: str) -> ServiceError:
    """Return the refusal of a property's value that has the wrong type."""
    return ServiceError(
        "INVALID_TABLE_PROPERTY",
        f"Invalid value for catalog 'awsdatacatalog' table property '{name}': "
        f"Cannot convert {shown(given)} to {kind}",
    )


def shown(given) -> str:
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, list):
        return "[" + ", ".join(shown(part) for part in given) + "]"
    return f"'{given}'" if isinstance(given, str) else str(given)


def text(found: dict, name: str, default=None):
    given = found.get(name, default)
    if given is not None and not isinstance(given, str):
        raise invalid(name, given, "varchar")
    return given


def whole(found: dict, name: str, default=None):
    given = found.get(name, default)
    if given is not None and (not isinstance(given, int) or isinstance(given, bool)):
        raise invalid(name, given, "integer")
    return given


def names(found: dict, name: str) -> tuple[str, ...]:
    """Return a list of column names, in lower case."""
    given = found.get(name) or []
    if not isinstance(given, list) or not all(isinstance(part, str) for part in given):
        raise invalid(name, given, "array(varchar)")
    return tuple(part.lower() for part in given)
