r"""Regular expressions: Athena speaks Java's, Redshift POSIX and PCRE, DuckDB RE2.

What RE2 can do runs in DuckDB. Lookaround and back-references run through Python's ``re`` as a
DuckDB function. A pattern that only Java understands is refused by name.
"""

import re
from functools import cache, wraps

from dealab.sql import types
from dealab.sql.errors import LabLimit
from dealab.sql.scope import Value
from dealab.sql.types import BIGINT, BOOLEAN, VARCHAR, text

_BEYOND_RE2 = re.compile(r"\(\?<?[=!]|\(\?>|(?<!\\)(?:\\\\)*\\[1-9]|[*+?}]\+")
_OPTIONAL_GROUP = re.compile(r"\|[^)]*|\)[*?]|\)\{0")
_JAVA_CLASSES = {
    r"\p{Alpha}": "a-zA-Z", r"\p{Digit}": "0-9", r"\p{Alnum}": "a-zA-Z0-9", r"\p{Upper}": "A-Z",
    r"\p{Lower}": "a-z", r"\p{Punct}": "!-/:-@\\[-`{-~", r"\p{Space}": r"\s", r"\h": r" \t",
}  # fmt: skip


def beyond_re2(pattern: str) -> bool:
    """Tell whether a pattern needs lookaround, back-references or possessive quantifiers."""
    return bool(_BEYOND_RE2.search(pattern))


def java_classes(pattern: str) -> str:
    """Return the pattern with Java's own classes and named groups spelled out."""
    for name, inside in _JAVA_CLASSES.items():
        pattern = pattern.replace(f"[{name}]", f"[{inside}]").replace(name, f"[{inside}]")
    return re.sub(r"\(\?<([A-Za-z]\w*)>", r"(?P<\1>", pattern)


def translated(binder, node, pattern: str) -> str:
    """Return the pattern with Java's own classes spelled out; refuse what cannot be read."""
    pattern = java_classes(pattern)
    try:
        re.compile(pattern)
    except re.error as problem:
        raise binder.error(
            "INVALID_FUNCTION_ARGUMENT" if binder.service == "Athena" else "2201B",
            f"invalid regular expression: {problem}",
            node,
        ) from None
    return pattern


def backslash_groups(replacement: str) -> str:
    """Turn Java's ``$1`` into RE2's ``\\1`` and keep escaped dollars."""
    out, at = "", 0
    while at < len(replacement):
        mark = replacement[at]
        if mark == "\\" and at + 1 < len(replacement):
            following = replacement[at + 1]
            out += "\\\\" if following == "\\" else following
            at += 2
        elif mark == "$" and replacement[at + 1 : at + 2].isdigit():
            out += "\\" + replacement[at + 1]
            at += 2
        else:
            out += "\\\\" if mark == "\\" else mark
            at += 1
    return out


def java(binder, node, name: str, values: list[Value]) -> Value:
    """Bind one of Athena's regexp_ functions."""
    subject, pattern = values[0], values[1]
    if pattern.type.name == "null" or subject.type.name == "null":
        kind = {"regexp_like": BOOLEAN, "regexp_count": BIGINT, "regexp_position": BIGINT}.get(
            name, VARCHAR
        )
        if name in ("regexp_extract_all", "regexp_split"):
            kind = types.array(VARCHAR)
        return Value(f"CAST(NULL AS {types.duck_name(kind)})", kind)
    if not isinstance(pattern.literal, str):
        raise LabLimit(
            f"{name} with a pattern that is not a constant",
            "Trino compiles the pattern for each row.",
        )
    written = translated(binder, node, pattern.literal)
    python = beyond_re2(written)
    regex, sql = text(written), subject.sql
    group = values[2].sql if len(values) > 2 and name.startswith("regexp_extract") else "0"
    if name.startswith("regexp_extract"):
        group = check_group(binder, node, written, values)
        python = python or (group != "0" and bool(_OPTIONAL_GROUP.search(written)))
    match name:
        case "regexp_like":
            call = "lab_py_like({}, {})" if python else "regexp_matches({}, {})"
            return Value(call.format(sql, regex), BOOLEAN)
        case "regexp_extract":
            if python:
                return Value(f"lab_py_extract({sql}, {regex}, {group})", VARCHAR)
            return Value(
                f"CASE WHEN regexp_matches({sql}, {regex}) THEN regexp_extract({sql}, {regex}, "
                f"{group}) END",
                VARCHAR,
            )
        case "regexp_extract_all":
            call = "lab_py_extract_all({}, {}, {})" if python else "regexp_extract_all({}, {}, {})"
            return Value(call.format(sql, regex, group), types.array(VARCHAR))
        case "regexp_replace":
            if len(values) > 2 and not isinstance(values[2].literal, str):
                raise LabLimit(
                    "regexp_replace with a replacement that is not a constant",
                    "Trino takes any varchar.",
                )
            new = text(backslash_groups(values[2].literal)) if len(values) > 2 else "''"
            check_replacement(binder, node, written, new)
            if python:
                return Value(f"lab_py_replace({sql}, {regex}, {new})", VARCHAR)
            return Value(f"regexp_replace({sql}, {regex}, {new}, 'g')", VARCHAR)
        case "regexp_split":
            call = "lab_py_split({}, {})" if python else "regexp_split_to_array({}, {})"
            return Value(call.format(sql, regex), types.array(VARCHAR))
        case "regexp_count":
            call = (
                "len(lab_py_extract_all({0}, {1}, 0))"
                if python
                else "len(regexp_extract_all({0}, {1}))"
            )
            return Value(call.format(sql, regex), BIGINT)
    start = values[2].sql if len(values) > 2 else "1"
    nth = values[3].sql if len(values) > 3 else "1"
    return Value(
        f"lab_py_position({sql}, {regex}, CAST({start} AS BIGINT), CAST({nth} AS BIGINT))", BIGINT
    )


_POSIX_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "blank": r" \t", "xdigit": "0-9A-Fa-f", "word": r"\w", "cntrl": r"\x00-\x1f",
    "punct": r"!-/:-@\[-`{-~",
}  # fmt: skip


def posix(pattern: str) -> str:
    """Spell out the classes that POSIX names inside brackets: ``[[:digit:]]`` is ``[0-9]``."""
    for name, inside in _POSIX_CLASSES.items():
        pattern = pattern.replace(f"[:{name}:]", inside)
    return pattern


def redshift(binder, node, name: str, values: list[Value]) -> Value:
    """Bind one of Redshift's regexp_ functions: POSIX by default, PCRE with the parameter p.

    REGEXP_REPLACE(source, pattern [, replacement [, position [, parameters]]])
    REGEXP_SUBSTR(source, pattern [, position [, occurrence [, parameters [, group]]]])
    REGEXP_INSTR(source, pattern [, position [, occurrence [, option [, parameters]]]])
    REGEXP_COUNT(source, pattern [, position [, parameters]])
    """
    subject = binder.coerce(values[0], VARCHAR)
    if not isinstance(values[1].literal, str):
        raise LabLimit(
            f"{name} with a pattern that is not a constant", "Redshift takes any pattern."
        )
    after = {"regexp_replace": 3, "regexp_substr": 2, "regexp_instr": 2, "regexp_count": 2}[name]
    flags_at = {"regexp_replace": 4, "regexp_substr": 4, "regexp_instr": 5, "regexp_count": 3}[name]
    flags = values[flags_at].literal if len(values) > flags_at else ""
    if not isinstance(flags, str) or set(flags) - set("cipe"):
        raise binder.error("22023", f"invalid regular expression parameters: {flags}", node)
    written = translated(binder, node, posix(values[1].literal))
    if beyond_re2(written) and "p" not in flags and re.search(r"\(\?", written):
        raise binder.error(
            "XX000",
            f"Invalid preceding regular expression prior to repetition operator. The error "
            f"occurred "
            f"while parsing the regular expression: '{values[1].literal}'",
            node,
            hint="lookaround needs Perl-compatible expressions: give the parameter 'p'.",
        )
    if "i" in flags:
        written = f"(?i){written}"
    regex, sql = text(written), subject.sql
    for value in values[after:flags_at]:
        if value.type.name not in (*types.INTEGERS, "null"):
            raise binder.no_overload(name, node, values, node.expressions, [])
    start = values[after].sql if len(values) > after else "1"
    if name == "regexp_replace":
        new = values[2].literal if len(values) > 2 else ""
        if not isinstance(new, str):
            raise LabLimit(
                "regexp_replace with a replacement that is not a constant", "Redshift takes any."
            )
        new = text(backslash_groups(new) if "p" in flags else re.sub(r"\$(\d)", r"\\\1", new))
        check_replacement(binder, node, written, new)
        head, body = (
            ("''", sql)
            if start == "1"
            else (f"left({sql}, {start} - 1)", f"substr({sql}, {start})")
        )
        call = (
            f"lab_py_replace({body}, {regex}, {new})"
            if beyond_re2(written)
            else (f"regexp_replace({body}, {regex}, {new}, 'g')")
        )
        return Value(call if start == "1" else f"({head} || {call})", VARCHAR)
    if name == "regexp_count":
        return Value(
            f"CAST(len(lab_py_extract_all(substr({sql}, {start}), {regex}, 0)) AS INTEGER)",
            types.INTEGER,
        )
    nth = values[after + 1].sql if len(values) > after + 1 else "1"
    if name == "regexp_instr":
        option = values[4].sql if len(values) > 4 else "0"
        return Value(
            f"CAST(lab_py_instr({sql}, {regex}, CAST({start} AS BIGINT), CAST({nth} AS BIGINT), "
            f"CAST({option} AS BIGINT)) AS INTEGER)",
            types.INTEGER,
        )
    group = values[5].sql if len(values) > 5 else ("1" if "e" in flags else "0")
    found = f"lab_py_extract_all(substr({sql}, {start}), {regex}, {group})[{nth}]"
    return Value(f"CASE WHEN {sql} IS NOT NULL THEN coalesce({found}, '') END", VARCHAR)


def similar(pattern: str, escape: str) -> str:
    """Translate a SIMILAR TO pattern to a regular expression for a full match."""
    out, at, pattern = "", 0, posix(pattern)
    while at < len(pattern):
        mark = pattern[at]
        if mark == escape and at + 1 < len(pattern):
            out += re.escape(pattern[at + 1])
            at += 2
            continue
        if mark == "[":
            end = pattern.find("]", at + 2)
            if end > 0:
                out += pattern[at : end + 1]
                at = end + 1
                continue
        out += {"%": "(?s:.*)", "_": "(?s:.)"}.get(
            mark, mark if mark in "|*+?{}(),0123456789" else re.escape(mark)
        )
        at += 1
    return f"(?:{out})"


def check_replacement(binder, node, pattern: str, replacement: str) -> None:
    """Refuse a replacement that names a group which the pattern does not have."""
    groups = re.compile(pattern).groups
    for number in re.findall(r"(?<!\\)(?:\\\\)*\\(\d)", replacement):
        if int(number) > groups:
            raise binder.error(
                "INVALID_FUNCTION_ARGUMENT" if binder.service == "Athena" else "2201B",
                f"Illegal replacement sequence: unknown group {{ {number} }}",
                node,
            )


def check_group(binder, node, pattern: str, values) -> str:
    if len(values) < 3:
        return "0"
    wanted = values[2].literal
    if not isinstance(wanted, int) or isinstance(wanted, bool):
        raise LabLimit(
            f"{node.name.lower()} with a group that is not a constant", "Trino takes any number."
        )
    groups = re.compile(pattern).groups
    if wanted > groups:
        raise binder.error(
            "INVALID_FUNCTION_ARGUMENT",
            f"Pattern has {groups} groups. Cannot access group {wanted}",
            node,
        )
    return str(wanted)


# --- Python's side: what DuckDB calls -------------------------------------------------


@cache
def null_safe(function):
    """Return the function that answers NULL where an argument is NULL.

    Cached, because DuckDB keeps no reference to a native function: one that Python has freed
    would be called all the same.
    """

    @wraps(function)  # DuckDB counts the parameters
    def call(*values):
        return None if None in values else function(*values)

    return call


def _like(value, pattern):
    return re.search(pattern, value) is not None


def _extract(value, pattern, group):
    found = re.search(pattern, value)
    return found.group(group) if found else None


def _extract_all(value, pattern, group):
    return [found.group(group) for found in re.finditer(pattern, value)]


def _replace(value, pattern, replacement):
    return re.sub(pattern, replacement.replace(r"\0", r"\g<0>"), value)


def _replace_first(value, pattern, replacement):
    return re.sub(pattern, replacement.replace(r"\0", r"\g<0>"), value, count=1)


def _split(value, pattern):
    parts, last = [], 0
    for found in re.finditer(pattern, value):
        parts.append(value[last : found.start()])
        last = found.end()
    return [*parts, value[last:]]


def _position(value, pattern, start, nth):
    for at, found in enumerate(re.finditer(pattern, value[start - 1 :]), 1):
        if at == nth:
            return found.start() + start
    return -1


def _float_text(value):
    """Return a double as Trino casts it to varchar: 1.5E0."""
    from decimal import Decimal

    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    shown = "".join(map(str, digits))
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{exponent + len(shown) - 1}"


def _sha512(value):
    import hashlib

    return hashlib.sha512(value).hexdigest().upper()


def _crc32(value):
    import zlib

    return zlib.crc32(value)


def _format(pattern, values):
    from dealab.sql.numbers import java_format

    return java_format(pattern, values)


def _instr(value, pattern, start, nth, option):
    for at, found in enumerate(re.finditer(pattern, value[start - 1 :]), 1):
        if at == nth:
            return (found.end() if option == 1 else found.start()) + start
    return 0


def _to_char(value, pattern):
    from dealab.sql.numbers import to_char

    return to_char(value, pattern)


#: name in DuckDB -> (function, parameter types, result type)
PYTHON = {
    "lab_py_instr": (_instr, ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "BIGINT"], "BIGINT"),
    "lab_py_to_char": (_to_char, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    "lab_py_sha512": (_sha512, ["BLOB"], "VARCHAR"),
    "lab_py_crc32": (_crc32, ["BLOB"], "BIGINT"),
    "lab_py_format": (_format, ["VARCHAR", "VARCHAR[]"], "VARCHAR"),
    "lab_py_float_text": (_float_text, ["DOUBLE"], "VARCHAR"),
    "lab_py_like": (_like, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    "lab_py_extract": (_extract, ["VARCHAR", "VARCHAR", "INTEGER"], "VARCHAR"),
    "lab_py_extract_all": (_extract_all, ["VARCHAR", "VARCHAR", "INTEGER"], "VARCHAR[]"),
    "lab_py_replace": (_replace, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR"),
    "lab_py_replace_first": (_replace_first, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR"),
    "lab_py_split": (_split, ["VARCHAR", "VARCHAR"], "VARCHAR[]"),
    "lab_py_position": (_position, ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT"], "BIGINT"),
}
