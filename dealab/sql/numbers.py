"""Redshift's numeric formats: TO_CHAR(1234.5, '9,999.99').

https://docs.aws.amazon.com/redshift/latest/dg/r_Numeric_formating.html (read 2026-11-23)
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
    prefix = re.match(r"[$L]*", shape)[0]
    body = shape[len(prefix) :]
    upper = body.upper()
    suffix = ""
    for ending in ("MI", "PR", "SG", "S", "PL", "TH"):
        if upper.endswith(ending):
            suffix, body = ending, body[: -len(ending)]
            break
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
    return _signed(text, negative, suffix, prefix, fill)


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
    return blank + sign + prefix + inner
