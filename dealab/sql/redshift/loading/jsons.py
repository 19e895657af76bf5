"""JSON files: objects or arrays one after the other, their parts put into columns.

https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-json.html
https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html#copy-json
"""

import json
import re

from dealab.sql.errors import ServiceError
from dealab.sql.redshift.loading import files
from dealab.sql.redshift.loading.records import Bad, Records

_SPACE = re.compile(r"[ \t\r\n]*")
MAX_OBJECT = 4 * 1024**2


class Unnamed(Exception):
    """An array where an object with names is wanted."""


class _Number(str):
    """A number as it was written."""


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)


def read(content: str, at: int, options, records: Records, pick) -> None:
    """Add the rows of one file. ``pick(value)`` returns the fields of one object or array."""
    header = options.header
    start = 0
    for _ in range(header):
        found = content.find("\n", start)
        start = len(content) if found < 0 else found + 1
    line, counted = header + 1, start
    end = len(content)
    here = start
    records.lines[at] = content.count("\n") + (0 if content.endswith("\n") or not content else 1)
    while True:
        here = _SPACE.match(content, here).end()
        if here >= end:
            return
        if content[here] not in "{[":
            stop = _next(content, here)
            line, counted = line + content.count("\n", counted, here), here
            records.bad.append(
                Bad(at, line, _line_at(content, here), None, 1216, _unexpected(content, here))
            )
            here = stop
            continue
        try:
            value, stop = _DECODER.raw_decode(content, here)
        except ValueError as problem:
            where = getattr(problem, "pos", here)
            stop = _next(content, content.find("\n", where) if "\n" in content[where:] else end)
            line, counted = line + content.count("\n", counted, where), where
            records.bad.append(
                Bad(at, line, content[here:where], None, 1216, _unexpected(content, where))
            )
            here = stop
            continue
        line, counted = line + content.count("\n", counted, stop), stop
        raw = content[here:stop]
        if len(raw) > MAX_OBJECT and len(raw.encode("utf-8", "replace")) > MAX_OBJECT:
            reason = "JSON object size exceeds the maximum of 4194304 bytes"
            records.bad.append(Bad(at, line, raw, None, 1216, reason))
        else:
            try:
                records.add(at, line, raw, pick(value, raw))
            except Unnamed:
                reason = "Invalid JSON format: an array has no names; use a JSONPaths file"
                records.bad.append(Bad(at, line, raw, None, 1216, reason))
            except IndexError:
                reason = "Invalid JSONPath format: Not an array or index out of range."
                records.bad.append(Bad(at, line, raw, None, 1216, reason))
        here = stop


def _next(content: str, here: int) -> int:
    """Return where the next object or array may begin."""
    if here < 0:
        return len(content)
    found = re.compile(r"[{\[]").search(content, here)
    return found.start() if found else len(content)


def _line_at(content: str, here: int) -> str:
    begin = content.rfind("\n", 0, here) + 1
    stop = content.find("\n", here)
    return content[begin : stop if stop >= 0 else len(content)]


def _unexpected(content: str, here: int) -> str:
    shown = content[here : here + 1] or "EOF"
    return f"Invalid JSON format: unexpected character '{shown}'"


def shown(value, for_json: bool):
    """Return the text of a JSON value as COPY loads it into a column; None for null."""
    if for_json:
        return _dump(value)
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _dump(value)


def _dump(value) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_dump(v)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(_dump(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


# --- which part goes to which column --------------------------------------------------------


def picker(lake, options, columns):
    """Return ``pick(value, raw)``: the fields of an object or array for these columns."""
    supers = [column.type.name == "super" for column in columns]
    if options.json == "noshred":
        if len(columns) != 1 or not supers[0]:
            raise ServiceError(
                "0A000", "JSON 'noshred' COPY requires a table with a single SUPER column"
            )
        return lambda value, raw: [shown(value, True)]
    if options.json in ("auto", "auto ignorecase"):
        return _by_name(columns, supers, options.json != "auto")
    paths = json_paths(lake, options.json)
    if paths is None:
        return _by_name(columns, supers, False)
    if len(paths) != len(columns):
        raise ServiceError(
            "42601",
            "Number of jsonpaths and the number of columns should match. JSONPath size: "
            f"{len(paths)}, Number of columns in table or column list: {len(columns)}",
        )

    def pick(value, raw):
        return [
            shown(found, is_super) if found is not None or not is_super else None
            for found, is_super in zip((walk(value, p) for p in paths), supers, strict=True)
        ]

    return pick


def _by_name(columns, supers, ignore_case: bool):
    names = [column.name for column in columns]
    pairs = list(zip(names, supers, strict=True))

    def pick(value, raw):
        if not isinstance(value, dict):  # only a JSONPaths file says what its elements are
            raise Unnamed
        if ignore_case:
            value = {key.lower(): held for key, held in reversed(value.items())}
        return [
            shown(value[name], is_super) if value.get(name) is not None else None
            for name, is_super in pairs
        ]

    return pick


def json_paths(lake, location: str):
    """Return the paths of a JSONPaths file, or None where it has none ('auto' counts then)."""
    if not location.startswith("s3://"):
        raise ServiceError(
            "22023",
            f"Invalid JSON option '{location}'",
            hint="it is 'auto', 'auto ignorecase', 'noshred', or the s3:// address of a file.",
        )
    try:
        content = lake.read(location).decode("utf-8")
    except FileNotFoundError:
        raise files.no_prefix(location) from None
    try:
        held = json.loads(content)
    except ValueError:
        raise bad_paths("the JSON is malformed") from None
    if not isinstance(held, dict):
        raise bad_paths("the file must hold one JSON object")
    if "jsonpaths" not in held:
        return None
    listed = held["jsonpaths"]
    if not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
        raise bad_paths("'jsonpaths' must be an array of non-empty strings")
    dotted = any(re.search(r"\$\.|\]\.", one) for one in listed)
    bracketed = any("['" in one for one in listed)
    if dotted and bracketed:
        raise bad_paths("bracket notation and dot notation are mixed")
    return [path_steps(one) for one in listed]


def bad_paths(why: str) -> ServiceError:
    return ServiceError("XX000", f"Invalid JSONPath format: {why}")


def path_steps(path: str) -> list:
    """Return the steps of a path: names (text) and indexes (int)."""
    whole = path.strip()
    if not whole.startswith("$"):
        raise bad_paths(f"{path} does not begin with $")
    steps: list = []
    at = 1
    pattern = re.compile(r"\.([^.\[\]'*]+)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(\d+)\]")
    while at < len(whole):
        found = pattern.match(whole, at)
        if found is None:
            raise bad_paths(path)
        index = found[4]
        steps.append(
            int(index) if index is not None else next(g for g in found.groups() if g is not None)
        )
        at = found.end()
    return steps


def walk(value, steps: list):
    """Follow a path. A missing name is None; a missing element of an array raises IndexError."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(value, list):
                raise IndexError
            value = value[step]
        else:
            if not isinstance(value, dict):
                return None
            value = value.get(step)
    return value
