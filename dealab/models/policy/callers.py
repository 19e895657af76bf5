"""Credentials that were given out: access keys of administrators, and sessions of roles.

The same calls make the same keys in every run. Session credentials start with ASIA:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html (not checked)
"""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dealab.models.policy.documents import parse
from dealab.models.policy.evaluation import Principal

ADMIN_KEY = "AKIALABLABLABLABLAB0"  # what every plain client has
ALL = parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    name="AdministratorAccess",
)


@dataclass
class Caller:
    """Somebody with credentials. ``until`` is None for keys that do not expire."""

    principal: Principal
    until: datetime | None = None
    admin: bool = False
    secret: str = ""
    token: str = ""
    context: dict = field(default_factory=dict)
    session_policies: list | None = None
    transitive: dict = field(default_factory=dict)


class Credentials:
    """What was given out, by access key id; ``account`` has an administrator from the start."""

    def __init__(self, account: str):
        self._given: dict[str, Caller] = {}
        self.administrator(account, ADMIN_KEY)

    def known(self, key: str) -> Caller | None:
        """Return whom a key was given to, or None."""
        return self._given.get(key)

    def administrator(self, account: str, key: str = "") -> str:
        """Return an access key id of an administrator of ``account``."""
        key = key or f"AKIALAB{account}0"
        who = Principal(
            "user", f"arn:aws:iam::{account}:user/lab-admin", account, id="AIDALABADMIN"
        )
        context = {"aws:username": "lab-admin"}
        self._given[key] = Caller(who, admin=True, context=context)
        return key

    def assumed(
        self,
        role_arn: str,
        role_id: str,
        tags: dict,
        name: str,
        now: datetime,
        seconds: int,
        **more,
    ) -> tuple[str, Caller]:
        """Make credentials of a session of a role; return (access key id, Caller).

        ``tags`` are the role's; ``more``: ``session_tags``, ``context`` and fields of Caller.
        """
        account = role_arn.split(":")[4]
        arn = f"arn:aws:sts::{account}:assumed-role/{role_arn.rsplit('/', 1)[-1]}/{name}"
        who = Principal("session", arn, account, role_arn, f"{role_id}:{name}")
        tags = tags | more.pop("session_tags", {})
        context = {f"aws:PrincipalTag/{tag}": value for tag, value in tags.items()}
        context |= {"aws:TokenIssueTime": now} | more.pop("context", {})
        return self.keep(Caller(who, now + timedelta(seconds=seconds), context=context, **more))

    def keep(self, caller: Caller) -> tuple[str, Caller]:
        """Give ``caller`` temporary credentials; the same in every run of the same calls."""
        seed = f"{caller.principal.arn} {len(self._given)}".encode()
        text = base64.b32encode(hashlib.sha256(seed).digest()).decode()
        caller.secret = base64.b64encode(hashlib.sha256(seed + b"s").digest()).decode()[:40]
        caller.token = base64.b64encode(hashlib.sha512(seed).digest() * 3).decode()
        key = "ASIA" + text[:16]
        self._given[key] = caller
        return key, caller
