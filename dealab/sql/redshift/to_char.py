"""Redshift's TO_CHAR: datetime formats as DuckDB expressions."""

from dealab.sql import types
from dealab.sql.errors import LabLimit
from dealab.sql.redshift.registry import arguments, special
from dealab.sql.redshift.times import moment_of
from dealab.sql.scope import Value
from dealab.sql.types import (
    VARCHAR,
    text,
)

#: pattern -> DuckDB expression over {0}
_CHAR = (
    ("YYYY", "strftime({0}, '%Y')"),
    ("YYY", "right(strftime({0}, '%Y'), 3)"),
    ("YY", "strftime({0}, '%y')"),
    ("Y,YYY", "left(strftime({0}, '%Y'), 1) || ',' || right(strftime({0}, '%Y'), 3)"),
    ("IYYY", "strftime({0}, '%G')"),
    ("Y", "right(strftime({0}, '%Y'), 1)"),
    ("CC", "lpad(CAST(CAST(ceil(year({0}) / 100.0) AS INTEGER) AS VARCHAR), 2, '0')"),
    ("Q", "CAST(quarter({0}) AS VARCHAR)"),
    ("MM", "strftime({0}, '%m')"),
    ("DDD", "strftime({0}, '%j')"),
    ("DD", "strftime({0}, '%d')"),
    ("IW", "strftime({0}, '%V')"),
    ("WW", "lpad(CAST((dayofyear({0}) - 1) // 7 + 1 AS VARCHAR), 2, '0')"),
    ("W", "CAST((day({0}) - 1) // 7 + 1 AS VARCHAR)"),
    ("J", "CAST(CAST(julian({0}) AS BIGINT) AS VARCHAR)"),
    ("HH24", "strftime({0}, '%H')"),
    ("HH12", "strftime({0}, '%I')"),
    ("HH", "strftime({0}, '%I')"),
    ("MI", "strftime({0}, '%M')"),
    ("SS", "strftime({0}, '%S')"),
    ("MS", "strftime({0}, '%g')"),
    ("US", "strftime({0}, '%f')"),
    ("TZ", "'UTC'"),
    ("ID", "CAST(isodow({0}) AS VARCHAR)"),
    ("D", "CAST(dayofweek({0}) + 1 AS VARCHAR)"),
)


_ROMAN = "['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII']"
_NAMES = (
    ("MONTH", "upper(monthname({0}))", 9),
    ("Month", "monthname({0})", 9),
    ("month", "lower(monthname({0}))", 9),
    ("MON", "upper(strftime({0}, '%b'))", 0),
    ("Mon", "strftime({0}, '%b')", 0),
    ("mon", "lower(strftime({0}, '%b'))", 0),
    ("DAY", "upper(dayname({0}))", 9),
    ("Day", "dayname({0})", 9),
    ("day", "lower(dayname({0}))", 9),
    ("DY", "upper(strftime({0}, '%a'))", 0),
    ("Dy", "strftime({0}, '%a')", 0),
    ("dy", "lower(strftime({0}, '%a'))", 0),
    ("RM", "(" + _ROMAN + ")[month({0})]", 4),
    ("rm", "lower((" + _ROMAN + ")[month({0})])", 4),
    ("AM", "strftime({0}, '%p')", 0),
    ("PM", "strftime({0}, '%p')", 0),
    ("am", "lower(strftime({0}, '%p'))", 0),
    ("pm", "lower(strftime({0}, '%p'))", 0),
)


@special("to_char")
def to_char(binder, node, scope):
    value, pattern = arguments(binder, node, scope, 2)
    if not isinstance(pattern.literal, str):
        raise LabLimit("to_char with a format that is not a constant", "Redshift takes any format.")
    if value.type.name in types.NUMBERS:
        from dealab.sql.numbers import readable

        if not readable(pattern.literal):
            raise LabLimit(f"to_char with the format {pattern.literal}", "Redshift reads it.")
        return Value(
            f"lab_py_to_char(CAST({value.sql} AS VARCHAR), {text(pattern.literal)})", VARCHAR
        )
    if value.type.name in types.INTERVALS:
        raise LabLimit("to_char of an interval", "Redshift formats the interval.")
    if value.type.name == "super":
        value = binder.coerce(value, VARCHAR)
    if value.type.name == "time":
        value = Value(f"(DATE '1970-01-01' + {value.sql})", types.TIMESTAMP)
    moment = moment_of(binder, value, node)
    return Value(f"({char_pieces(moment.sql, pattern.literal)})", VARCHAR)


def char_pieces(sql: str, written: str) -> str:
    """Return the DuckDB expression for a datetime format, piece by piece."""
    pieces, plain, at, fill = [], "", 0, True

    def flush():
        nonlocal plain
        if plain:
            pieces.append(text(plain))
            plain = ""

    while at < len(written):
        if written[at] == '"':
            end = written.find('"', at + 1)
            end = len(written) if end < 0 else end
            plain += written[at + 1 : end]
            at = end + 1
            continue
        if written[at : at + 2].upper() == "FM":
            fill, at = False, at + 2
            continue
        for name, code, width in _NAMES:
            if written.startswith(name, at):
                flush()
                piece = code.format(sql)
                pieces.append(f"rpad({piece}, {width}, ' ')" if width and fill else piece)
                at += len(name)
                break
        else:
            for name, code in sorted(_CHAR, key=lambda entry: -len(entry[0])):
                if written[at : at + len(name)].upper() == name:
                    flush()
                    piece = f"({code.format(sql)})"
                    at += len(name)
                    suffix = written[at : at + 2]
                    if not fill:
                        piece = f"coalesce(nullif(ltrim({piece}, '0'), ''), '0')"
                    if suffix in ("th", "TH"):
                        piece = ordinal(piece, suffix)
                        at += 2
                    pieces.append(piece)
                    break
            else:
                plain += written[at]
                at += 1
    flush()
    return " || ".join(pieces) if pieces else "''"


def ordinal(piece: str, suffix: str) -> str:
    ending = (
        f"CASE WHEN CAST({piece} AS INTEGER) % 100 BETWEEN 11 AND 13 THEN 'th' "
        f"WHEN CAST({piece} AS INTEGER) % 10 = 1 THEN 'st' WHEN CAST({piece} AS INTEGER) % 10 = "
        f"2 THEN 'nd' "
        f"WHEN CAST({piece} AS INTEGER) % 10 = 3 THEN 'rd' ELSE 'th' END"
    )
    return f"({piece} || {ending if suffix == 'th' else f'upper({ending})'})"
