"""Wildcards, ARNs, policy variables and principals: does one name cover another?

Sources (not checked but for the versions that know variables):
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from functools import lru_cache

from dealab.models.policy.documents import NEW

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERAL = {"*": "\ue000", "?": "\ue001", "$": "$"}  # ${*} and ${?} stand for the signs themselves


@lru_cache(4096)
def _pattern(text: str, ignore_case: bool) -> re.Pattern:
    parts = {"*": ".*", "?": ".", "\ue000": r"\*", "\ue001": r"\?"}
    body = "".join(parts.get(letter) or re.escape(letter) for letter in text)
    return re.compile(body, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def like(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """Say whether ``value`` fits ``pattern``, where * is any text and ? any one character."""
    return _pattern(pattern, ignore_case).fullmatch(value) is not None


def plain(text: str) -> str:
    """Turn the marks of ``${*}`` and ``${?}`` back into the signs that they stand for."""
    return text.replace("\ue000", "*").replace("\ue001", "?")


def filled(text: str, context: dict, version: str) -> str | None:
    """Put the request's values for ``${...}`` in ``text``; None if one has no value.

    Documents of version 2008-10-17 know no variables: there the text stays as it is. A variable
    with several values cannot be used. What comes from the request is never a wildcard.
    """
    if version != NEW or "${" not in text:
        return text
    missing = False

    def value(found: re.Match) -> str:
        nonlocal missing
        name, comma, default = found.group(1).partition(",")
        if name.strip() in _LITERAL:
            return _LITERAL[name.strip()]
        got = context.get(name.strip().lower())
        if isinstance(got, list | tuple):
            got = got[0] if len(got) == 1 else None
        if got is None and comma:
            got = default.strip().strip("'")
        if got is None:
            missing = True
            return ""
        text = str(got).lower() if isinstance(got, bool) else str(got)
        return text.replace("*", "\ue000").replace("?", "\ue001")

    result = _VARIABLE.sub(value, text)
    return None if missing else result


def covers_arn(pattern: str, arn: str) -> bool:
    """Say whether an ARN pattern of a Resource or an ARN condition covers ``arn``.

    The six parts between colons are compared one by one, so that a * in one of the first five does
    not reach into the next; in the last part it also stands for colons and slashes. Parts that are
    missing at the end count as *. Case matters.
    """
    if pattern == "*" or pattern == arn:
        return True
    wanted, given = pattern.split(":", 5), arn.split(":", 5)
    if len(given) < 6 or wanted[0] != "arn":
        return like(pattern, arn) if wanted[0] != "arn" else False
    if len(wanted) > 2 and ("*" in wanted[2] and wanted[2] != "*"):
        return False  # no wildcard within the name of a service
    wanted += ["*"] * (6 - len(wanted))
    return all(like(want, have) for want, have in zip(wanted, given, strict=True))


def account_of(arn: str) -> str:
    """Return the account in an ARN, or "" where there is none."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""


def principal_match(principals: dict, who) -> str:
    """How ``principals`` (of a statement) name ``who`` (a ``Principal``).

    "direct": its own ARN, its id, its service or provider; "role": the role of a session;
    "everyone": the *; "account": the account that it belongs to, which then decides by its
    identity policies; "": not at all.
    """
    found = ""
    for kind, names in principals.items():
        for name in names:
            how = _named(kind, name, who)
            if how and _STRENGTH[how] > _STRENGTH[found]:
                found = how
    return found


_STRENGTH = {"": 0, "account": 1, "role": 2, "everyone": 3, "direct": 4}


def _named(kind: str, name: str, who) -> str:
    if name == "*" and kind in ("*", "AWS"):
        return "everyone"
    if kind == "Service":
        return "direct" if who.kind == "service" and name in ("*", who.arn) else ""
    if kind == "Federated":
        return "direct" if who.kind == "federated" and name == who.provider else ""
    if kind == "AWS" and who.kind not in ("service", "anonymous", "federated"):
        if name in (who.account, f"arn:aws:iam::{who.account}:root"):
            return "direct" if who.kind == "root" else "account"
        if name in (who.arn, who.id) and name:
            return "direct"
        if who.role and name in (who.role, who.id.partition(":")[0]):
            return "role"
    return ""


def spared(principals: dict, who) -> bool:
    """Say whether a Deny with ``NotPrincipal: principals`` leaves ``who`` alone.

    It must name the caller with everything above it: the session, its role and the account.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if who.kind in ("service", "federated", "anonymous"):
        return bool(principal_match(principals, who))
    needed = {who.arn, who.role} - {""}
    names = {name for group in principals.values() for name in group}
    root = f"arn:aws:iam::{who.account}:root"
    account = bool(names & {root, who.account})
    return "*" in names or (account and (who.kind == "root" or needed <= names))
