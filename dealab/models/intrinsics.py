"""JSONPath and the intrinsic functions of Step Functions (``States.Format(...)`` and the others).

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
(checked 2026-11-23: ten functions in a field; not: the second page, what each function does with
odd arguments, and the limits of 1,000 items and 10,000 characters).
Left out: JSONPath's own functions such as ``length()`` and ``min()``.
"""

import base64
import functools
import hashlib
import json
import random
import re
import uuid

TOKEN = re.compile(
    r"\s*(?:(?P<call>States\.\w+)\s*\(|(?P<string>'(?:\\.|[^'\\])*')|(?P<path>\$[^,()]*(?:\([^()]*\)"
    r"[^,()]*)*)|(?P<word>null|true|false)|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<end>[,)]))"
)
NESTED = 10  # functions in one field; the service calls them nested: its example of nine has a
# depth of five
INDEFINITE = re.compile(r"\.\.|\*|\[\?|\[[^\]'\"]*[:,]")


class IntrinsicError(Exception):
    """A function got what it cannot work with."""


class NoSuchPath(Exception):
    """A path leads to nothing."""


def at_path(path: str, data):
    """Return what a JSONPath selects: a value, or a list for a path that may select several.

    Raises NoSuchPath when a path to one value leads to nothing, ValueError when it is no JSONPath.
    """
    found = [match.value for match in _parsed(path).find(data)]
    if INDEFINITE.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", path) if "[?" not in path else path):
        return found
    if not found:
        raise NoSuchPath(path)
    return found[0]


@functools.lru_cache(maxsize=512)
def _parsed(path: str):
    from jsonpath_ng.ext import parse

    try:
        return parse(path)
    except Exception as error:
        raise ValueError(f"{path} is not a JSONPath: {error}") from error


def evaluate(call: str, value_of, seed=None):
    """Return what ``call`` gives. ``value_of(path)`` looks a path up; ``seed`` makes chance sure.

    Raises IntrinsicError for a wrong call and whatever ``value_of`` raises.
    """
    if count(call) > NESTED:
        raise IntrinsicError(f"More than {NESTED} functions in one field: {call}")
    value, end = _read(call, 0, value_of, random.Random(seed))
    if call[end:].strip():
        raise IntrinsicError(f"Invalid function call: {call}")
    return value


def count(call: str) -> int:
    """Return how many functions stand in a call, each within or beside the others."""
    return len(re.findall(r"(?<!')States\.\w+\s*\(", re.sub(r"'(?:\\.|[^'\\])*'", "''", call)))


def _read(text: str, at: int, value_of, chance):
    """Read one value that starts at ``at``; return it and where it ended."""
    token = TOKEN.match(text, at)
    if not token or token["end"]:
        raise IntrinsicError(f"Invalid function call: {text}")
    at = token.end()
    if token["string"] is not None:
        return re.sub(r"\\(.)", r"\1", token["string"][1:-1], flags=re.DOTALL), at
    if token["path"]:
        return value_of(token["path"].strip()), at
    if token["word"] or token["number"]:
        return json.loads(token["word"] or token["number"]), at
    name, given = token["call"].removeprefix("States."), []
    if (close := re.compile(r"\s*\)").match(text, at)) is not None:
        return _call(name, given, chance), close.end()
    while True:
        value, at = _read(text, at, value_of, chance)
        given.append(value)
        token = TOKEN.match(text, at)
        if not token or not token["end"]:
            raise IntrinsicError(f"Invalid function call: {text}")
        at = token.end()
        if token["end"] == ")":
            return _call(name, given, chance), at


def _call(name: str, given: list, chance):
    if name == "UUID" and not given:
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))
    if name == "MathRandom" and len(given) in (2, 3):
        low, high, *seed = given
        if not (_whole(low) and _whole(high) and low < high):
            raise IntrinsicError("Invalid arguments in States.MathRandom")
        return (random.Random(seed[0]) if seed else chance).randrange(int(low), int(high))
    function = FUNCTIONS.get(name)
    if function is None:
        raise IntrinsicError(f"Invalid function: States.{name}")
    try:
        return function(*given)
    except IntrinsicError:
        raise
    except Exception as error:
        raise IntrinsicError(f"Invalid arguments in States.{name}: {error}") from error


def _need(right: bool, why: str) -> None:
    if not right:
        raise ValueError(why)


def _whole(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)


def _format(template, *values):
    parts = re.split(r"(?<!\\)\{\}", template)
    _need(len(parts) == len(values) + 1, "as many {} as values are needed")
    _need(not any(isinstance(v, dict | list) for v in values), "objects and arrays have no text")
    texts = [v if isinstance(v, str) else json.dumps(v) for v in values]
    filled = "".join(part + text for part, text in zip(parts, [*texts, ""], strict=True))
    return filled.replace("\\{", "{").replace("\\}", "}")


def _partition(items, size):
    _need(isinstance(items, list) and _whole(size) and size > 0, "an array and a positive size")
    return [items[at : at + int(size)] for at in range(0, len(items), int(size))]


def _range(first, last, step):
    _need(
        all(map(_whole, (first, last, step))) and step != 0, "whole numbers; a step that is not 0"
    )
    numbers = list(range(int(first), int(last) + (1 if step > 0 else -1), int(step)))
    _need(len(numbers) <= 1000, "at most 1000 items")
    return numbers


def _item(items, index):
    _need(isinstance(items, list) and _whole(index) and 0 <= index < len(items), "no such item")
    return items[int(index)]


def _unique(items):
    seen: dict = {}
    for item in items:
        seen.setdefault(json.dumps(item, sort_keys=True), item)
    return list(seen.values())


def _merge(first, second, deep):
    _need(deep is False, "only the shallow merge (false) is supported by the service")
    _need(isinstance(first, dict) and isinstance(second, dict), "two objects")
    return {**first, **second}


def _hash(value, algorithm):
    _need(algorithm in ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"), "unknown algorithm")
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return hashlib.new(algorithm.replace("-", "").lower(), text.encode()).hexdigest()


def _base64(text, back=False):
    _need(isinstance(text, str) and len(text) <= 10_000, "a string of at most 10,000 characters")
    return (
        base64.b64decode(text, validate=True).decode()
        if back
        else base64.b64encode(text.encode()).decode()
    )


def _add(first, second):
    _need(_whole(first) and _whole(second), "whole numbers")
    return int(first) + int(second)


def _list_length(items):
    _need(isinstance(items, list), "an array")
    return len(items)


FUNCTIONS = {
    "Format": _format,
    "StringToJson": json.loads,
    "JsonToString": lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False),
    "Array": lambda *items: list(items),
    "ArrayPartition": _partition,
    "ArrayContains": lambda items, item: _list_length(items) > 0 and item in items,
    "ArrayRange": _range,
    "ArrayGetItem": _item,
    "ArrayLength": _list_length,
    "ArrayUnique": _unique,
    "Base64Encode": _base64,
    "Base64Decode": lambda text: _base64(text, back=True),
    "Hash": _hash,
    "JsonMerge": _merge,
    "MathAdd": _add,
    "StringSplit": lambda text, by: [part for part in re.split(f"[{re.escape(by)}]", text) if part],
}
