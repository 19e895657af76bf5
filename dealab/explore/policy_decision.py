"""Explorer: a request meets up to four policies; which of them decides?

The decision is that of the local AWS (``dealab.models.policy.evaluation``), which follows
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from dealab.models.policy import documents, evaluation

HOME, OTHER = "111122223333", "444455556666"
ACCOUNTS = ["the user's own account", "another account"]
SAYS = ["says nothing", "allows", "denies"]
LIMIT = ["is not there", "allows", "does not allow", "denies"]
OBJECT = "arn:aws:s3:::fernway-lake/curated/orders"
USER = f"arn:aws:iam::{HOME}:user/nora"

ABOUT = (
    "<p>A Deny anywhere wins. The organization and the boundary only limit. Within an account one "
    "Allow is enough, in the user's or in the bucket's policy; between accounts both are needed. "
    "Decided by: <code>dealab.models.policy.evaluation.decide</code>. Source: "
    '<a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/'
    'reference_policies_evaluation-logic.html">evaluation logic</a>.</p>'
)

_NAMES = {
    "scp": "organization",
    "resource": "bucket policy",
    "identity": "user's policy",
    "boundary": "boundary",
}
_COLORS = {
    "explicit deny": "#b35806",
    "allow": "#4c78a8",
    "nothing": "#d9d9d9",
    "none": "#ffffff",
}


def _policy(word: str, kind: str):
    """Return the policies of one kind, as ``decide`` takes them."""
    if word == "is not there":
        return None
    if word in ("says nothing", "does not allow"):
        return []
    statement = {
        "Effect": "Allow" if word == "allows" else "Deny",
        "Action": "s3:GetObject",
        "Resource": OBJECT,
    }
    if kind == "resource":
        statement["Principal"] = {"AWS": USER}
    whole = {"Version": "2012-10-17", "Statement": [statement]}
    return [documents.parse(whole, "resource" if kind == "resource" else "identity")]


def outcome(account: str, scp: str, resource: str, identity: str, boundary: str):
    """Return the ``Decision`` for a user who reads an object; arguments as in the lists above."""
    request = evaluation.Request(
        evaluation.Principal("user", USER, HOME),
        "s3:GetObject",
        OBJECT,
        account=HOME if account == ACCOUNTS[0] else OTHER,
    )
    return evaluation.decide(
        request,
        evaluation.Policies(
            identity=_policy(identity, "identity"),
            resource=_policy(resource, "resource"),
            boundary=_policy(boundary, "boundary"),
            scp=_policy(scp, "scp"),
        ),
    )


def policy_decision():
    """Show lists: what each policy says. Returns the panel."""
    from matplotlib.figure import Figure

    from dealab.explore import _panel

    def draw(account, scp, resource, identity, boundary):
        found = outcome(account, scp, resource, identity, boundary)
        steps = {step.kind: step for step in found.steps}
        said = {"scp": scp, "resource": resource, "identity": identity, "boundary": boundary}
        figure = Figure(figsize=(7.5, 1.5), layout="constrained")
        axes = figure.subplots()
        for place, (kind, name) in enumerate(_NAMES.items()):
            verdict = steps[kind].verdict
            decides = found.decided_by.kind == kind
            axes.barh(
                0,
                0.9,
                left=place,
                color=_COLORS[verdict],
                edgecolor="#222222",
                linewidth=3 if decides else 0.6,
            )
            dark = verdict in ("explicit deny", "allow")
            axes.text(
                place + 0.45,
                0,
                f"{name}\n{said[kind]}" + ("\n(decides)" if decides else ""),
                ha="center",
                va="center",
                fontsize=8,
                color="white" if dark else "#222222",
            )
        axes.axis("off")
        why = (
            f"The {_NAMES[found.decided_by.kind]} decides"
            + (" with its Deny" if found.explicit else "" if found.allowed else ": no Allow")
            + "."
        )
        words = f"The read is {'allowed' if found.allowed else 'denied'}. {why}"
        told = "; ".join(f"{_NAMES[kind]} {word}" for kind, word in said.items())
        return figure, f"The bucket is in {account}. {told}. {words}", words

    controls = {
        "account": _panel.choice("The bucket is in", ACCOUNTS),
        "scp": _panel.choice("The organization's policy", LIMIT),
        "resource": _panel.choice("The bucket's policy", SAYS),
        "identity": _panel.choice("The user's policy", SAYS, "allows"),
        "boundary": _panel.choice("The permissions boundary", LIMIT),
    }
    return _panel.Panel(draw, controls, ABOUT)
