"""Assuming a role: the trust policy and the caller's own policies decide together.

Sources; the first was checked 2026-11-23 (durations, chains), the others not:
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

import base64
import json
from dataclasses import dataclass, field

from dealab.models.policy.documents import parse
from dealab.models.policy.evaluation import Decision, Policies, Principal, Request, decide
from dealab.models.refusals import Refused

SHORTEST, LONGEST, CHAINED = 900, 43_200, 3600  # seconds
USER_LONGEST = 129_600  # seconds, of GetSessionToken


@dataclass(frozen=True)
class Asked:
    """What ``who`` asks of AssumeRole: the call's ``params``; ``inherited`` transitive tags."""

    who: Principal
    params: dict
    inherited: dict = field(default_factory=dict)

    @property
    def tags(self) -> dict[str, str]:
        """The tags of the session to come, with the inherited ones."""
        own = {tag["Key"]: tag["Value"] for tag in self.params.get("Tags") or []}
        if set(own) & set(self.inherited):
            raise Refused(
                "InvalidParameterValue",
                "One of the specified transitive tag keys can't be set because it conflicts with a "
                "transitive tag key from the calling session.",
            )
        return own | self.inherited

    @property
    def transitive(self) -> dict[str, str]:
        """The tags that go on to the next role."""
        keys = set(self.params.get("TransitiveTagKeys") or []) | set(self.inherited)
        return {key: value for key, value in self.tags.items() if key in keys}

    def actions(self, first: str) -> list[str]:
        """The permissions that the call needs."""
        tagged = bool(self.params.get("Tags") or self.inherited)
        named = bool(self.params.get("SourceIdentity"))
        return [first] + ["sts:TagSession"] * tagged + ["sts:SetSourceIdentity"] * named

    def context(self) -> dict:
        """The condition keys that the call sets."""
        params, found = self.params, {"sts:RoleSessionName": self.params["RoleSessionName"]}
        for name in ("ExternalId", "SourceIdentity"):
            if params.get(name):
                found[f"sts:{name}"] = params[name]
        if params.get("SerialNumber") and params.get("TokenCode"):
            found["aws:MultiFactorAuthPresent"] = True
        return found


def seconds(asked: int | None, default: int, most: int, longest: int = LONGEST) -> int:
    """Return how long credentials last. ``most`` is the role's maximum. Raises Refused."""
    asked = int(asked or default)
    if not SHORTEST <= asked <= longest:
        word, bound = ("less", longest) if asked > longest else ("greater", SHORTEST)
        raise Refused(
            "ValidationError",
            f"1 validation error detected: Value '{asked}' at 'durationSeconds' failed to satisfy "
            f"constraint: Member must have value {word} than or equal to {bound}",
        )
    if asked > most:
        raise Refused(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    return asked


def role_seconds(asked: Asked, most: int) -> int:
    """Return how long the session of a role lasts, at most an hour for a chained one."""
    length = seconds(asked.params.get("DurationSeconds"), min(CHAINED, most), LONGEST)
    if asked.who.kind == "session" and length > CHAINED:
        raise Refused(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining.",
        )
    return seconds(length, length, most)


def decisions(
    who: Principal,
    role: str,
    document: str | None,
    actions: list[str],
    context: dict,
    tags: dict[str, str],
    transitive: list[str],
    identity: list,
    boundary: list | None = None,
    session: list | None = None,
) -> list[Decision]:
    """Decide each of ``actions`` (sts:AssumeRole, sts:TagSession, ...) on a role.

    ``document`` is its trust policy, None for a role that isn't there (nobody may assume it).
    ``tags`` are the session's tags, ``transitive`` the keys of those that go on.
    """
    context = dict(context)
    context |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    if tags:
        context["aws:TagKeys"] = list(tags)
    if transitive:
        context["sts:TransitiveTagKeys"] = list(transitive)
    policies = Policies(
        identity=identity,
        resource=[parse(document, "trust", "trust policy")] if document else [],
        boundary=boundary,
        session=session,
        resource_decides=True,
    )
    return [decide(Request(who, action, role, context), policies) for action in actions]


def claims(token: str, now: float) -> dict:
    """Return the claims of a JSON web token. The signature is not checked. Raises Refused."""
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        found["iss"], found["sub"]
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            "InvalidIdentityToken",
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an "
            "Access Token)",
        ) from error
    if found.get("exp", now + 1) <= now:
        raise Refused("ExpiredTokenException", "Token expired")
    return found
