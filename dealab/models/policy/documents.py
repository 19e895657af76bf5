"""Policy documents: read, checked against IAM's grammar, and taken apart into statements.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html (checked
2026-11-23). The wording of the refusals is IAM's. Left out: checks of action names against the
list of all actions, size limits, and the ARN formats of single services.
"""

import json
import re
from dataclasses import dataclass, field

OLD, NEW = "2008-10-17", "2012-10-17"
#: kinds of policies, with what their statements must and must not hold
KINDS = ("identity", "resource", "trust", "boundary", "session", "scp", "rcp", "endpoint")
_WITH_PRINCIPAL = ("resource", "trust", "rcp", "endpoint")
_ELEMENTS = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
}
_BASES = {
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    *("StringLike", "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan"),
    *("NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals"),
    *("DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan"),
    *("DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress"),
    *("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"),
}
_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$", re.IGNORECASE)
_BASE_OF = {name.lower(): name for name in _BASES}


class PolicyError(ValueError):
    """A document that is no policy. The text is what IAM says of it."""


@dataclass(frozen=True)
class Statement:
    """One statement. Lists of Action and so on are tuples; what is absent is None."""

    effect: str
    policy: str = ""
    kind: str = "identity"
    index: int = 0
    sid: str = ""
    version: str = OLD
    actions: tuple | None = None
    not_actions: tuple | None = None
    resources: tuple | None = None
    not_resources: tuple | None = None
    principals: dict | None = None
    not_principals: dict | None = None
    conditions: tuple = ()  # of (set operator, operator, if exists, key, values)

    @property
    def name(self) -> str:
        """The policy's name with the Sid, or with the number of the statement from 1."""
        return f"{self.policy}, statement {self.sid or self.index + 1}"


@dataclass(frozen=True)
class Policy:
    """A policy that passed the grammar. ``kind`` is one of ``KINDS``."""

    name: str
    kind: str
    statements: tuple = field(default=(), repr=False)


def split_operator(operator: str) -> tuple[str, str, bool]:
    """Return (set operator, base operator, if exists) of a condition operator.

    Operators are matched without regard to case. Raises PolicyError for one that isn't there.
    """
    found = _OPERATOR.match(operator)
    if operator.lower() == "null":
        return "", "Null", False
    if not found or found.group(2).lower() not in _BASE_OF:
        raise PolicyError(f"Invalid Condition type : {operator}.")
    prefix = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}
    head = prefix.get((found.group(1) or "").lower(), "")
    return head, _BASE_OF[found.group(2).lower()], bool(found.group(3))


def parse(document, kind: str = "identity", name: str = "policy") -> Policy:
    """Read a policy document (JSON text or a dict) of a ``kind`` (see ``KINDS``).

    Raises PolicyError in IAM's words when the document breaks the grammar.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    if isinstance(document, str | bytes):
        try:
            document = json.loads(document)
        except ValueError as error:
            raise PolicyError("This policy contains invalid Json") from error
    if not isinstance(document, dict) or set(document) - {"Version", "Id", "Statement"}:
        raise PolicyError("Syntax errors in policy.")
    version = document.get("Version", OLD)
    if version not in (OLD, NEW):
        raise PolicyError("Syntax errors in policy.")
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise PolicyError("Syntax errors in policy.")
    read = tuple(
        _statement(one, number, version, kind, name) for number, one in enumerate(statements)
    )
    sids = [one.sid for one in read if one.sid]
    if len(sids) != len(set(sids)):
        raise PolicyError("Statement IDs (SID) in a single policy must be unique.")
    return Policy(name, kind, read)


def _statement(raw, index: int, version: str, kind: str, name: str) -> Statement:
    if not isinstance(raw, dict) or set(raw) - _ELEMENTS:
        raise PolicyError("Syntax errors in policy.")
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError("Syntax errors in policy.")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if one in raw and other in raw:
            raise PolicyError("Syntax errors in policy.")
    _check_principal(raw, kind)
    actions, not_actions = _texts(raw, "Action"), _texts(raw, "NotAction")
    if not (actions or not_actions):
        raise PolicyError("Policy statement must contain actions.")
    for action in (actions or ()) + (not_actions or ()):
        if action != "*" and not re.fullmatch(r"[\w*?-]+:[\w*?:-]+", action):
            raise PolicyError(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
            )
    resources, not_resources = _texts(raw, "Resource"), _texts(raw, "NotResource")
    if kind == "trust":
        if "Resource" in raw or "NotResource" in raw:
            raise PolicyError("Has prohibited field Resource")
    elif not (resources or not_resources):
        raise PolicyError("Policy statement must contain resources.")
    for resource in (resources or ()) + (not_resources or ()):
        if resource != "*" and not resource.startswith(("arn:", "*", "${")):
            raise PolicyError(f'Resource {resource} must be in ARN format or "*".')
    return Statement(
        effect=raw["Effect"],
        policy=name,
        kind=kind,
        index=index,
        sid=str(raw.get("Sid", "")),
        version=version,
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=_principals(raw.get("Principal")),
        not_principals=_principals(raw.get("NotPrincipal")),
        conditions=_conditions(raw.get("Condition", {})),
    )


def _check_principal(raw: dict, kind: str) -> None:
    named = "Principal" in raw or "NotPrincipal" in raw
    if named and kind not in _WITH_PRINCIPAL:
        raise PolicyError("Policy document should not specify a principal.")
    if not named and kind in ("resource", "trust", "rcp"):
        raise PolicyError("Missing required field Principal")
    if "NotPrincipal" in raw and raw["Effect"] == "Allow" and kind != "trust":
        raise PolicyError("Allow with NotPrincipal is not allowed.")
    if kind == "rcp" and raw.get("Principal") not in ("*", {"AWS": "*"}):
        raise PolicyError("Syntax errors in policy.")


def _texts(raw: dict, element: str) -> tuple | None:
    if element not in raw:
        return None
    value = raw[element]
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise PolicyError("Syntax errors in policy.")
    return tuple(values)


def opens_to_everybody(statement: dict) -> bool:
    """Tell whether a statement lets everybody in. One with a condition counts as not."""
    principal = statement.get("Principal")
    everybody = principal == "*" or (
        isinstance(principal, dict) and "*" in principal.get("AWS", ())
    )
    return statement.get("Effect") == "Allow" and everybody and not statement.get("Condition")


def _principals(value) -> dict | None:
    if value is None:
        return None
    if value == "*":
        return {"*": ("*",)}
    kinds = {"AWS", "Service", "Federated", "CanonicalUser"}
    if not isinstance(value, dict) or not value or set(value) - kinds:
        raise PolicyError("Invalid principal in policy: Syntax errors in policy.")
    read = {kind: _texts(value, kind) for kind in value}
    for one in read.get("AWS", ()):
        # Only the whole principal can be "*": a part of a name or ARN cannot.
        if ("*" in one and one != "*") or not re.match(r"\*$|\d{12}$|arn:|[A-Z0-9]{16,}$", one):
            raise PolicyError(f'Invalid principal in policy: "AWS":"{one}"')
    return read


def _conditions(value) -> tuple:
    if not isinstance(value, dict):
        raise PolicyError("Syntax errors in policy.")
    read = []
    for operator, keys in value.items():
        head, base, if_exists = split_operator(operator)
        if not isinstance(keys, dict):
            raise PolicyError("Syntax errors in policy.")
        for key, given in keys.items():
            values = given if isinstance(given, list) else [given]
            if not all(isinstance(one, str | int | float | bool) for one in values):
                raise PolicyError("Syntax errors in policy.")
            texts = tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in values)
            read.append((head, base, if_exists, key, texts))
    return tuple(read)
