"""What Athena's functions need from Python: DuckDB calls these by name.

A function answers NULL where an argument is NULL (``patterns.null_safe``). ``fail`` raises an error
of the service; ``engine.read_error`` reads code and message out of DuckDB's complaint.
"""

import re

from dealab.sql import patterns


def fail(code: str, message: str):
    """Raise an error that the engine reads as the service's own."""
    raise ValueError(f"'lab|{code}|{message}' to INT64")


def bad(message: str):
    fail("INVALID_FUNCTION_ARGUMENT", message)


# --- JSON -----------------------------------------------------------------------------


def _found(value, path, passing):
    """Return (items, what failed): one of the two is None."""
    from dealab.sql.athena import jsonpath

    try:
        return jsonpath.evaluate(value, path, jsonpath.load(passing)), None
    except jsonpath.PathError as problem:
        return None, str(problem)


def _path_failure(message: str):
    if message.startswith("conversion"):
        fail("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: malformed JSON")
    fail("PATH_EVALUATION_ERROR", f"path evaluation failed: {message}")


def _json_exists(value, path, passing, on_error):
    items, problem = _found(value, path, passing)
    if items is not None:
        return bool(items)
    if on_error == "ERROR":
        _path_failure(problem)
    return {"TRUE": True, "FALSE": False}.get(on_error)


def _json_query(value, path, passing, wrapper, quotes, empty, error):
    from dealab.sql.athena.jsonpath import dump

    def answer(word, code, message):
        if word == "ERROR":
            fail(code, message)
        return {"EMPTY ARRAY": "[]", "EMPTY OBJECT": "{}"}.get(word)

    items, problem = _found(value, path, passing)
    if items is None:
        if error == "ERROR":
            _path_failure(problem)
        return answer(error, "", "")
    if not items:
        return answer(
            empty,
            "JSON_OUTPUT_CONVERSION_ERROR",
            "conversion from JSON failed: JSON path found no items",
        )
    alone = len(items) == 1 and isinstance(items[0], (list, dict))
    if wrapper == "UNCONDITIONAL" or (wrapper == "CONDITIONAL" and not alone):
        return dump(items)
    if len(items) > 1:
        return answer(
            error,
            "JSON_OUTPUT_CONVERSION_ERROR",
            "conversion from JSON failed: JSON path found multiple items",
        )
    if quotes == "OMIT" and isinstance(items[0], str):
        return items[0]
    return dump(items[0])


def _json_value(value, path, passing):
    """Return v and a scalar's text, n for JSON null, e for nothing, x and what failed."""
    from dealab.sql.athena.jsonpath import dump

    items, problem = _found(value, path, passing)
    if items is None:
        return "x" + problem
    if not items:
        return "e"
    if len(items) > 1:
        return "xJSON path found multiple items"
    (item,) = items
    if item is None:
        return "n"
    if isinstance(item, (list, dict)):
        return "xJSON path found an item that cannot be converted to an SQL value"
    if isinstance(item, float):
        return "v" + patterns._float_text(item)
    return "v" + (item if isinstance(item, str) else dump(item))


def _json_follow(value, path):
    from dealab.sql.athena import jsonpath

    try:
        found, item = jsonpath.follow(value, path)
    except jsonpath.BadPath:
        bad(f"Invalid JSON path: '{path}'")
    return jsonpath.raw_dump(item) if found else None


def _json_parse(value):
    """Return JSON text as Trino's JSON type holds it: no blanks, keys sorted, doubles as Java's."""
    import json

    def write(item):
        if isinstance(item, dict):
            return (
                "{"
                + ",".join(
                    f"{json.dumps(key, ensure_ascii=False)}:{write(item[key])}"
                    for key in sorted(item)
                )
                + "}"
            )
        if isinstance(item, list):
            return "[" + ",".join(map(write, item)) + "]"
        if isinstance(item, float):
            return _java_double(item)
        return json.dumps(item, ensure_ascii=False)

    try:
        return write(json.loads(value, parse_constant=_refuse))
    except (ValueError, RecursionError):
        bad(f"Cannot convert value to JSON: '{value}'")


def _refuse(word):
    raise ValueError(word)


def _json_object(keys, values, nulls, unique):
    import json

    if None in keys:
        bad("null value passed for JSON object key to JSON_OBJECT function")
    if unique and len(set(keys)) < len(keys):
        bad("duplicate key passed to JSON_OBJECT function")
    return (
        "{"
        + ",".join(
            f"{json.dumps(key, ensure_ascii=False)}:{'null' if value is None else value}"
            for key, value in zip(keys, values, strict=True)
            if nulls or value is not None
        )
        + "}"
    )


_CODECS = {"UTF8": "utf-8", "UTF16": "utf-16-le", "UTF32": "utf-32-le"}


def _to_bytes(value, encoding):
    return value.encode(_CODECS[encoding])


def _from_bytes(value, encoding):
    return bytes(value).decode(_CODECS[encoding], errors="replace")


def _java_double(value):
    """Return a double as Java prints it: 100.0, 1.0E10."""
    from decimal import Decimal

    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value) if "e" not in repr(value) else format(Decimal(repr(value)), "f")
    return patterns._float_text(value)


def _java_real(value):
    """The same for a REAL: its shortest digits."""
    import struct

    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == struct.pack("f", value):
            return _java_double(short)
    return _java_double(value)


def _real_text(value):
    """Return a REAL as Trino casts it to varchar: 1.5E0."""
    import struct

    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == struct.pack("f", value):
            return patterns._float_text(short)
    return patterns._float_text(value)


# --- regular expressions whose pattern is not known before the query runs ----------------


def _pattern(written):
    try:
        return _compiled(written)
    except re.error as problem:
        bad(f"invalid regular expression: {problem}")


def _compiled(written):
    return re.compile(patterns.java_classes(written))


def _re_like(value, pattern):
    return _pattern(pattern).search(value) is not None


def _group(compiled, group):
    if not 0 <= group <= compiled.groups:
        bad(f"Pattern has {compiled.groups} groups. Cannot access group {group}")
    return group


def _re_extract(value, pattern, group):
    compiled = _pattern(pattern)
    found = compiled.search(value)
    group = _group(compiled, group)
    return found.group(group) if found else None


def _re_extract_all(value, pattern, group):
    compiled = _pattern(pattern)
    group = _group(compiled, group)
    return [found.group(group) for found in compiled.finditer(value)]


def _re_replace(value, pattern, replacement):
    compiled = _pattern(pattern)
    return compiled.sub(lambda found: _filled(compiled, found, replacement), value)


def _filled(compiled, found, replacement):
    """Fill Java's $1 and ${name}."""

    def one(mark):
        if mark[0][0] == "\\":
            return mark[0][1]
        name = mark[1] or mark[2]
        if not name:
            bad("Illegal replacement sequence: unknown group")
        key = int(name) if name.isdigit() else name
        while isinstance(key, int) and key > compiled.groups and key > 9:
            key //= 10
        try:
            return found[key] or ""
        except IndexError:
            bad(f"Illegal replacement sequence: unknown group {{ {name} }}")

    return re.sub(r"\\.|\$(?:(\d+)|\{(\w+)\})?", one, replacement, flags=re.DOTALL)


def _re_split(value, pattern):
    parts, last = [], 0
    for found in _pattern(pattern).finditer(value):
        parts.append(value[last : found.start()])
        last = found.end()
    return [*parts, value[last:]]


def _re_position(value, pattern, start, nth):
    if start < 1:
        bad(f"start position cannot be smaller than 1: {start}")
    if nth < 1:
        bad(f"occurrence cannot be smaller than 1: {nth}")
    for at, found in enumerate(_pattern(pattern).finditer(value, start - 1), 1):
        if at == nth:
            return found.start() + 1
    return -1


def _re_pieces(value, pattern):
    """Return the text cut at the matches: before, groups; before, groups; ... rest, no groups."""
    compiled = _pattern(pattern)
    pieces, last = [], 0
    for found in compiled.finditer(value):
        pieces.append({"before": value[last : found.start()], "groups": list(found.groups())})
        last = found.end()
    return [*pieces, {"before": value[last:], "groups": None}]


def _normalize(value, form):
    import unicodedata

    return unicodedata.normalize(form, value)


def _listagg(values, separator, filler, counted, most):
    """Join values; what does not fit in ``most`` bytes gives way to a filler and a count."""
    if not values:
        return None
    whole = separator.join(values)
    if len(whole.encode()) <= most:
        return whole
    kept, size = [], 0
    for value in values:
        size += len(value.encode()) + (len(separator.encode()) if kept else 0)
        if size > most:
            break
        kept.append(value)
    tail = filler + (f"({len(values) - len(kept)})" if counted else "")
    return separator.join([*kept, tail])


def _order(answers):
    """Return the places (from 1) in the order that a comparator's answers give."""
    from functools import cmp_to_key

    key = cmp_to_key(lambda one, two: answers[one - 1][two - 1])
    return sorted(range(1, len(answers) + 1), key=key)


def register(more: dict) -> None:
    """Make functions callable in DuckDB: name -> (function, parameter types, result type)."""
    patterns.PYTHON.update(more)


_T, _I = "VARCHAR", "BIGINT"
register(
    {
        "lab_py_json_exists": (_json_exists, [_T] * 4, "BOOLEAN"),
        "lab_py_json_query": (_json_query, [_T] * 7, _T),
        "lab_py_json_value": (_json_value, [_T] * 3, _T),
        "lab_py_json_follow": (_json_follow, [_T, _T], _T),
        "lab_py_json_parse": (_json_parse, [_T], _T),
        "lab_py_json_object": (_json_object, ["VARCHAR[]", "VARCHAR[]", "BOOLEAN", "BOOLEAN"], _T),
        "lab_py_to_bytes": (_to_bytes, [_T, _T], "BLOB"),
        "lab_py_from_bytes": (_from_bytes, ["BLOB", _T], _T),
        "lab_py_java_double": (_java_double, ["DOUBLE"], _T),
        "lab_py_java_real": (_java_real, ["FLOAT"], _T),
        "lab_py_real_text": (_real_text, ["FLOAT"], _T),
        "lab_py_normalize": (_normalize, [_T, _T], _T),
        "lab_py_listagg": (_listagg, ["VARCHAR[]", _T, _T, "BOOLEAN", _I], _T),
        "lab_py_order": (_order, ["INTEGER[][]"], "BIGINT[]"),
        "lab_py_re_like": (_re_like, [_T, _T], "BOOLEAN"),
        "lab_py_re_extract": (_re_extract, [_T, _T, _I], _T),
        "lab_py_re_extract_all": (_re_extract_all, [_T, _T, _I], "VARCHAR[]"),
        "lab_py_re_replace": (_re_replace, [_T, _T, _T], _T),
        "lab_py_re_split": (_re_split, [_T, _T], "VARCHAR[]"),
        "lab_py_re_position": (_re_position, [_T, _T, _I, _I], _I),
        "lab_py_re_pieces": (
            _re_pieces,
            [_T, _T],
            "STRUCT(before VARCHAR, groups VARCHAR[])[]",
        ),
    }
)
