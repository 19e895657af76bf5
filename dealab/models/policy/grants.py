"""A KMS grant as a policy statement: it allows its operations under its constraints.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html (not checked). Left
out: grant tokens, because a grant of the lab works at once.
"""

from dealab.models.policy.documents import NEW, Policy, parse


def as_policy(name: str, grantee: str, operations: list[str], constraints: dict | None) -> Policy:
    """Return the grant ``name`` as a policy of the key.

    ``constraints`` may hold EncryptionContextEquals or EncryptionContextSubset.
    """
    exact = (constraints or {}).get("EncryptionContextEquals")
    wanted = exact or (constraints or {}).get("EncryptionContextSubset") or {}
    condition = {}
    if wanted:
        pairs = {f"kms:EncryptionContext:{key}": value for key, value in wanted.items()}
        condition["StringEquals"] = pairs
    if exact:
        condition["ForAllValues:StringEquals"] = {"kms:EncryptionContextKeys": list(exact)}
    kind = "Service" if grantee.endswith(".amazonaws.com") else "AWS"
    statement = {
        "Effect": "Allow",
        "Principal": {kind: grantee},
        "Action": [f"kms:{operation}" for operation in operations],
        "Resource": "*",
        "Condition": condition,
    }
    return parse({"Version": NEW, "Statement": statement}, "resource", f"grant {name}")
