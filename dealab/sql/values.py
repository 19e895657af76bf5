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
            pairs = value.items()
            if kind.args[0].name in ("row", "array", "map"):  # DuckDB's form for such keys
                pairs = zip(value["key"], value["value"], strict=True)
            return {
                _hashable(plain(key, kind.args[0])): plain(part, kind.args[1])
                for key, part in pairs
            }
        case "timestamptz":
            return _zoned(value, kind.args[1])
        case "uuid":
            return str(value)
    return value


def _hashable(key):
    if isinstance(key, dict):
        return tuple(_hashable(part) for part in key.values())
    return tuple(map(_hashable, key)) if isinstance(key, list) else key


def _zoned(value, zone: str):
    if isinstance(value, str):  # beyond Python's years
        return value
    if zone == "UTC":
        return value.astimezone(datetime.UTC)
    if zone[0] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[4:6])
        away = datetime.timedelta(minutes=-minutes if zone[0] == "-" else minutes)
        return value.astimezone(datetime.timezone(away))
    import zoneinfo

    return value.astimezone(zoneinfo.ZoneInfo(zone))
