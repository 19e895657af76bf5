"""The policy simulator: what would these policies say to these actions?

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html and
API_EvaluationResult.html (not checked). Left out: ResourceHandlingOption, and the start and
end positions of statements.
"""

import re
from itertools import product

from dealab.models.policy.documents import PolicyError, parse
from dealab.models.policy.evaluation import Policies, Principal, Request, applies, decide

SOURCES = {"identity": "IAM Policy", "resource": "Resource Policy", "boundary": "IAM Policy"}
_WORDS = {True: "allowed", False: "implicitDeny"}


def simulate(params: dict, policies: list, boundary: list | None, caller=None) -> dict:
    """Answer SimulateCustomPolicy or SimulatePrincipalPolicy.

    ``params`` are the call's; ``policies`` and ``boundary`` those of the named principal, and
    ``caller`` (with ``principal`` and ``context``) that principal. Raises PolicyError.
    """
    given = params.get("PolicyInputList") or []
    identity = policies + [
        parse(text, "identity", f"PolicyInputList.{number}") for number, text in enumerate(given, 1)
    ]
    limits = params.get("PermissionsBoundaryPolicyInputList") or []
    if limits:
        boundary = [
            parse(text, "boundary", f"PermissionsBoundaryPolicyInputList.{number}")
            for number, text in enumerate(limits, 1)
        ]
    text = params.get("ResourcePolicy")
    resource = [parse(text, "resource", "ResourcePolicy")] if text else []
    who = caller.principal if caller else _principal(params.get("CallerArn"))
    context = dict(caller.context) if caller else {}
    context |= {
        entry["ContextKeyName"]: _value(entry) for entry in params.get("ContextEntries") or []
    }
    owner = params.get("ResourceOwner") or ""
    account = owner.split(":")[4] if owner.startswith("arn:") else owner
    results = []
    names = params.get("ResourceArns") or ["*"]
    for action, name in product(params.get("ActionNames") or [], names):
        if not re.fullmatch(r"[\w-]+:[\w*?-]+", action):
            raise PolicyError(f"Invalid Action Name {action}")
        request = Request(who, action, name, context, account or who.account)
        kept = Policies(identity=identity, resource=resource, boundary=boundary)
        results.append(_result(decide(request, kept), kept, context))
    return {"EvaluationResults": results, "IsTruncated": False}


def _principal(arn: str | None) -> Principal:
    account = arn.split(":")[4] if arn else "123456789012"
    return Principal("user", arn or f"arn:aws:iam::{account}:user/simulated", account)


def _value(entry: dict):
    values = entry.get("ContextKeyValues") or []
    return values if entry.get("ContextKeyType", "").endswith("List") else next(iter(values), None)


def _result(decision, kept: Policies, context: dict) -> dict:
    request = decision.request
    matched, missing = [], set()
    known = {key.lower() for key in context}
    for policies in (kept.identity, kept.resource, kept.boundary or []):
        for policy in policies:
            for statement in policy.statements:
                if applies(statement, request)[0]:
                    matched.append(statement)
                for key in _keys_of(statement, request):
                    if key.lower() not in known:
                        missing.add(key)
    word = "explicitDeny" if decision.explicit else _WORDS[decision.allowed]
    if decision.explicit:
        matched = [one for one in matched if one.effect == "Deny"]
    answer = {
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": word,
        "MatchedStatements": [
            {"SourcePolicyId": one.policy, "SourcePolicyType": SOURCES[one.kind]} for one in matched
        ],
        "MissingContextValues": sorted(missing),
    }
    if kept.boundary is not None:
        step = next(step for step in decision.steps if step.kind == "boundary")
        answer["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": step.verdict == "allow"
        }
    return answer


def _keys_of(statement, request: Request) -> set[str]:
    """Context keys that a statement about this action asks for."""
    from dealab.models.policy import matching

    names = statement.actions or ()
    if statement.actions and not any(matching.like(one, request.action, True) for one in names):
        return set()
    return {key for _, _, _, key, _ in statement.conditions}
