"""EventBridge event patterns: does an event match, and is a pattern well formed?

    matches({"detail": {"size": [{"numeric": [">", 10]}]}}, event)

Sources below https://docs.aws.amazon.com/eventbridge/latest/userguide/:
eb-create-pattern-operators.html (checked 2026-11-23: the table of operators) and
eb-create-pattern.html (not checked). Lambda's event filters use the same
language. Left out: the limits on the number of values and wildcards in a pattern.
"""

import ipaddress
import re

COMPARE = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "=": lambda value, bound: value == bound,
}
NESTED = ("prefix", "suffix", "equals-ignore-case", "wildcard")
_ABSENT = object()


class PatternError(ValueError):
    """The pattern is not valid; the text says why."""


def check(pattern) -> None:
    """Raise PatternError unless ``pattern`` (parsed JSON) is a valid event pattern."""
    if not isinstance(pattern, dict):
        raise PatternError("Filter is not an object")
    if not pattern:
        raise PatternError("Empty objects are not allowed")
    for name, rule in pattern.items():
        if name == "$or":
            if not isinstance(rule, list) or len(rule) < 2:
                raise PatternError("$or must be an array of at least two patterns")
            for one in rule:
                check(one)
        elif isinstance(rule, dict):
            check(rule)
        elif isinstance(rule, list):
            if not rule:
                raise PatternError("Empty arrays are not allowed")
            for value in rule:
                _check_value(value)
        else:
            raise PatternError(f'"{name}" must be an object or an array')


def _check_value(value) -> None:
    if isinstance(value, list):
        raise PatternError("Match value must be String, number, true, false, or null")
    if not isinstance(value, dict):
        return
    if len(value) != 1:
        raise PatternError("Only one key allowed in match expression")
    [(name, wanted)] = value.items()
    if name == "exists":
        if not isinstance(wanted, bool):
            raise PatternError("exists match pattern must be either true or false.")
    elif name == "numeric":
        _check_numeric(wanted)
    elif name == "cidr":
        try:
            ipaddress.ip_network(wanted, strict=False)
        except (TypeError, ValueError) as error:
            raise PatternError(f"Malformed CIDR, {error}") from error
    elif name == "anything-but":
        if isinstance(wanted, dict):
            if len(wanted) != 1 or next(iter(wanted)) not in NESTED:
                raise PatternError("Unsupported anything-but pattern")
            _texts(*next(iter(wanted.items())))
        elif not (isinstance(wanted, str | int | float) or (isinstance(wanted, list) and wanted)):
            raise PatternError("anything-but needs a string, a number, or a list of them")
        elif isinstance(wanted, list) and len({isinstance(item, str) for item in wanted}) > 1:
            raise PatternError("Inside anything but list, either all values are number or string")
    elif name in ("prefix", "suffix") and isinstance(wanted, dict):
        if list(wanted) != ["equals-ignore-case"] or not isinstance(
            wanted[next(iter(wanted))], str
        ):
            raise PatternError(f"Unsupported {name} pattern")
    elif name in NESTED:
        if not isinstance(wanted, str):
            raise PatternError(f"{name} match pattern must be a string")
        _texts(name, wanted)
    else:
        raise PatternError(f"Unrecognized match type {name}")


def _texts(name: str, wanted) -> None:
    for text in wanted if isinstance(wanted, list) else [wanted]:
        if not isinstance(text, str):
            raise PatternError(f"{name} match pattern must be a string")
        if name == "wildcard" and "**" in text.replace("\\\\", "").replace("\\*", ""):
            raise PatternError("Consecutive wildcard characters")


def _check_numeric(wanted) -> None:
    right = isinstance(wanted, list) and len(wanted) in (2, 4)
    right = right and all(sign in COMPARE for sign in wanted[::2])
    if not right or not all(_is_number(bound) for bound in wanted[1::2]):
        raise PatternError("Invalid numeric match: a comparison or a range of two is needed")
    if len(wanted) == 4 and not (
        wanted[0] in (">", ">=") and wanted[2] in ("<", "<=") and wanted[1] < wanted[3]
    ):
        raise PatternError("Bottom must be less than top")


def matches(pattern: dict, event) -> bool:
    """Say whether ``event`` (parsed JSON) matches: every name in the pattern, any of its values."""
    return all(_name_matches(name, rule, event) for name, rule in pattern.items())


def _name_matches(name: str, rule, event) -> bool:
    if name == "$or" and isinstance(rule, list):
        return any(matches(one, event) for one in rule)
    value = event.get(name, _ABSENT) if isinstance(event, dict) else _ABSENT
    if isinstance(rule, dict):
        if isinstance(value, list):  # one object of the array has to match the whole rule
            objects = [item for item in _flat(value) if isinstance(item, dict)]
            return any(matches(rule, item) for item in objects or [_ABSENT])
        return matches(rule, value)
    # Values stand at leaves: an object is no value, an array is as many as it has.
    leaves = [leaf for leaf in _flat(value) if leaf is not _ABSENT and not isinstance(leaf, dict)]
    return any(_rule_matches(one, leaves) for one in rule)


def _flat(value) -> list:
    return [leaf for item in value for leaf in _flat(item)] if isinstance(value, list) else [value]


def _rule_matches(rule, leaves: list) -> bool:
    if isinstance(rule, dict) and "exists" in rule:
        return bool(leaves) is rule["exists"]
    return any(_value_matches(rule, leaf) for leaf in leaves)


def _value_matches(rule, value) -> bool:
    if not isinstance(rule, dict):
        return _same(rule, value)
    [(name, wanted)] = rule.items()
    if name == "anything-but":
        if isinstance(wanted, dict):
            [(inner, texts)] = wanted.items()
            texts = texts if isinstance(texts, list) else [texts]
            return isinstance(value, str) and not any(_text(inner, text, value) for text in texts)
        return not any(
            _same(one, value) for one in (wanted if isinstance(wanted, list) else [wanted])
        )
    if name == "numeric":
        pairs = zip(wanted[::2], wanted[1::2], strict=True)
        return _is_number(value) and all(COMPARE[sign](value, bound) for sign, bound in pairs)
    if name == "cidr":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
        except (TypeError, ValueError):
            return False
    return isinstance(value, str) and _text(name, wanted, value)


def _text(name: str, wanted, value: str) -> bool:
    if isinstance(wanted, dict):  # prefix or suffix in any case
        wanted, value = wanted["equals-ignore-case"].lower(), value.lower()
    if name == "prefix":
        return value.startswith(wanted)
    if name == "suffix":
        return value.endswith(wanted)
    if name == "equals-ignore-case":
        return value.lower() == wanted.lower()
    parts = re.findall(r"\\[*\\]|[\s\S]", wanted)
    wild = "".join(".*" if part == "*" else re.escape(part[-1]) for part in parts)
    return re.fullmatch(wild, value, re.DOTALL) is not None


def _same(wanted, value) -> bool:
    """Numbers are compared as they are written: 300 and 300.0 differ (eb-create-pattern.html)."""
    return type(wanted) is type(value) and wanted == value


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
