"""SNS subscription filter policies: does a message pass?

    matches({"price": [{"numeric": [">", 10]}]}, {"price": {"Type": "Number", "Value": "12"}})
    body_matches({"order": {"state": ["open"]}}, '{"order": {"state": "open"}}')

Sources (checked 2026-11-23), all below https://docs.aws.amazon.com/sns/latest/dg/:
string-value-matching.html, numeric-value-matching.html, attribute-key-matching.html,
and-or-logic.html, subscription-filter-policy-constraints.html. Not checked: suffix, cidr,
equals-ignore-case and "$or".

Left out: the 15 minutes until a changed policy takes effect everywhere, and the check of a policy
when it is set (the caller's).
"""

import ipaddress
import json

#: words that make "$or" an ordinary name when an alternative has them as a key
OPERATORS = {
    "prefix",
    "suffix",
    "equals-ignore-case",
    "anything-but",
    "numeric",
    "cidr",
    "exists",
}


def matches(policy: dict, attributes: dict | None) -> bool:
    """Say whether message attributes pass a policy of the scope ``MessageAttributes``.

    ``attributes``: name -> {"Type": ..., "Value": ...}. Binary attributes never match.
    """
    values = {}
    for name, attribute in (attributes or {}).items():
        value = _attribute_value(attribute)
        if value is not None:
            values[name] = value
    return _object_matches(policy, values)


def body_matches(policy: dict, body: str) -> bool:
    """Say whether a message's JSON body passes a policy of the scope ``MessageBody``."""
    try:
        document = json.loads(body)
    except ValueError:
        return False
    return isinstance(document, dict) and _object_matches(policy, document)


def _attribute_value(attribute: dict):
    kind, value = attribute["Type"], attribute["Value"]
    if kind.startswith("Binary"):
        return None
    try:
        if kind.startswith("Number"):
            return float(value)
        return json.loads(value) if kind == "String.Array" else value
    except (ValueError, TypeError):
        return None


def _object_matches(policy: dict, document) -> bool:
    if isinstance(document, list):  # one of its objects has to match as a whole
        return any(_object_matches(policy, element) for element in document)
    if not isinstance(document, dict):
        document = {}
    return all(_key_matches(key, rule, document) for key, rule in policy.items())


def _key_matches(key: str, rule, document: dict) -> bool:
    if key == "$or" and _is_or(rule):
        return any(_object_matches(alternative, document) for alternative in rule)
    if isinstance(rule, dict):
        return _object_matches(rule, document.get(key))
    found = key in document
    values = document.get(key)
    if isinstance(values, dict):  # "exists" and all others look at leaves only
        found, values = False, None
    values = _leaves(values) if found else []
    return any(_rule_matches(one, found, values) for one in rule)


def _leaves(value) -> list:
    if not isinstance(value, list):
        return [value]
    return [leaf for element in value for leaf in _leaves(element)]


def _is_or(rule) -> bool:
    return (
        isinstance(rule, list)
        and len(rule) > 1
        and all(isinstance(one, dict) and not OPERATORS & set(one) for one in rule)
    )


def _rule_matches(rule, found: bool, values: list) -> bool:
    if isinstance(rule, dict) and "exists" in rule:
        return rule["exists"] is found
    return any(_value_matches(rule, value) for value in values)


def _value_matches(rule, value) -> bool:
    if not isinstance(rule, dict):
        return _same(rule, value)
    ((operator, wanted),) = rule.items()
    if operator == "anything-but":
        return _anything_but(wanted, value)
    if operator == "numeric":
        return _is_number(value) and _in_range(wanted, value)
    if not isinstance(value, str):
        return False
    if operator == "cidr":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
        except ValueError:
            return False
    if operator == "equals-ignore-case":
        return value.casefold() == wanted.casefold()
    return value.startswith(wanted) if operator == "prefix" else value.endswith(wanted)


def _anything_but(wanted, value) -> bool:
    if isinstance(wanted, dict):
        ((operator, text),) = wanted.items()
        texts = text if isinstance(text, list) else [text]
        return not any(_value_matches({operator: one}, value) for one in texts)
    return not any(_same(one, value) for one in (wanted if isinstance(wanted, list) else [wanted]))


def _same(rule, value) -> bool:
    if _is_number(rule) and _is_number(value):
        return round(rule, 5) == round(value, 5)  # five digits after the point count
    return type(rule) is type(value) and rule == value


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_range(comparisons: list, value: float) -> bool:
    holds = {
        "=": lambda limit: _same(limit, value),
        "<": lambda limit: value < limit,
        "<=": lambda limit: value <= limit,
        ">": lambda limit: value > limit,
        ">=": lambda limit: value >= limit,
    }
    pairs = zip(comparisons[::2], comparisons[1::2], strict=True)
    return all(holds[operator](limit) for operator, limit in pairs)
