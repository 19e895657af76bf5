"""Filter patterns of CloudWatch Logs, for metric filters, subscriptions and FilterLogEvents.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
(checked 2026-11-23). Three kinds: terms (``ERROR -DEBUG``, ``?a ?b``, ``"a phrase"``, ``%regex%``),
JSON (``{ $.status >= 500 && $.user IS NULL }``) and fields by spaces (``[ip, ..., status = 4*]``).

    found = compile_pattern('{ $.latency > 100 }')
    found.match('{"latency": 120}')     # {"$.latency": "120"}; None if it does not match

A term is found anywhere in the message, also inside a word. Optional terms (``?a``) do not count as
soon as the pattern has others. A comparison with a property that is not there never matches, but
for NOT EXISTS.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass


class PatternError(ValueError):
    """A filter pattern that the service refuses."""


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern; ``match(message)`` is a dict of the extracted values, or None.

    Names in the dict are ``$.path`` for JSON and ``$name`` for fields by spaces.
    """

    text: str
    match: Callable[[str], dict | None]


def compile_pattern(text: str) -> Pattern:
    """Read a filter pattern. Raises PatternError."""
    stripped = text.strip()
    if stripped.startswith("{") and stripped.endswith("}"):
        return Pattern(text, _json_matcher(stripped[1:-1]))
    if stripped.startswith("[") and stripped.endswith("]"):
        return Pattern(text, _space_matcher(stripped[1:-1]))
    return Pattern(text, _term_matcher(stripped))


def _regex(body: str) -> re.Pattern:
    if re.search(r"[()]", body) or not re.fullmatch(r"[\w\s:#=@/;,\-^$?\[\]{}|\\*+.]*", body):
        raise PatternError("Invalid character(s) in regular expression")
    try:
        return re.compile(body)
    except re.error as error:
        raise PatternError("Invalid regular expression") from error


# terms


def _term_matcher(text: str) -> Callable:
    terms = []
    position = 0
    token = re.compile(r'\s*([?-]?)(?:"((?:\\.|[^"\\])*)"|%([^%]*)%|([^\s"]+))')
    while position < len(text):
        found = token.match(text, position)
        if not found:
            raise PatternError("Invalid character(s) in term")
        position = found.end()
        sign, phrase, regex, word = found.groups()
        if word is not None and not re.fullmatch(r"[\w.*]+", word):
            raise PatternError(f"Invalid character(s) in term '{word}'")
        if regex is not None:
            terms.append((sign, _regex(regex).search))
        else:
            wanted = word if phrase is None else re.sub(r"\\(.)", r"\1", phrase)
            terms.append((sign, lambda message, wanted=wanted: wanted in message))
    required = [test for sign, test in terms if sign == ""]
    excluded = [test for sign, test in terms if sign == "-"]
    optional = [test for sign, test in terms if sign == "?"]

    def match(message: str) -> dict | None:
        if any(test(message) for test in excluded):
            return None
        if required or excluded:
            return {} if all(test(message) for test in required) else None
        return {} if not optional or any(test(message) for test in optional) else None

    return match


# values and conditions that JSON and fields share

_TOKEN = re.compile(
    r"""\s*(?:(?P<op>&&|\|\||!=|>=|<=|=|>|<|\(|\))|"(?P<text>(?:\\.|[^"\\])*)"|%(?P<regex>[^%]*)%
    |(?P<path>\$(?:\.[\w\-*@:]+|\[(?:\d+|\*|'[^']+'|"[^"]+")\])+)|(?P<word>[^\s&|()=<>!"%,]+))""",
    re.X,
)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position, text = [], 0, text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if not token:
            raise PatternError(f"Invalid filter pattern near '{text[position:].strip()}'")
        found.append((token.lastgroup, token.group(token.lastgroup)))
        position = token.end()
    return found


def _number(text) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _test(operator: str, kind: str, wanted: str) -> Callable:
    """Return a function that tells whether a value (text, number, bool) fits the comparison."""
    limit = _number(wanted) if kind == "word" else None
    if operator in ("<", ">", "<=", ">="):
        if limit is None:
            raise PatternError(f"Numeric value expected after {operator}")
        compare = {
            "<": lambda v: v < limit,
            ">": lambda v: v > limit,
            "<=": lambda v: v <= limit,
            ">=": lambda v: v >= limit,
        }[operator]
        return lambda value: (
            not isinstance(value, bool) and _number(value) is not None and compare(_number(value))
        )
    if kind == "regex":
        search = _regex(wanted).search
        same = lambda value: isinstance(value, str) and bool(search(value))  # noqa: E731
    elif limit is not None:
        same = lambda value: not isinstance(value, bool) and _number(value) == limit  # noqa: E731
    elif wanted == "*" and kind == "word":
        same = lambda value: True  # noqa: E731 - any value, a number too: { $.latency = * }
    else:
        plain = re.sub(r"\\(.)", r"\1", wanted)
        # An asterisk stands for any text at the start and at the end, for itself in between.
        middle = re.escape(plain[plain.startswith("*") : len(plain) - plain.endswith("*")])
        start, end = ".*" * plain.startswith("*"), ".*" * plain.endswith("*")
        shape = re.compile(f"{start}{middle}{end}\\Z", re.DOTALL)
        same = lambda value: isinstance(value, str) and bool(shape.match(value))  # noqa: E731
    return same if operator == "=" else lambda value: not same(value)


# JSON


def _json_matcher(text: str) -> Callable:
    tokens = _tokens(text)
    paths: list[str] = []
    condition, rest = _either(tokens, paths)
    if rest:
        raise PatternError("Invalid JSON filter pattern")

    def match(message: str) -> dict | None:
        try:
            document = json.loads(message)
        except ValueError:
            return None
        if not condition(document):
            return None
        values = {path: at(document, path) for path in paths}
        return {path: _shown(found[0]) for path, found in values.items() if found}

    return match


def _either(tokens, paths):
    left, tokens = _both(tokens, paths)
    while tokens and tokens[0] == ("op", "||"):
        right, tokens = _both(tokens[1:], paths)
        left = lambda d, a=left, b=right: a(d) or b(d)  # noqa: E731
    return left, tokens


def _both(tokens, paths):
    left, tokens = _single(tokens, paths)
    while tokens and tokens[0] == ("op", "&&"):
        right, tokens = _single(tokens[1:], paths)
        left = lambda d, a=left, b=right: a(d) and b(d)  # noqa: E731
    return left, tokens


def _single(tokens, paths):
    if tokens and tokens[0] == ("op", "("):
        inner, tokens = _either(tokens[1:], paths)
        if not tokens or tokens[0] != ("op", ")"):
            raise PatternError("A bracket is not closed")
        return inner, tokens[1:]
    if len(tokens) < 3 or tokens[0][0] != "path":
        raise PatternError("Invalid JSON filter pattern")
    path, (kind, second), (third_kind, third) = tokens[0][1], tokens[1], tokens[2]
    paths.append(path)
    word = (kind == "word" and second.upper(), third.upper() if third_kind == "word" else None)
    checks = {
        ("IS", "NULL"): lambda found: any(value is None for value in found),
        ("IS", "TRUE"): lambda found: any(value is True for value in found),
        ("IS", "FALSE"): lambda found: any(value is False for value in found),
        ("NOT", "EXISTS"): lambda found: not found,
    }
    if word in checks:
        return (lambda d, check=checks[word]: check(at(d, path))), tokens[3:]
    if kind != "op" or second not in ("=", "!=", "<", ">", "<=", ">="):
        raise PatternError("Invalid JSON filter pattern")
    test = _test(second, third_kind, third)
    simple = lambda d: any(  # noqa: E731
        test(v) for v in at(d, path) if v is not None and not isinstance(v, dict | list)
    )
    return simple, tokens[3:]


def at(document, path: str) -> list:
    """Return what stands at ``$.a.b[0].c``: an empty list if nothing does, more for ``[*]``."""
    found = [document]
    for name, index, quoted in re.findall(
        r"\.([\w\-*@:]+)|\[(\d+|\*)\]|\[['\"]([^'\"]+)['\"]\]", path
    ):
        following = []
        for value in found:
            if (index or name) == "*":
                following += list(value.values() if isinstance(value, dict) else value or [])
            elif index and isinstance(value, list) and int(index) < len(value):
                following.append(value[int(index)])
            elif not index and isinstance(value, dict) and (name or quoted) in value:
                following.append(value[name or quoted])
        found = following
    return found


def _shown(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


# fields by spaces


def split_fields(message: str) -> list[str]:
    """Split a line at spaces; what stands in [] or "" is one field, without them."""
    found = re.findall(r'\[([^\]]*)\]|"([^"]*)"|(\S+)', message)
    return [next((part for part in parts if part), "") for parts in found]


def _space_matcher(text: str) -> Callable:
    columns = [_column(part) for part in _split_commas(text)]
    names = [name for name, _ in columns]
    anyone = ("", lambda value: True)
    if names.count("...") > 1:
        raise PatternError("Only one ellipsis is allowed")

    def match(message: str) -> dict | None:
        values = split_fields(message)
        if "..." in names:
            place = names.index("...")
            extra = len(values) - (len(names) - 1)
            if extra < 0:
                return None
            filled = columns[:place] + [anyone] * extra + columns[place + 1 :]
            pairs = list(zip(filled, values, strict=True))
        elif len(values) == len(columns):
            pairs = list(zip(columns, values, strict=True))
        else:
            return None
        if not all(test(value) for (_, test), value in pairs):
            return None
        # A field without a name is called by its place: $1, $2...
        return {f"${name or place}": value for place, ((name, _), value) in enumerate(pairs, 1)}

    return match


def _split_commas(text: str) -> list[str]:
    parts = re.findall(r'((?:"[^"]*"|%[^%]*%|[^,"%])*),', text + ",")
    return [part.strip() for part in parts]


def _column(text: str) -> tuple[str, Callable]:
    if text in ("...", ""):
        return text, lambda value: True
    name = re.match(r"[\w\-]+", text)
    if not name:
        raise PatternError("Invalid space-delimited filter pattern")
    rest = text[name.end() :].strip()
    if not rest:
        return name.group(), lambda value: True
    return name.group(), _column_test(_tokens(name.group() + " " + rest), name.group())


def _column_test(tokens, name: str) -> Callable:
    for operator, join in (("||", any), ("&&", all)):
        if ("op", operator) in tokens:
            cut = tokens.index(("op", operator))
            parts = [_column_test(tokens[:cut], name), _column_test(tokens[cut + 1 :], name)]
            return lambda value: join(part(value) for part in parts)
    tokens = [token for token in tokens if token not in (("op", "("), ("op", ")"))]
    if len(tokens) != 3 or tokens[0] != ("word", name) or tokens[1][0] != "op":
        raise PatternError("Invalid space-delimited filter pattern")
    return _test(tokens[1][1], *tokens[2])


# what a metric filter and the embedded metric format make of an event


def metric_values(pattern: Pattern, transformation: dict, message: str) -> tuple | None:
    """Return (value, dimensions) that a metric filter publishes for ``message``, or None.

    ``transformation`` is one of ``metricTransformations``; a value that is no number is dropped.
    """
    extracted = pattern.match(message)
    if extracted is None:
        return None
    value = _number(_resolved(transformation["metricValue"], extracted, message))
    if value is None:
        return None
    dimensions = {
        name: _resolved(path, extracted, message)
        for name, path in (transformation.get("dimensions") or {}).items()
    }
    return value, {name: text for name, text in dimensions.items() if text is not None}


def _resolved(source: str, extracted: dict, message: str) -> str | None:
    if not source.startswith("$"):
        return source
    if source in extracted:
        return extracted[source]
    try:
        found = at(json.loads(message), source)
    except ValueError:
        return None
    return _shown(found[0]) if found and not isinstance(found[0], dict | list) else None


def embedded_metrics(message: str) -> list[dict]:
    """Return the metrics that a log event in the embedded metric format holds.

    Each is a dict: namespace, name, values (list of float), unit, dimensions (dict), timestamp (ms)
    and resolution (seconds). Anything that does not follow the format gives an empty list.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    if '"_aws"' not in message:
        return []
    try:
        document = json.loads(message)
        head = document["_aws"]
        directives = head["CloudWatchMetrics"]
        made = []
        for directive in directives:
            for names in directive.get("Dimensions") or [[]]:
                if any(name not in document for name in names):
                    continue
                dimensions = {name: _shown(document[name]) for name in names}
                for metric in directive["Metrics"]:
                    value = document.get(metric["Name"])
                    values = value if isinstance(value, list) else [value]
                    if not all(type(one) in (int, float) for one in values):
                        continue
                    made.append(
                        {
                            "namespace": directive["Namespace"],
                            "name": metric["Name"],
                            "values": [float(one) for one in values],
                            "unit": metric.get("Unit"),
                            "dimensions": dimensions,
                            "timestamp": head["Timestamp"],
                            "resolution": metric.get("StorageResolution", 60),
                        }
                    )
        return made
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
