"""RegexSerDe: the groups are the columns; a line that does not match is a row of NULLs.

https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
"""

import re
from functools import lru_cache

from dealab.sql import patterns
from dealab.sql.errors import ServiceError
from dealab.sql.readers.common import check_compression, from_text, header_lines, lines, scan
from dealab.sql.types import quote, text


def read(table, files, hive: bool, connection):
    """Return DuckDB's source and the columns."""
    pattern = table.settings.get("input.regex", "")
    blind = table.settings.get("input.regex.case.insensitive", "false").lower() == "true"
    return matched(table, files, hive, pattern, blind)


def matched(table, files, hive: bool, pattern: str, blind: bool = False):
    """Return source and columns of lines read by one regular expression (Java's)."""
    check_compression(files)
    written = patterns.java_classes(pattern)
    if blind:
        written = "(?i)" + written
    try:
        groups = re.compile(written).groups
    except re.error as problem:
        raise ServiceError("HIVE_CURSOR_ERROR", f"invalid input.regex: {problem}") from None
    if groups < len(table.columns):
        raise ServiceError(
            "HIVE_CURSOR_ERROR", "Number of matching groups doesn't match the number of columns"
        )
    header = header_lines(table)
    scans = [scan(file, header, "\n", "") for file in files]
    if patterns.beyond_re2(written) or may_be_absent(written):
        call = f"lab_py_groups(line, {text(written)}) AS matched"
        values = [f"matched[{at + 1}]" for at in range(groups)]
    else:
        labels = [f"g{at}" for at in range(groups)]
        listed = ", ".join(text(label) for label in labels)
        call = (
            f"CASE WHEN regexp_full_match(line, {text(written)}) "
            f"THEN regexp_extract(line, {text(written)}, [{listed}]) END AS matched"
        )
        values = [f"matched.{label}" for label in labels]
    source = lines(table, files, hive, scans, call)
    columns = [
        f"{from_text(value, kind)} AS {quote(name)}"
        for (name, kind), value in zip(table.columns, values, strict=False)
    ]
    return source, columns


def may_be_absent(pattern: str) -> bool:
    """Tell whether a group can take no part in a match: Java's group is NULL then, RE2's empty.

    That is a group under ``?``, ``*`` or ``{0,}``, or in one branch of several.
    """
    stack = [[False, False, False]]  # the group captures, holds groups, has branches
    at, size = 0, len(pattern)
    while at < size:
        char = pattern[at]
        if char == "\\":
            at += 2
            continue
        if char == "[":
            at = _behind_class(pattern, at)
            continue
        if char == "(":
            plain = pattern[at + 1 : at + 2] != "?" or pattern[at + 1 : at + 4] == "?P<"
            stack.append([plain, False, False])
        elif char == "|":
            stack[-1][2] = True
        elif char == ")" and len(stack) > 1:
            captures, holds, branches = stack.pop()
            absent = pattern[at + 1 : at + 2] in ("?", "*") or pattern[at + 1 : at + 3] == "{0"
            if (branches and holds) or (absent and (captures or holds)):
                return True
            stack[-1][1] |= captures or holds
        at += 1
    return stack[0][1] and stack[0][2]


def _behind_class(pattern: str, at: int) -> int:
    """Return the place behind a ``[...]`` that begins at ``at``."""
    at += 1
    if pattern[at : at + 1] == "^":
        at += 1
    at += 1  # a bracket that closes first is a character
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at + 1


@lru_cache(maxsize=64)
def _compiled(pattern: str):
    return re.compile(pattern)


def _groups(line: str, pattern: str):
    found = _compiled(pattern).fullmatch(line)
    return None if found is None else list(found.groups())


patterns.PYTHON["lab_py_groups"] = (_groups, ["VARCHAR", "VARCHAR"], "VARCHAR[]")
