"""Assuming a role: the trust policy and the caller's own policies decide together.

Sources (checked 2026-11-23):
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from dealab.models.policy.documents import parse
from dealab.models.policy.evaluation import Decision, Policies, Principal, Request, decide


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
