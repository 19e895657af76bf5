"""Attribute values of DynamoDB as JSON ({"N": "5"}): checks, sizes, comparison, projection.

Sources (checked 2026-11-23):
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

import base64
import re
from decimal import Context, Decimal, Inexact, InvalidOperation

SETS = ("SS", "NS", "BS")
MAX_DIGITS = 38
MAX_DEPTH = 32
#: exact arithmetic on numbers, as the service has it
EXACT = Context(prec=MAX_DIGITS)


class Invalid(ValueError):
    """A ValidationException; its text is the message."""


def normal(value: dict, depth: int = 1) -> dict:
    """Return the value as the service stores it: numbers in their shortest form. Raises Invalid."""
    [(kind, inner)] = value.items()
    if depth > MAX_DEPTH:
        raise Invalid(
            "Nesting Levels have exceeded supported limits: Attributes have nested levels "
            "beyond supported limit"
        )
    if kind == "N":
        return {"N": normal_number(inner)}
    if kind in SETS:
        if not inner:
            word = {"SS": "string", "NS": "number", "BS": "binary"}[kind]
            raise Invalid(
                f"One or more parameter values were invalid: An {word} set  may not be empty"
            )
        members = [normal_number(one) for one in inner] if kind == "NS" else list(inner)
        if len({str(one) for one in members}) < len(members):
            shown = ", ".join(map(str, members))
            raise Invalid(f"One or more parameter values were invalid: Input collection [{shown}] "
                          "contains duplicates.")  # fmt: skip
        return {kind: members}
    if kind == "L":
        return {"L": [normal(one, depth + 1) for one in inner]}
    if kind == "M":
        return {"M": {name: normal(one, depth + 1) for name, one in inner.items()}}
    return value


def normal_number(text) -> str:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        raise Invalid(f"The parameter cannot be converted to a numeric value: {text}") from None
    if not number.is_finite():
        raise Invalid(f"The parameter cannot be converted to a numeric value: {text}")
    if number == 0:
        return "0"
    context = Context(prec=MAX_DIGITS, traps=[Inexact])
    try:
        number = context.create_decimal(number)
    except Inexact:
        raise Invalid("Attempting to store more than 38 significant digits in a Number") from None
    if number.adjusted() > 125:
        raise Invalid("Number overflow. Attempting to store a number with magnitude larger than "
                      "supported range")  # fmt: skip
    if number.adjusted() < -130:
        raise Invalid("Number underflow. Attempting to store a number with magnitude smaller than "
                      "supported range")  # fmt: skip
    shown = number.normalize(EXACT)
    return format(shown, "f") if -20 < shown.adjusted() < 38 else str(shown).replace("E+", "E+")


def check_key(key: dict, schema: dict[str, str]) -> None:
    """Refuse a Key that is not made of exactly the table's key attributes with their types."""
    kinds = {name: next(iter(value)) for name, value in key.items()}
    if kinds != schema:
        raise Invalid("The provided key element does not match the schema")
    check_key_values(key, list(schema))


def check_key_values(item: dict, names: list[str]) -> None:
    """Refuse empty and too long values of key attributes; the partition key comes first."""
    for place, name in enumerate(names):
        kind, value = next(iter(item[name].items()))
        if kind in ("S", "B") and not value:
            what = "string" if kind == "S" else "binary"
            raise Invalid(
                "One or more parameter values are not valid. The AttributeValue for a key "
                f"attribute cannot contain an empty {what} value. Key: {name}"
            )
        limit, word = ((2048, "hashkey"), (1024, "rangekey"))[place]
        if kind != "N" and size(item[name]) > limit:
            raise Invalid(f"One or more parameter values were invalid: Size of {word} has exceeded "
                          f"the maximum size limit of{limit} bytes")  # fmt: skip


def check_item(item: dict, schema: dict[str, str], indexes: dict[str, dict[str, str]]) -> None:
    """Refuse an item whose keys, or index keys, are missing or of another type.

    ``schema`` maps the key attributes to their types; ``indexes`` does so per index name.
    """
    for name, wanted in schema.items():
        if name not in item:
            raise Invalid(
                f"One or more parameter values were invalid: Missing the key {name} in the item"
            )
        found = next(iter(item[name]))
        if found != wanted:
            raise Invalid("One or more parameter values were invalid: Type mismatch for key "
                          f"{name} expected: {wanted} actual: {found}")  # fmt: skip
    check_key_values(item, list(schema))
    for index, keys in indexes.items():
        for name, wanted in keys.items():
            found = next(iter(item[name])) if name in item else wanted
            if found != wanted:
                raise Invalid(
                    "One or more parameter values were invalid: Type mismatch for Index "
                    f"Key {name} Expected: {wanted} Actual: {found} IndexName: {index}"
                )
            if name in item and wanted in "SB" and not next(iter(item[name].values())):
                raise Invalid("One or more parameter values are not valid. A value specified for a "
                              "secondary index key is not supported. The AttributeValue for a key "
                              "attribute cannot contain an empty string value. IndexName: "
                              f"{index}, IndexKey: {name}")  # fmt: skip


# sizes and capacity units


def size(value: dict) -> int:
    """Bytes that a value counts for."""
    kind, inner = next(iter(value.items()))
    if kind == "S":
        return len(inner.encode())
    if kind == "N":
        return _number_size(inner)
    if kind == "B":
        return len(base64.b64decode(inner)) if isinstance(inner, str) else len(inner)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind in SETS:
        return sum(size({kind[0]: one}) for one in inner)
    if kind == "L":
        return 3 + sum(1 + size(one) for one in inner)
    return 3 + sum(1 + len(name.encode()) + size(one) for name, one in inner.items())


def _number_size(text: str) -> int:
    digits = Decimal(text).normalize().as_tuple()
    return (len(digits.digits) + 1) // 2 + 1 + (1 if digits.sign else 0)


def item_size(item: dict | None) -> int:
    return sum(len(name.encode()) + size(value) for name, value in (item or {}).items())


def read_units(total: int, consistent: bool, factor: float = 1) -> float:
    """Units for reading ``total`` bytes: 4 KB each, half if eventually consistent."""
    return max(1, -(-total // 4096)) * (1.0 if consistent else 0.5) * factor


def write_units(before: dict | None, after: dict | None, factor: int = 1) -> float:
    """Units for a write: a KB each, of the larger of the item before and after."""
    return float(max(1, -(-max(item_size(before), item_size(after)) // 1024)) * factor)


def index_units(before: dict | None, after: dict | None, keys: list[str], factor: int = 1) -> float:
    """Units that a write costs in an index; ``before`` and ``after`` are the projected entries.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
    """
    if before == after:
        return 0.0
    if before and after and any(before.get(key) != after.get(key) for key in keys):
        return write_units(before, None, factor) + write_units(None, after, factor)
    return write_units(before, after, factor)


# comparison


def comparable(value: dict):
    """Return something that Python orders and compares as the service does."""
    kind, inner = next(iter(value.items()))
    if kind == "N":
        return Decimal(inner)
    if kind == "NS":
        return {Decimal(one) for one in inner}
    if kind in SETS:
        return {str(one) for one in inner}
    if kind == "L":
        return [(next(iter(one)), comparable(one)) for one in inner]
    if kind == "M":
        return {name: (next(iter(one)), comparable(one)) for name, one in inner.items()}
    if kind == "S":
        return inner.encode()
    return base64.b64decode(inner) if kind == "B" and isinstance(inner, str) else inner


def compare(operator: str, left: dict | None, right: dict | None) -> bool:
    """Compare two values; values of different types are not equal and in no order."""
    if left is None or right is None:
        return operator == "<>" and left is not right
    kind = next(iter(left))
    if kind != next(iter(right)):
        return operator == "<>"
    a, b = comparable(left), comparable(right)
    if operator in ("=", "<>"):
        return (a == b) == (operator == "=")
    if kind not in ("S", "N", "B"):
        return False
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


def call(name: str, *values):
    """A function of conditions over values (None: not there); size gives a value."""
    first, second = values[0], values[1] if len(values) > 1 else None
    if name == "attribute_exists":
        return first is not None
    if name == "attribute_not_exists":
        return first is None
    if first is None:
        return None if name == "size" else False
    kind, inner = next(iter(first.items()))
    if name == "size":
        if kind in ("S", "B"):
            return {"N": str(len(inner) if kind == "S" else size(first))}
        return {"N": str(len(inner))} if kind in (*SETS, "L", "M") else None
    if second is None:
        return False
    if name == "attribute_type":
        return second.get("S") == kind
    if name == "begins_with":
        same = kind == next(iter(second)) and kind in ("S", "B")
        return same and comparable(first).startswith(comparable(second))
    if kind in ("S", "B"):
        return kind == next(iter(second)) and comparable(second) in comparable(first)
    if kind in SETS:
        return kind[0] == next(iter(second)) and comparable(second) in {
            comparable({kind[0]: one}) for one in inner
        }
    return kind == "L" and any(compare("=", one, second) for one in inner)


# paths


def path_parts(text: str) -> list:
    """Split ``a.b[0]`` into ["a", "b", 0]."""
    parts = re.findall(r"([^.\[\]]+)|\[(\d+)\]", text)
    return [name if name else int(place) for name, place in parts]


def at(item: dict, parts: list) -> dict | None:
    """Return the value at a path, or None."""
    value = {"M": item}
    for part in parts:
        inner = value.get("L" if isinstance(part, int) else "M")
        if inner is None:
            return None
        if isinstance(part, int):
            if part >= len(inner):
                return None
        elif part not in inner:
            return None
        value = inner[part]
    return value


def project(item: dict, paths: list[list]) -> dict:
    """Return ``item`` cut down to ``paths``; chosen list elements close up."""
    tree: dict = {}
    for path in paths:
        if at(item, path) is not None:
            node = tree
            for part in path:
                node = node.setdefault(part, {})
    return _cut({"M": item}, tree)["M"]


def _cut(value: dict, tree: dict) -> dict:
    if not tree:
        return value
    if "L" in value:
        return {"L": [_cut(value["L"][place], tree[place]) for place in sorted(tree)]}
    return {"M": {name: _cut(value["M"][name], below) for name, below in tree.items()}}
