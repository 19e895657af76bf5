"""A decision told step by step, in the order in which policies are asked.

Order: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
(checked 2026-11-23). An explicit deny anywhere ends it; the rest is asked from top to bottom.
"""

from dealab.models.policy.evaluation import Decision

NAMES = {
    "endpoint": "VPC endpoint policy",
    "rcp": "Resource control policies",
    "scp": "Service control policies",
    "resource": "Resource-based policy",
    "identity": "Identity-based policies",
    "boundary": "Permissions boundary",
    "session": "Session policies",
}
_VERDICTS = {
    "none": "no such policy",
    "nothing": "nothing applies",
    "allow": "allows",
    "explicit deny": "denies",
}


def rows(decision: Decision) -> list[dict]:
    """One dict per kind of policy, in order: policy, verdict, statement, why and decided.

    ``statement`` names the one that spoke, ``why`` says for each of the others why it does not
    apply, ``decided`` is True in the row that settled the request.
    """
    found = []
    for step in decision.steps:
        others = [f"{one.name} ({one.effect}): {why}" for one, why in step.others]
        verdict = _VERDICTS[step.verdict]
        if step.how == "account" and step.verdict == "allow":
            verdict = "leaves it to the account's own policies"
        found.append(
            {
                "policy": NAMES[step.kind],
                "verdict": verdict,
                "statement": step.statement.name if step.statement else "",
                "why": "; ".join(others),
                "decided": step is decision.decided_by,
            }
        )
    return found


def sentence(decision: Decision) -> str:
    """The decision in one sentence, for who cannot see a picture."""
    request = decision.request
    who = request.principal.arn or "An anonymous caller"
    word = "is allowed" if decision.allowed else "is not allowed"
    named = decision.statement
    by = f" Decided by {named.name}." if named else ""
    what = f"{request.action} on {request.resource}"
    return f"{who} {word} to do {what}: {decision.reason}.{by}"
