"""The decision: may this principal do this action on this resource, and which statement says so?

What is modeled: explicit deny, resource and service control policies, resource policies, identity
policies, permissions boundaries, session policies and endpoint policies, within an account and
across accounts, with the documented special cases for users, roles, sessions and key policies.
Left out: control policies of several levels (pass the policies of all levels that apply; each
must allow), forward access sessions, and service-linked roles' freedom from control policies.

Sources; the first was checked 2026-11-23, the others not:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from dataclasses import dataclass, field

from dealab.models.policy import conditions, matching
from dealab.models.policy.documents import Policy, Statement

#: what each kind of policy is called in the services' messages
TITLES = {
    "endpoint": "VPC endpoint",
    "rcp": "resource control",
    "scp": "service control",
    "resource": "resource-based",
    "trust": "role trust",
    "identity": "identity-based",
    "boundary": "permissions boundary",
    "session": "session",
    "grant": "grant",
}


@dataclass(frozen=True)
class Principal:
    """Who asks. ``kind``: user, session (of a role), root, service, federated or anonymous.

    ``arn`` is the caller's own ARN (of a service: its name, such as ``sns.amazonaws.com``),
    ``role`` the ARN of a session's role, ``id`` the unique id, ``provider`` that of a federated
    caller.
    """

    kind: str
    arn: str = ""
    account: str = ""
    role: str = ""
    id: str = ""
    provider: str = ""


@dataclass(frozen=True)
class Request:
    """One action on one resource. ``account`` owns the resource ("" when the ARN tells).

    ``context`` has the condition keys, names in any case.
    """

    principal: Principal
    action: str
    resource: str = "*"
    context: dict = field(default_factory=dict)
    account: str = ""


@dataclass(frozen=True)
class Policies:
    """Everything that applies to a request; each is a list of ``documents.Policy``.

    ``boundary``, ``session``, ``scp``, ``rcp`` and ``endpoint`` are None when there is none; an
    empty list allows nothing. ``resource_decides``: without an Allow here no identity policy
    counts (key policies and role trust policies). ``grants``: KMS grants, as statements.
    """

    identity: list[Policy] = field(default_factory=list)
    resource: list[Policy] = field(default_factory=list)
    boundary: list[Policy] | None = None
    session: list[Policy] | None = None
    scp: list[Policy] | None = None
    rcp: list[Policy] | None = None
    endpoint: list[Policy] | None = None
    resource_decides: bool = False


@dataclass(frozen=True)
class Step:
    """What one kind of policy said.

    ``verdict``: "explicit deny", "allow", "nothing" (no statement applies) or "none" (there is no
    such policy). ``statement`` decided it. ``others``: (statement, why it does not apply).
    ``how`` (resource policies): how the statement names the caller.
    """

    kind: str
    verdict: str
    statement: Statement | None = None
    others: tuple = ()
    how: str = ""


@dataclass(frozen=True, repr=False)
class Decision:
    """The answer: ``allowed``, and ``decided_by``: the ``Step`` that settled it.

    ``reason`` is the end of the service's message ("because no ... policy allows ...") or, for
    an allowed request, what allowed it. ``steps`` are in the order of evaluation.
    """

    allowed: bool
    request: Request
    decided_by: Step
    reason: str
    steps: tuple

    def __repr__(self) -> str:
        word = "allowed" if self.allowed else "denied"
        return f"<{word}: {self.request.action} on {self.request.resource}, {self.reason}>"

    @property
    def statement(self) -> Statement | None:
        """The statement that decided, or None when none did (an implicit deny)."""
        return self.decided_by.statement

    @property
    def explicit(self) -> bool:
        """Say whether a Deny decided."""
        return self.decided_by.verdict == "explicit deny"

    @property
    def message(self) -> str:
        """The service's sentence for a refusal."""
        who = self.request.principal
        name = who.arn or "anonymous"
        at = f" on resource: {self.request.resource}"
        return f"User: {name} is not authorized to perform: {self.request.action}{at} {self.reason}"


def applies(statement: Statement, request: Request) -> tuple[bool, str, str]:
    """Return (does it apply, how it names the caller, why it does not)."""
    context = {key.lower(): value for key, value in request.context.items()}
    how = "direct"
    if statement.principals is not None:
        how = matching.principal_match(statement.principals, request.principal)
        if not how:
            return False, "", "names another principal"
    if statement.not_principals is not None and matching.spared(
        statement.not_principals, request.principal
    ):
        return False, "", "NotPrincipal names the caller"
    action = request.action
    if statement.actions is not None:
        if not any(matching.like(one, action, True) for one in statement.actions):
            return False, how, "another action"
    elif any(matching.like(one, action, True) for one in statement.not_actions):
        return False, how, "NotAction names the action"
    if statement.resources is not None:
        if not _covers(statement.resources, request.resource, context, statement.version):
            return False, how, "another resource"
    elif statement.not_resources is not None and _covers(
        statement.not_resources, request.resource, context, statement.version
    ):
        return False, how, "NotResource names the resource"
    why = conditions.fails(statement.conditions, context, statement.version)
    return (False, how, why) if why else (True, how, "")


def _covers(patterns, resource: str, context: dict, version: str) -> bool:
    filled = [matching.filled(one, context, version) for one in patterns]
    return any(one is not None and matching.covers_arn(one, resource) for one in filled)


def judge(kind: str, policies: list[Policy] | None, request: Request) -> Step:
    """Ask one kind of policy. With several control policies, each must allow."""
    if policies is None:
        return Step(kind, "none")
    others, allow, best, missing = [], None, "", False
    for policy in policies:
        here = False
        for statement in policy.statements:
            yes, how, why = applies(statement, request)
            if yes and statement.effect == "Deny":
                return Step(kind, "explicit deny", statement, (), how)
            if yes:
                here = True
                if allow is None or _RANK[how] > _RANK[best]:
                    allow, best = statement, how
            else:
                others.append((statement, why))
        missing = missing or not here
    if kind in ("scp", "rcp") and missing:
        allow = None
    if allow is None:
        verdict = "nothing" if policies else "none"
        return Step(kind, verdict, None, tuple(others))
    return Step(kind, "allow", allow, tuple(others), best)


_RANK = {"": 0, "account": 1, "role": 2, "everyone": 3, "direct": 4}


def decide(request: Request, policies: Policies) -> Decision:
    """Decide a request and say what decided it. Never raises for what a policy may say."""
    who = request.principal
    control = None if who.kind in ("service", "anonymous") else policies.scp
    steps = [
        judge("endpoint", policies.endpoint, request),
        judge("rcp", policies.rcp, request),
        judge("scp", control, request),
        judge("resource", policies.resource, request),
        judge("identity", policies.identity if who.kind in ("user", "session") else [], request),
        judge("boundary", policies.boundary if who.kind in ("user", "session") else None, request),
        judge("session", policies.session if who.kind in ("session", "user") else None, request),
    ]
    by_kind = {step.kind: step for step in steps}

    def end(allowed: bool, kind: str, reason: str = "") -> Decision:
        step = by_kind[kind]
        return Decision(allowed, request, step, reason or _reason(step, request), tuple(steps))

    for step in steps:
        if step.verdict == "explicit deny":
            return end(False, step.kind)
    for kind in ("endpoint", "rcp", "scp"):
        if by_kind[kind].verdict == "nothing" or getattr(policies, kind) == []:
            return end(False, kind)
    resource = by_kind["resource"]
    if who.kind in ("service", "anonymous", "federated"):
        return end(resource.verdict == "allow", "resource")
    owner = request.account or matching.account_of(request.resource) or who.account
    at_home = owner == who.account
    granted = resource.verdict == "allow"
    if who.kind == "root":
        if granted or (at_home and not policies.resource_decides):
            return end(True, "resource" if granted else "identity", "the account's root user")
        return end(False, "resource")
    if (not at_home or policies.resource_decides) and not granted:
        missing = at_home or by_kind["identity"].verdict == "allow"
        return end(False, "resource" if missing else "identity")
    if at_home and granted and resource.how != "account":
        # A grant to the role itself is still limited by what limits the role.
        if resource.how == "role":
            for kind in ("boundary", "session"):
                if by_kind[kind].verdict == "nothing" or getattr(policies, kind) == []:
                    return end(False, kind)
        return end(True, "resource")
    if by_kind["identity"].verdict != "allow":
        return end(False, "identity")
    for kind in ("boundary", "session"):
        if by_kind[kind].verdict == "nothing" or getattr(policies, kind) == []:
            return end(False, kind)
    return end(True, "identity")


def _reason(step: Step, request: Request) -> str:
    title = TITLES[step.kind]
    if step.kind == "resource" and request.action.startswith("sts:AssumeRole"):
        title = "role trust"
    policy = title if title == "permissions boundary" else f"{title} policy"
    if step.verdict == "explicit deny":
        article = "the" if title == "role trust" else "an" if title[0] in "aeiou" else "a"
        return f"with an explicit deny in {article} {policy}"
    if step.verdict == "allow":
        return f"allowed by {step.statement.name}"
    return f"because no {policy} allows the {request.action} action"
