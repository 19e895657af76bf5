"""DuckDB's Python values as the plain values that a Result promises."""

import datetime

_NESTED = ("row", "array", "map", "timestamptz", "interval_day", "interval_month", "uuid")


def plain_rows(rows, kinds) -> list[tuple]:
    """Return rows of plain Python values; rows (STRUCT) become dicts under the service's names."""
    touched = [at for at, kind in enumerate(kinds) if _touched(kind)]
    if not touched:
        return rows
    result = []
    for row in rows:
        cells = list(row)
        for at in touched:
            cells[at] = plain(cells[at], kinds[at])
        result.append(tuple(cells))
    return result


def _touched(kind) -> bool:
    return kind.name in _NESTED


def plain(value, kind):
    if value is None:
        return None
    match kind.name:
        case "row":
            names = [name if name else f"field{at}" for at, (name, _) in enumerate(kind.args[0])]
            held = list(value.values()) if isinstance(value, dict) else list(value)
            return {
                name: plain(part, of)
                for name, part, (_, of) in zip(names, held, kind.args[0], strict=True)
            }
        case "array":
            return [plain(part, kind.args[0]) for part in value]
        case "map":
            return {
                _hashable(plain(key, kind.args[0])): plain(part, kind.args[1])
                for key, part in value.items()
            }
        case "timestamptz":
            return _zoned(value, kind.args[1])
        case "uuid":
            return str(value)
    return value


def _hashable(key):
    return tuple(key) if isinstance(key, list) else key


def _zoned(value, zone: str):
    if isinstance(value, str):  # beyond Python's years
        return value
    if zone == "UTC":
        return value.astimezone(datetime.UTC)
    import zoneinfo

    return value.astimezone(zoneinfo.ZoneInfo(zone))
