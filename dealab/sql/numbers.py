"""Numbers as text: Redshift's TO_CHAR(1234.5, '9,999.99') and Athena's format('%,.2f', 1234.5).

https://docs.aws.amazon.com/redshift/latest/dg/r_Numeric_formating.html and
https://trino.io/docs/current/functions/conversion.html (read 2026-11-23)
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation


def to_char(value: str, pattern: str) -> str:
    """Format a number (as text). Digits that do not fit become ``#``."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    fill = True
    shape = pattern
    if shape[:2].upper() == "FM":
        fill, shape = False, shape[2:]
    if shape.upper() == "RN":
        numeral = roman(int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP)))
        numeral = numeral.lower() if shape == "rn" else numeral
        return numeral.rjust(15) if fill else numeral
    prefix = "$" * len(re.match(r"[$Ll]*", shape)[0])
    body = shape[len(prefix) :]
    upper = body.upper()
    suffix = ""
    for ending in ("MI", "PR", "SG", "S", "PL", "TH"):
        if upper.endswith(ending):
            suffix, body = ending, body[: -len(ending)]
            break
    ordinal = body[:0]
    if suffix == "TH":
        ordinal = shape[-2:]
    if upper.startswith("S") and not upper.startswith("SG"):
        suffix, body = "LEADING", body[1:]
    whole, _, fraction = re.sub("[Dd]", ".", body).partition(".")
    places = len(re.findall("[09]", fraction))
    rounded = abs(number).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    digits, _, decimals = format(rounded, "f").partition(".")
    slots = re.findall(r"[09]", whole)
    negative = number < 0 and rounded != 0
    if len(digits.lstrip("0")) > len(slots):
        digits, decimals = "#" * len(slots), "#" * places
    text = _whole(digits, whole, fill)
    if places:
        text += "." + decimals
    if not fill and places:
        kept = fraction.rfind("0") + 1
        head, _, tail = text.partition(".")
        tail = tail[:kept] + tail[kept:].rstrip("0")
        text = f"{head}.{tail}" if tail else f"{head}."
    if ordinal and not places and not negative and "#" not in digits:
        ending = nth(int(digits or 0))
        text += ending.upper() if ordinal == "TH" else ending
    return _signed(text, negative, suffix, prefix, fill)


def nth(number: int) -> str:
    """Return the ending of an ordinal number: st, nd, rd, th."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def roman(number: int) -> str:
    """Return a Roman numeral; 15 ``#`` for a number that has none."""
    if not 1 <= number <= 3999:
        return "#" * 15
    steps = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    )
    made = ""
    for value, letters in steps:
        made += letters * (number // value)
        number %= value
    return made


def _whole(digits: str, shape: str, fill: bool) -> str:
    """Lay digits into a shape of 9, 0, comma and G, from the right."""
    digits = digits.lstrip("0")
    marks = [mark for mark in shape if mark in "90,gG"]
    first_zero = next((at for at, mark in enumerate(marks) if mark == "0"), len(marks))
    if not digits and first_zero == len(marks) and "." not in shape:
        digits = "0" if marks else ""
    out, left = [], list(digits)
    for at in range(len(marks) - 1, -1, -1):
        mark = marks[at]
        if mark in "90":
            if left:
                out.append(left.pop())
            else:
                out.append("0" if at >= first_zero else " ")
        else:
            out.append("," if left or at > first_zero else " ")
    text = "".join(reversed(out))
    return text if fill else text.lstrip()


def _signed(text: str, negative: bool, suffix: str, prefix: str, fill: bool) -> str:
    sign = "-" if negative else " "
    match suffix:
        case "MI":
            return prefix + text + (sign if fill or negative else "")
        case "PR":
            inner = text.lstrip()
            blank = " " * (len(text) - len(inner))
            return f"{blank}<{prefix}{inner}>" if negative else f"{blank} {prefix}{inner} "
        case "S" | "SG":
            return prefix + text + ("-" if negative else "+")
        case "LEADING":
            inner = text.lstrip()
            return " " * (len(text) - len(inner)) + ("-" if negative else "+") + prefix + inner
    inner = text.lstrip()
    blank = " " * (len(text) - len(inner))
    if not fill:
        return ("-" if negative else "") + prefix + inner
    return prefix + blank + sign + inner


_SPEC = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([tT][a-zA-Z]|[a-zA-Z%])")
#: Java's marks of dates as strftime's
_DATES = {
    "Y": "%Y", "y": "%y", "m": "%m", "d": "%d", "e": "%-d", "B": "%B", "b": "%b", "h": "%b",
    "A": "%A", "a": "%a", "j": "%j", "H": "%H", "I": "%I", "k": "%-H", "l": "%-I", "M": "%M",
    "S": "%S", "R": "%H:%M", "T": "%H:%M:%S", "D": "%m/%d/%y", "F": "%Y-%m-%d",
}  # fmt: skip


def conversions(pattern: str) -> list[tuple[int, str]] | None:
    """Return (index of the value, conversion) for each mark, or None if one is unknown."""
    found, at = [], 0
    if _SPEC.sub("", pattern).count("%"):
        return None
    for index, _, _, _, kind in _SPEC.findall(pattern):
        if kind in "%n":
            continue
        if kind[0] in "tT" and kind[1:] not in _DATES:
            return None
        if kind[0] not in "tT" and kind not in "sSdfeExXb":
            return None
        found.append((int(index) - 1 if index else at, kind))
        at += not index
    return found


def readable(pattern: str) -> bool:
    """Tell whether to_char knows every mark of a numeric format."""
    if pattern.upper().removeprefix("FM") == "RN":
        return True
    marks = re.sub(r"(?i)^FM|MI$|PR$|SG$|PL$|TH$|^S|S$", "", pattern)
    return not re.search(r"[^09.,dDgG$Ll ]", marks)


def java_format(pattern: str, values: list) -> str:
    """Format values (as text) by a pattern of Java's Formatter: %s %d %f %e %x %b and %%.

    Raises ValueError for a conversion that is not known or a value that does not fit it.
    """
    at = iter(range(len(values)))

    def fill(found):
        index, flags, width, places, kind = found.groups()
        if kind == "%":
            return "%"
        if kind == "n":
            return "\n"
        value = values[int(index) - 1 if index else next(at)]
        shown = _converted(value, flags, places, kind)
        if width:
            signed = shown[:1] if shown[:1] in "+-" and "0" in flags else ""
            if "0" in flags and kind != "s":
                shown = signed + shown[len(signed) :].rjust(int(width) - len(signed), "0")
            else:
                shown = shown.ljust(int(width)) if "-" in flags else shown.rjust(int(width))
        return shown

    return _SPEC.sub(fill, pattern)


#: how Java's Formatter writes a double that is no number
_NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def _converted(value, flags: str, places: str | None, kind: str) -> str:
    if value is None:
        return "null"
    comma = "," if "," in flags else ""
    sign = "+" if "+" in flags else ""
    if kind in "dfeE" and (words := _NOT_FINITE.get(value.lower().lstrip("+"))):
        return words
    if kind[0] in "tT":
        import datetime

        shown = datetime.datetime.fromisoformat(value.strip()).strftime(_DATES[kind[1]])
        return shown.upper() if kind[0] == "T" else shown
    match kind:
        case "s" | "S":
            cut = value[: int(places)] if places else value
            return cut.upper() if kind == "S" else cut
        case "d":
            return format(int(value), f"{sign}{comma}d")
        case "f":
            digits = int(places) if places else 6
            number = Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
            return format(number, f"{sign}{comma}f")
        case "e" | "E":
            return format(float(value), f"{sign}.{places or 6}{kind}")
        case "x" | "X":
            return format(int(value), kind)
        case "b":
            return value
    raise ValueError(f"unknown conversion %{kind}")
