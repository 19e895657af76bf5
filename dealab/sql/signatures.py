"""Function tables as text (``tables/*.txt``), and the choice of an overload.

A row of a table reads

    strpos(varchar, varchar) -> bigint = instr({0}, {1})

Left of ``=`` stands what the service documents, right of it the DuckDB expression. In a signature a
single capital letter is a type variable, ``...`` repeats the last parameter, ``(T) -> U`` is a
lambda, ``any`` and ``number`` match every (numeric) type. In an expression ``{0}`` is an argument,
``{*}`` all of them, ``{|}`` all joined by ``||``,
``{>1}`` those from the second on, ``{t}`` DuckDB's name of the result type.
Aggregates carry three marks: ``{d}`` DISTINCT, ``{o}`` ORDER BY, ``{f}`` FILTER and OVER.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from dealab.sql import types
from dealab.sql.types import Type

_WORDS = {
    "boolean": types.BOOLEAN,
    "tinyint": types.TINYINT,
    "smallint": types.SMALLINT,
    "integer": types.INTEGER,
    "bigint": types.BIGINT,
    "real": types.REAL,
    "double": types.DOUBLE,
    "varchar": types.VARCHAR,
    "varbinary": types.VARBINARY,
    "date": types.DATE,
    "time": types.TIME,
    "timestamp": types.TIMESTAMP,
    "timestamptz": types.TIMESTAMPTZ,
    "interval_day": types.INTERVAL_DAY,
    "interval_month": types.INTERVAL_MONTH,
    "json": types.JSON,
    "super": types.SUPER,
    "uuid": types.UUID,
    "ipaddress": types.IPADDRESS,
}
_TOKEN = re.compile(r"\s*(->|\.\.\.|[A-Za-z_]+\d*|\d+|[(),])")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A type in a signature: a known type, a variable, or a constructor over patterns."""

    kind: str  # type | variable | array | map | lambda | any | number | decimal | row
    type: Type | None = None
    name: str = ""
    parts: tuple = ()


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    parameters: tuple[Pattern, ...]
    variadic: bool
    result: Pattern
    template: str
    text: str


def _read(tokens: list[str]) -> Pattern:
    word = tokens.pop(0)
    if word == "(":  # a lambda
        parts = []
        while tokens[0] != ")":
            parts.append(_read(tokens))
            if tokens[0] == ",":
                tokens.pop(0)
        tokens.pop(0)
        assert tokens.pop(0) == "->"
        return Pattern("lambda", parts=(*parts, _read(tokens)))
    if word in ("array", "map"):
        tokens.pop(0)
        parts = [_read(tokens)]
        while tokens[0] == ",":
            tokens.pop(0)
            parts.append(_read(tokens))
        tokens.pop(0)
        return Pattern(word, parts=tuple(parts))
    if word == "decimal" and tokens[:1] == ["("]:
        tokens.pop(0)
        precision = int(tokens.pop(0))
        tokens.pop(0)
        scale = int(tokens.pop(0))
        tokens.pop(0)
        return Pattern("type", types.decimal(precision, scale))
    if word in ("any", "number", "decimal", "row"):
        return Pattern(word)
    if len(word) == 1 and word.isupper():
        return Pattern("variable", name=word)
    return Pattern("type", _WORDS[word])


@lru_cache(maxsize=4096)
def read_signature(line: str) -> Signature:
    head, template = line.split(" = ", 1)
    name = head[: head.index("(")].strip()
    tokens = _TOKEN.findall(head[head.index("(") + 1 :])
    parameters, variadic = [], False
    while tokens[0] != ")":
        parameters.append(_read(tokens))
        if tokens[0] == "...":
            variadic = True
            tokens.pop(0)
        if tokens[0] == ",":
            tokens.pop(0)
    tokens.pop(0)
    assert tokens.pop(0) == "->", line
    result = _read(tokens)
    return Signature(name, tuple(parameters), variadic, result, template.strip(), head.strip())


@dataclass(frozen=True)
class Functions:
    """A service's functions: lines of the table by name, and what is refused by name.

    ``refused`` and ``statements`` hold what the service does, and a line for the exam.
    """

    scalar: dict[str, list[str]]
    aggregate: dict[str, list[str]]
    window: dict[str, list[str]]
    refused: dict[str, tuple[str, str]]
    statements: dict[str, tuple[str, str]]


@cache
def functions(service: str) -> Functions:
    """Read ``tables/<service>.txt``. Lines become signatures only when their function is called."""
    from dealab.sql.macros import resource

    found: dict[str, dict] = {
        kind: {} for kind in ("scalar", "aggregate", "window", "refused", "statements")
    }
    section: dict = {}
    for line in resource(f"{service}.txt").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = found[line.strip("[]")]
        elif section is found["statements"]:
            word, does, exam = (part.strip() for part in line.split("|"))
            section[word] = (does, exam)
        elif section is found["refused"]:
            does, exam, names = (part.strip() for part in line.split("|"))
            section.update((name.strip(), (does, exam)) for name in names.split(","))
        else:
            section.setdefault(line[: line.index("(")].strip(), []).append(line)
    return Functions(**found)


def substitute(pattern: Pattern, bound: dict) -> Type | None:
    """Return the type that a pattern stands for, or None while a variable is open."""
    match pattern.kind:
        case "type":
            return pattern.type
        case "variable":
            return bound.get(pattern.name)
        case "array":
            element = substitute(pattern.parts[0], bound)
            return None if element is None else types.array(element)
        case "map":
            key, value = (substitute(part, bound) for part in pattern.parts)
            return None if key is None or value is None else types.map_of(key, value)
    return None


def match(pattern: Pattern, kind: Type, bound: dict, rules) -> int | None:
    """Return the cost of using a value of ``kind`` for ``pattern`` (0: as is), or None.

    Binds type variables in ``bound``. ``rules`` gives ``coercion_cost`` and ``common_type``.
    """
    match pattern.kind:
        case "any":
            return 0
        case "number":
            return 0 if kind.name in types.NUMBERS or kind.name == "null" else None
        case "decimal" | "row":
            return 0 if kind.name in (pattern.kind, "null") else None
        case "type":
            if kind.name == pattern.type.name and kind.name in ("varchar", "timestamp", "time"):
                return 0
            return rules.coercion_cost(kind, pattern.type)
        case "variable":
            known = bound.get(pattern.name)
            if known is None or known.name == "null":
                bound[pattern.name] = kind
                return 0
            common = rules.common_type(known, kind)
            if common is None:
                return None
            bound[pattern.name] = common
            return 0 if common == known == kind else 1
        case "array" | "map":
            if kind.name == "null":
                for part in pattern.parts:
                    if part.kind == "variable":
                        bound.setdefault(part.name, types.NULL)
                return 1
            if kind.name != pattern.kind:
                return None
            costs = [
                match(p, k, bound, rules) for p, k in zip(pattern.parts, kind.args, strict=True)
            ]
            return None if None in costs else sum(costs)
    return None


def expand(template: str, arguments: list[str], result: str, marks: dict | None = None) -> str:
    """Fill a row's expression."""
    marks = marks or {}

    def fill(found):
        key = found[1]
        if key.isdigit():
            return arguments[int(key)]
        if key == "*":
            return ", ".join(arguments)
        if key == "|":
            return " || ".join(arguments)
        if key[0] == ">":
            return ", ".join(arguments[int(key[1:]) :])
        if key == "t":
            return result
        return marks.get(key, "")

    return re.sub(r"\{(\d+|\*|\||>\d+|t|d|o|f)\}", fill, template)
