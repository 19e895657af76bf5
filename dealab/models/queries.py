"""JSONata as Step Functions runs it: the library's evaluator, with the service's functions.

    evaluate("$states.input.price * 2", {"states": {"input": {"price": 21}}})

The service adds $partition, $range, $hash, $random(seed), $uuid and $parse, and takes $eval away:
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html (not checked).
Left out: the service's limits on the time and the depth of an expression.
"""

import hashlib
import json
import random
import uuid

HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
RANGE_LIMIT = 1000  # items, as of States.ArrayRange


class QueryError(Exception):
    """The expression cannot be read or computed."""


class Undefined(QueryError):
    """The expression has no value."""


def check(expression: str) -> None:
    """Raise QueryError when ``expression`` (without its braces) is no JSONata."""
    _parsed(expression)


def evaluate(expression: str, bindings: dict, seed=None, now=None):
    """Return the value of ``expression`` with ``bindings`` (name without ``$`` -> JSON data).

    ``now`` is a ``datetime`` for $now and $millis. Raises Undefined when there is no value, and
    QueryError for everything that the service calls States.QueryEvaluationError.
    """
    from jsonata import Jsonata
    from jsonata.utils import Utils

    parsed = _parsed(expression)
    parsed.set_output_convert_nulls(False)
    frame = parsed.create_frame()
    chance = random.Random(seed)
    functions = {
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "random": lambda seed=None: (random.Random(seed) if seed is not None else chance).random(),
        "uuid": lambda: str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "parse": lambda text: _with_nulls(json.loads(text), Utils.NULL_VALUE),
        "eval": _no_eval,
    }
    if now is not None:
        functions["millis"] = lambda: int(now.timestamp() * 1000)
        if "$now" in expression:
            functions["now"] = lambda *picture: _now(now, picture)
    for name, function in functions.items():
        frame.bind(name, Jsonata.JLambda(function))
    for name, value in bindings.items():
        frame.bind(name, _with_nulls(value, Utils.NULL_VALUE))
    try:
        value = parsed.evaluate(None, frame)
    except QueryError:
        raise
    except RecursionError as error:
        raise QueryError("the expression is nested too deeply") from error
    except Exception as error:
        raise QueryError(str(error.__cause__ or error)) from error
    if value is None:
        raise Undefined("returned nothing (undefined)")
    return _plain(value, Utils.NULL_VALUE)


def _parsed(expression: str):
    from jsonata import Jsonata

    try:
        return Jsonata(expression)
    except Exception as error:
        raise QueryError(str(error)) from error


def _with_nulls(value, null):
    """JSON's null gets a value of its own, because None means "no value" to the library."""
    if value is None:
        return null
    if isinstance(value, dict):
        return {key: _with_nulls(item, null) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_nulls(item, null) for item in value]
    return value


def _plain(value, null):
    if value is null or value is None:
        return None
    if isinstance(value, dict):
        return {str(key): _plain(item, null) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, null) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, str | int | float):
        return value
    raise QueryError("returned an unsupported result type.")


def _partition(items, size):
    if not isinstance(items, list) or int(size) < 1:
        raise QueryError("$partition takes an array and a positive size")
    return [items[start : start + int(size)] for start in range(0, len(items), int(size))]


def _range(first, last, step):
    if step == 0:
        raise QueryError("$range: the step must not be zero")
    numbers = list(range(int(first), int(last) + (1 if step > 0 else -1), int(step)))
    if len(numbers) > RANGE_LIMIT:
        raise QueryError(f"$range: more than {RANGE_LIMIT} items")
    return numbers


def _hash(text, algorithm):
    if algorithm not in HASHES:
        raise QueryError(f"$hash: the algorithm must be one of {', '.join(HASHES)}")
    return hashlib.new(algorithm.replace("-", "").lower(), text.encode()).hexdigest()


def _no_eval(*_):
    raise QueryError("$eval is not supported; use $parse to read JSON text")


def _now(now, picture):
    if picture:
        raise QueryError("$now with a picture is not in this lab; use $fromMillis($millis(), ...)")
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
