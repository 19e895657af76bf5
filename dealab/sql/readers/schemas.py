"""Does a partition's own schema fit the table's?

https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html
"""

import datetime as dt
import re

from dealab.sql.types import FLOATS, INTEGERS, Type, hive_name

_ORDER = ("tinyint", "smallint", "integer", "bigint")


def mismatch(table, partition) -> str:
    """Return Athena's words for a partition whose types do not fit the table's, or "".

    Columnar formats are compared by name, text by position.
    """
    if partition.columns is None or partition.columns == table.columns:
        return ""
    by_name = "parquet" in table.serde.lower() or "orc" in table.serde.lower()
    if by_name:
        held = dict(partition.columns)
        pairs = [(c, (c[0], held[c[0]])) for c in table.columns if c[0] in held]
    else:
        pairs = list(zip(table.columns, partition.columns, strict=False))
    for (name, wanted), (other, kind) in pairs:
        if not fits(kind, wanted):
            shown = "/".join(
                f"{key}={value}"
                for (key, _), value in zip(table.keys, partition.values, strict=True)
            )
            return (
                "There is a mismatch between the table and partition schemas. The types are "
                f"incompatible and cannot be coerced. The column '{name}' in table "
                f"'{table.database}.{table.name}' is declared as type '{hive_name(wanted)}', but "
                f"partition '{shown}' declared column '{other}' as type '{hive_name(kind)}'."
            )
    return ""


def fits(kind: Type, wanted: Type) -> bool:
    """Tell whether values of a partition's type can be read as the table's type."""
    one, two = kind.name, wanted.name
    if one == two:
        if one in ("array", "map"):
            return all(fits(a, b) for a, b in zip(kind.args, wanted.args, strict=True))
        if one == "row":
            return all(
                fits(a, b) for (_, a), (_, b) in zip(kind.args[0], wanted.args[0], strict=False)
            )
        return True
    if one in ("varchar", "char"):
        return two in ("varchar", "char", *INTEGERS)
    if two in ("varchar", "char"):
        return one in (*INTEGERS, "decimal")
    if one in _ORDER and two in _ORDER:
        return _ORDER.index(one) < _ORDER.index(two)
    return one in (*FLOATS, "decimal") and two in (*FLOATS, "decimal")


def holds(kind: Type, value: str) -> bool:
    """Tell whether a partition's value holds the type of its key (a whole number, a date)."""
    if kind.name in INTEGERS:
        return re.fullmatch(r"[+-]?\d+", value) is not None
    try:
        dt.date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True
