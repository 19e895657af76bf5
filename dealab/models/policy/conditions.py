"""Condition operators: does a Condition block hold for the request's context?

Sources; the first was checked 2026-11-23 for missing keys, the others not:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html

The context is a dict from key names in lower case to a str, int, float, bool, datetime, or a list
of them for a key with several values.
"""

import ipaddress
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from dealab.models.policy import matching

_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_ORDER = {
    "Equals": lambda given, wanted: given == wanted,
    "LessThan": lambda given, wanted: given < wanted,
    "LessThanEquals": lambda given, wanted: given <= wanted,
    "GreaterThan": lambda given, wanted: given > wanted,
    "GreaterThanEquals": lambda given, wanted: given >= wanted,
}


def fails(conditions: tuple, context: dict, version: str) -> str:
    """Say why ``conditions`` (of a ``Statement``) do not hold; "" when they do.

    All operators and keys must hold; of several values of one key, any.
    """
    for condition in conditions:
        if not holds(*condition, context, version):
            head, base, if_exists, key, wanted = condition
            operator = f"{head}:" * bool(head) + base + "IfExists" * if_exists
            given = _values(context, key)
            has = " and ".join(map(_text, given)) if given else "no value"
            return f"{operator} {key}: wants {' or '.join(wanted)}, the request has {has}"
    return ""


def holds(head, base, if_exists, key, wanted, context, version) -> bool:
    """Say whether one key of one operator holds; see ``documents.Statement.conditions``."""
    given = _values(context, key)
    if base == "Null":
        return any((not given) == (value.lower() == "true") for value in wanted)
    if not given and if_exists:
        return True
    negated = base in _NEGATED
    test = _NEGATED.get(base, base)
    if test.startswith(("String", "Arn")):  # only these know policy variables
        wanted = [matching.filled(value, context, version) for value in wanted]
        wanted = [value for value in wanted if value is not None]

    def among(value) -> bool:
        return any(_fits(test, value, want) for want in wanted)

    if head:  # to the set operators an empty text is no value
        given = [value for value in given if value != ""]
    if head == "ForAllValues":
        return all(among(value) != negated for value in given)
    if head == "ForAnyValue":
        return any(among(value) != negated for value in given)
    # A key that is missing fits no value: false for what must match, true for what must not.
    return any(among(value) for value in given) != negated


def _values(context: dict, key: str) -> list:
    value = context.get(key.lower())
    values = list(value) if isinstance(value, list | tuple | set) else [value]
    return [one for one in values if one is not None]


def _text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _fits(test: str, given, wanted: str) -> bool:
    text = _text(given)
    if test == "StringEquals":
        return text == matching.plain(wanted)
    if test == "StringEqualsIgnoreCase":
        return text.lower() == matching.plain(wanted).lower()
    if test == "StringLike":
        return matching.like(wanted, text)
    if test.startswith("Arn"):
        return _arn(wanted, text)
    if test == "Bool":
        return text.lower() == wanted.lower() and text.lower() in ("true", "false")
    if test == "BinaryEquals":
        return text == wanted
    if test == "IpAddress":
        return _address(wanted, text)
    read = _number if test.startswith("Numeric") else _moment
    left, right = read(given), read(wanted)
    if left is None or right is None:
        return False
    return _ORDER[test.removeprefix("Numeric").removeprefix("Date")](left, right)


def _arn(pattern: str, arn: str) -> bool:
    """ArnEquals and ArnLike are the same: six parts, each with its own wildcards."""
    wanted, given = pattern.split(":", 5), arn.split(":", 5)
    if len(wanted) < 6 or len(given) < 6:
        return pattern == "*"
    return all(matching.like(want, have) for want, have in zip(wanted, given, strict=True))


def _address(wanted: str, given: str) -> bool:
    try:
        network = ipaddress.ip_network(wanted, strict=False)
        return ipaddress.ip_address(given) in network
    except (ValueError, TypeError):
        return False


def _number(value):
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _moment(value):
    """A date: ISO 8601 with or without a time, or seconds since 1970."""
    if isinstance(value, datetime):
        return value
    text = str(value).strip()
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
