"""SQL/JSON paths: reading them and running them over one JSON value.

The language: https://trino.io/docs/current/functions/json.html#json-path-language. A path answers a
sequence of items. JSON null is Python's None; a number with an exponent is a double (float), other
numbers are exact (int, Decimal).
"""

import json
import math
import re
from decimal import Decimal
from functools import lru_cache

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<text>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<variable>\$[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<mark>==|<>|!=|<=|>=|&&|\|\||\.\.|[-+*/%().\[\],?@$<>!=]))"
)
METHODS = ("type", "size", "double", "ceiling", "floor", "abs", "keyvalue")


class PathError(Exception):
    """The path fails on this value: what ON ERROR answers for."""


class BadPath(ValueError):
    """The text is no path."""


class Missing(ValueError):
    """The path uses a part of the language that the lab does not run."""


def load(text: str):
    """Read JSON. Raises PathError where it is malformed."""
    try:
        return json.loads(text, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise PathError("conversion to JSON failed") from None


def _refuse(word):
    raise ValueError(word)


def _number(digits: str):
    return float(digits) if "e" in digits.lower() else Decimal(digits)


def dump(item) -> str:
    """Return JSON text without blanks, numbers as they were written."""
    match item:
        case None:
            return "null"
        case bool():
            return "true" if item else "false"
        case str():
            return json.dumps(item, ensure_ascii=False)
        case Decimal():
            return format(item, "f")
        case dict():
            inside = (f"{json.dumps(k, ensure_ascii=False)}:{dump(v)}" for k, v in item.items())
            return "{" + ",".join(inside) + "}"
        case list():
            return "[" + ",".join(map(dump, item)) + "]"
    return repr(item)


@lru_cache(maxsize=256)
def read(path: str):
    """Return (mode, tree) of a path text. Raises BadPath or Missing."""
    found = re.match(r"\s*(lax|strict)\b(.*)", path, re.DOTALL)
    if not found:
        raise BadPath("mismatched input: a path begins with lax or strict")
    tokens, at, rest = [], 0, found[2].rstrip()
    while at < len(rest):
        token = _TOKEN.match(rest, at)
        if not token:
            raise BadPath(f"mismatched input '{rest[at:].strip()[:1]}'")
        tokens.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    reader = _Reader(tokens)
    tree = reader.sum()
    if reader.at < len(tokens):
        raise BadPath(f"mismatched input '{tokens[reader.at][1]}'")
    return found[1], tree


class _Reader:
    """A recursive descent over the tokens; every method returns a tuple (kind, parts...)."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place][1] if place < len(self.tokens) else ""

    def take(self, *marks) -> str:
        if self.peek() in marks and self.peek():
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def need(self, mark: str) -> None:
        if not self.take(mark):
            raise BadPath(f"mismatched input '{self.peek() or '<EOF>'}', expecting '{mark}'")

    def sum(self):
        left = self.product()
        while operator := self.take("+", "-"):
            left = ("binary", operator, left, self.product())
        return left

    def product(self):
        left = self.signed()
        while operator := self.take("*", "/", "%"):
            left = ("binary", operator, left, self.signed())
        return left

    def signed(self):
        sign = self.take("+", "-")
        return ("unary", sign, self.signed()) if sign else self.accessors(self.primary())

    def primary(self):
        if self.at >= len(self.tokens):
            raise BadPath("mismatched input '<EOF>'")
        kind, word = self.tokens[self.at]
        self.at += 1
        match kind, word:
            case "number", _:
                return ("literal", _number(word) if re.search(r"[.eE]", word) else int(word))
            case "text", _:
                return ("literal", json.loads(word))
            case "variable", _:
                return ("variable", word[1:])
            case "mark", "$":
                return ("root",)
            case "mark", "@":
                return ("current",)
            case "mark", "(":
                inner = self.sum()
                self.need(")")
                return inner
            case "word", "true" | "false" | "null":
                return ("literal", {"true": True, "false": False, "null": None}[word])
            case "word", "last":
                return ("last",)
        raise BadPath(f"mismatched input '{word}'")

    def accessors(self, base):
        while True:
            if self.take(".."):
                base = ("descendant", base, self.key())
            elif self.take("."):
                base = self.member(base)
            elif self.take("["):
                base = self.subscripts(base)
            elif self.take("?"):
                self.need("(")
                test = self.either()
                self.need(")")
                base = ("filter", base, test)
            else:
                return base

    def key(self) -> str:
        if self.at >= len(self.tokens):
            raise BadPath("mismatched input '<EOF>'")
        kind, word = self.tokens[self.at]
        if kind not in ("word", "text"):
            raise BadPath(f"mismatched input '{word}'")
        self.at += 1
        return json.loads(word) if kind == "text" else word

    def member(self, base):
        if self.take("*"):
            return ("members", base)
        quoted = self.at < len(self.tokens) and self.tokens[self.at][0] == "text"
        name = self.key()
        if quoted or self.peek() != "(":
            return ("member", base, name)
        self.need("(")
        if name == "datetime":
            raise Missing("datetime() in a JSON path")
        if name not in METHODS:
            raise BadPath(f"mismatched input '{name}'")
        self.need(")")
        return ("method", base, name)

    def subscripts(self, base):
        if self.take("*"):
            self.need("]")
            return ("elements", base)
        ranges = []
        while True:
            first = self.sum()
            ranges.append((first, self.sum() if self.take("to") else None))
            if not self.take(","):
                break
        self.need("]")
        return ("subscript", base, ranges)

    # --- predicates: each answers True, False or None (unknown)

    def either(self):
        left = self.both()
        while self.take("||"):
            left = ("or", left, self.both())
        return left

    def both(self):
        left = self.negated()
        while self.take("&&"):
            left = ("and", left, self.negated())
        return left

    def negated(self):
        return ("not", self.negated()) if self.take("!") else self.test()

    def test(self):
        if self.peek() == "exists" and self.peek(1) == "(":
            self.at += 2
            inner = self.sum()
            self.need(")")
            return ("exists", inner)
        if self.peek() == "(":
            start = self.at
            try:  # a predicate in parentheses, or a path that begins with one
                self.at += 1
                inner = self.either()
                self.need(")")
                if self.peek() == "is" and self.peek(1) == "unknown":
                    self.at += 2
                    return ("unknown", inner)
                if self.peek() in ("", ")", "&&", "||"):
                    return inner
            except BadPath:
                pass
            self.at = start
        left = self.sum()
        if operator := self.take("==", "<>", "!=", "<", ">", "<=", ">="):
            return ("compare", operator, left, self.sum())
        if self.take("starts"):
            self.need("with")
            return ("starts", left, self.primary())
        if self.peek() == "like_regex":
            raise Missing("like_regex in a JSON path")
        raise BadPath(f"mismatched input '{self.peek() or '<EOF>'}'")


class _Run:
    """One evaluation of a path."""

    def __init__(self, root, lax: bool, variables: dict):
        self.root, self.lax, self.variables = root, lax, variables

    def items(self, tree, current=None, last=None) -> list:
        match tree:
            case ("literal", value):
                return [value]
            case ("root",):
                return [self.root]
            case ("current",):
                return [current]
            case ("last",):
                if last is None:
                    raise PathError("last outside of an array accessor")
                return [last]
            case ("variable", name):
                return [self.variables[name]]
            case ("binary", operator, left, right):
                one, two = (self.single(side, current, last) for side in (left, right))
                return [_calculate(operator, one, two)]
            case ("unary", sign, inner):
                found = self.unwrapped(self.items(inner, current, last))
                return [-_as_number(item) if sign == "-" else _as_number(item) for item in found]
        base = self.items(tree[1], current, last)
        match tree[0]:
            case "member":
                return self.member(base, tree[2])
            case "members":
                found = []
                for item in self.unwrapped(base):
                    found += _object(item).values()
                return found
            case "descendant":
                return [hit for item in base for hit in _descend(item, tree[2])]
            case "elements":
                return [part for item in base for part in self.array(item)]
            case "subscript":
                return [part for item in base for part in self.pick(item, tree[2], current)]
            case "filter":
                return [i for i in self.unwrapped(base) if self.holds(tree[2], i, last) is True]
        return self.method(base, tree[2])

    def unwrapped(self, items: list) -> list:
        """In lax mode arrays give their elements where an operation wants no array."""
        if not self.lax:
            return items
        return [part for item in items for part in (item if isinstance(item, list) else [item])]

    def array(self, item) -> list:
        if isinstance(item, list):
            return item
        if self.lax:
            return [item]
        raise PathError("an array is expected")

    def single(self, tree, current, last):
        found = self.unwrapped(self.items(tree, current, last))
        if len(found) != 1:
            raise PathError("arithmetic needs single items")
        return _as_number(found[0])

    def member(self, base, name: str) -> list:
        found = []
        for item in self.unwrapped(base):
            if isinstance(item, dict) and name in item:
                found.append(item[name])
            elif not self.lax:
                raise PathError(f"no member {name}")
        return found

    def pick(self, item, ranges, current) -> list:
        held = self.array(item)
        last, found = len(held) - 1, []
        for first, second in ranges:
            begin = self.index(first, current, last)
            end = begin if second is None else self.index(second, current, last)
            if not self.lax and not 0 <= begin <= end <= last:
                raise PathError("no such element")
            found += held[max(begin, 0) : end + 1] if end >= 0 else []
        return found

    def index(self, tree, current, last) -> int:
        found = self.items(tree, current, last)
        if len(found) != 1:
            raise PathError("a subscript is one number")
        return int(_as_number(found[0]))

    def method(self, base, name: str) -> list:
        if name == "type":
            return [_type(item) for item in base]
        if name == "size":
            return [len(self.array(item)) for item in base]
        items = self.unwrapped(base)
        if name == "keyvalue":
            return [
                {"name": key, "value": value, "id": at}
                for at, item in enumerate(items)
                for key, value in _object(item).items()
            ]
        if name == "double":
            return [_double(item) for item in items]
        work = {"ceiling": math.ceil, "floor": math.floor, "abs": abs}[name]
        numbers = [_as_number(item) for item in items]
        return [type(n)(work(n)) if not isinstance(n, int) else work(n) for n in numbers]

    def holds(self, test, item, last) -> bool | None:
        match test:
            case ("or", left, right):
                one, two = self.holds(left, item, last), self.holds(right, item, last)
                return True if True in (one, two) else (None if None in (one, two) else False)
            case ("and", left, right):
                one, two = self.holds(left, item, last), self.holds(right, item, last)
                return False if False in (one, two) else (None if None in (one, two) else True)
            case ("not", inner):
                answer = self.holds(inner, item, last)
                return None if answer is None else not answer
            case ("unknown", inner):
                return self.holds(inner, item, last) is None
        try:
            if test[0] == "exists":
                return bool(self.items(test[1], item, last))
            if test[0] == "starts":
                values = self.unwrapped(self.items(test[1], item, last))
                (start,) = self.items(test[2], item, last)
                pairs = [(value, start) for value in values]
                return self.any_of(_starts, pairs)
            _, operator, left, right = test
            one = self.unwrapped(self.items(left, item, last))
            two = self.unwrapped(self.items(right, item, last))
        except (PathError, ValueError):
            return None
        pairs = [(a, b) for a in one for b in two]
        return self.any_of(lambda a, b: _compare(operator, a, b), pairs)

    def any_of(self, check, pairs) -> bool | None:
        seen, failed = False, False
        for pair in pairs:
            answer = check(*pair)
            if self.lax and answer is not False:
                return answer
            failed = failed or answer is None
            seen = seen or answer is True
        return None if failed else seen


def _object(item) -> dict:
    if not isinstance(item, dict):
        raise PathError("an object is expected")
    return item


def _descend(item, name: str):
    if isinstance(item, dict):
        if name in item:
            yield item[name]
        for part in item.values():
            yield from _descend(part, name)
    elif isinstance(item, list):
        for part in item:
            yield from _descend(part, name)


def _as_number(item):
    if isinstance(item, bool) or not isinstance(item, (int, float, Decimal)):
        raise PathError("a number is expected")
    return item


def _double(item) -> float:
    try:
        if isinstance(item, bool):
            raise ValueError(item)
        return float(item)
    except (ValueError, TypeError):
        raise PathError("no double") from None


def _type(item) -> str:
    names = {type(None): "null", bool: "boolean", str: "string", list: "array", dict: "object"}
    return names.get(type(item), "number")


def _starts(value, start) -> bool | None:
    both = isinstance(value, str) and isinstance(start, str)
    return value.startswith(start) if both else None


def _compare(operator: str, one, two) -> bool | None:
    if isinstance(one, (dict, list)) or isinstance(two, (dict, list)):
        return False if None in (one, two) else None
    if one is None or two is None:
        return operator in ("==",) and one is two
    if _type(one) != _type(two):
        return None
    match operator:
        case "==":
            return one == two
        case "<>" | "!=":
            return one != two
        case "<":
            return one < two
        case ">":
            return one > two
        case "<=":
            return one <= two
    return one >= two


def _calculate(operator: str, one, two):
    if isinstance(one, float) or isinstance(two, float):
        one, two = float(one), float(two)
    try:
        match operator:
            case "+":
                return one + two
            case "-":
                return one - two
            case "*":
                return one * two
            case "%":
                return type(one)(math.fmod(one, two)) if isinstance(one, int) else one % two
        if isinstance(one, int) and isinstance(two, int):
            whole = abs(one) // abs(two)
            return whole if (one < 0) == (two < 0) else -whole
        return one / two
    except (ZeroDivisionError, ArithmeticError):
        raise PathError("division by zero") from None


def evaluate(value: str, path: str, variables: dict) -> list:
    """Return the items that ``path`` finds in JSON text. Raises PathError."""
    mode, tree = read(path)
    try:
        return _Run(load(value), mode == "lax", variables).items(tree)
    except KeyError as problem:
        raise PathError(f"no value passed for {problem}") from None


def names_used(path: str) -> set[str]:
    """Return the names of the variables in a path."""

    def walk(tree):
        if isinstance(tree, (tuple, list)):
            if len(tree) == 2 and tree[0] == "variable" and isinstance(tree[1], str):
                yield tree[1]
            else:
                for part in tree:
                    yield from walk(part)

    return set(walk(read(path)[1]))


# --- the older functions' paths: json_extract and its like ----------------------------


@lru_cache(maxsize=256)
def steps(path: str) -> tuple[str, ...]:
    """Return the steps of a path of json_extract: names and indexes as text. Raises BadPath."""
    if not path.startswith("$"):
        raise BadPath(path)
    found, at = [], 1
    step = re.compile(r'\.([\w:]+)|\["((?:[^"\\]|\\["\\])*)"\]|\[(\w+)\]')
    while at < len(path):
        match = step.match(path, at)
        if not match:
            raise BadPath(path)
        quoted = match[2] is not None
        found.append(re.sub(r"\\(.)", r"\1", match[2]) if quoted else match[1] or match[3])
        at = match.end()
    return tuple(found)


class Raw(str):
    """A number as it was written."""


def follow(value: str, path: str):
    """Return (found, item) of a json_extract path; malformed JSON finds nothing."""
    wanted = steps(path)
    try:
        item = json.loads(value, parse_float=Raw, parse_int=Raw)
    except ValueError:
        return False, None
    for step in wanted:
        if isinstance(item, dict):
            if step not in item:
                return False, None
            item = item[step]
        elif isinstance(item, list):
            if not step.isdigit() or int(step) >= len(item):
                return False, None
            item = item[int(step)]
        else:
            return False, None
    return True, item


def raw_dump(item) -> str:
    """Return JSON text of what ``follow`` found."""
    if isinstance(item, Raw):
        return str(item)
    if isinstance(item, dict):
        return (
            "{"
            + ",".join(
                f"{json.dumps(k, ensure_ascii=False)}:{raw_dump(v)}" for k, v in item.items()
            )
            + "}"
        )
    if isinstance(item, list):
        return "[" + ",".join(map(raw_dump, item)) + "]"
    return dump(item)
