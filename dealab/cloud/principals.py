"""Who calls, and which policies apply: access keys, role sessions, and moto's stored policies."""

import contextlib
import json

from dealab.models.policy.callers import ADMIN_KEY, ALL, Caller, Credentials
from dealab.models.policy.documents import PolicyError, parse
from dealab.models.policy.evaluation import Policies, Principal
from dealab.models.policy.grants import as_policy

__all__ = ["ADMIN_KEY", "ALL", "Caller", "Principals"]


def role_named(arn: str):
    """Return moto's role of an ARN, or None."""
    from moto.iam.models import iam_backends

    with contextlib.suppress(Exception):
        return iam_backends[arn.split(":")[4]]["aws"].get_role_by_arn(arn)
    return None


class Principals(Credentials):
    """The credentials that this lab has given out, and the access keys of moto's users."""

    def __init__(self, lab):
        super().__init__(lab.account)
        self._clock = lab.clock

    def session(self, role_arn: str, name: str, seconds: int = 3600, tags=None, **more):
        """Make credentials of a session of a role; return (access key id, Caller)."""
        role = role_named(role_arn)
        own = {tag["Key"]: tag["Value"] for tag in (role.tags if role else None) or []}
        about = role_arn, role.id if role else "AROALAB", own, name, self._clock.now(), seconds
        return self.assumed(*about, session_tags=tags or {}, **more)

    def of_key(self, key: str) -> Caller | None:
        """Return the caller of an access key id, or None for an unknown or inactive one."""
        if (known := self.known(key)) is not None:
            return known
        from moto.iam.models import iam_backends

        for account in list(iam_backends):
            user = iam_backends[account]["aws"].get_user_from_access_key_id(key)
            if user:
                kept = user.get_access_key_by_id(key)
                if kept.status != "Active":
                    return None
                return of_user(user, kept.secret_access_key)
        return None


def of_user(user, secret: str = "") -> Caller:
    """Return the caller that moto's ``user`` is."""
    context = {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in user.tags or []}
    context["aws:username"] = user.name
    who = Principal("user", user.arn, user.account_id, id=user.id)
    return Caller(who, secret=secret, context=context)


def identity_policies(caller: Caller) -> tuple[list, list | None]:
    """Return (identity policies, permissions boundary or None) as moto holds them now."""
    from moto.iam.models import iam_backends

    who = caller.principal
    if caller.admin:
        return [ALL], None
    iam = iam_backends[who.account]["aws"]
    holder, groups = None, []
    with contextlib.suppress(Exception):  # a user or role that is gone has no policies
        if who.kind == "session" and who.role:
            holder = iam.get_role_by_arn(who.role)
        else:
            holder = iam.get_user(who.arn.rsplit("/", 1)[-1])
            groups = iam.get_groups_for_user(holder.name)
    if holder is None:
        return [], None
    found, boundary = policies_of([holder, *groups]), None
    if arn := getattr(holder, "permissions_boundary_arn", None):
        kept = iam.managed_policies.get(arn)
        boundary = [managed(kept, "boundary")] if kept else []
    return found, boundary


def policies_of(holders: list) -> list:
    """Return the inline and attached policies of moto's users, groups and roles."""
    found = []
    for one in holders:
        found += [parse(text, name=name) for name, text in one.policies.items()]
        found += [managed(policy) for policy in one.managed_policies.values()]
    return found


def managed(policy, kind: str = "identity"):
    """Return moto's managed policy in its default version."""
    version = next(one for one in policy.versions if one.version_id == policy.default_version_id)
    return parse(version.document, kind, policy.name)


def resource_policies(service: str, arn: str, account: str) -> list:
    """Return the policies that moto keeps at a resource, with the grants of a KMS key."""
    import moto.backends

    region = (arn.split(":") + [""] * 4)[3] or "aws"
    last = arn.split(":", 5)[-1]
    text = None
    with contextlib.suppress(Exception):  # a resource that isn't there has no policy
        backend = moto.backends.get_backend(service)[account][region]
        if service == "s3":
            text = backend.get_bucket(last.split("/")[0]).policy
        elif service == "sqs":
            text = backend.queues[last].policy
        elif service == "sns":
            text = backend.topics[arn].policy
        elif service == "kms":
            key = backend.keys[backend.any_id_to_key_id(arn)]
            grants = [
                as_policy(one.id, one.grantee_principal, one.operations, one.constraints)
                for one in key.grants.values()
            ]
            return [parse(key.policy, "resource", "key policy"), *grants]
        elif service == "secretsmanager":
            text = backend.secrets[arn].policy
        elif service == "lambda":
            statements = backend.get_function(arn).policy.statements
            text = {"Version": "2012-10-17", "Statement": statements} if statements else None
        elif service == "dynamodb":
            text = backend.resource_policies[arn.split("/index/")[0]].policy_doc
        elif service == "kinesis":
            text = backend.resource_policies[arn]
    if isinstance(text, bytes):
        text = text.decode()
    try:
        return [parse(text, "resource", f"policy of {arn}")] if text else []
    except PolicyError:
        return []


def tags_of(service: str, arn: str, account: str) -> dict:
    """Return the tags of a resource, where moto lists them."""
    import moto.backends

    region = (arn.split(":") + [""] * 4)[3] or "aws"
    with contextlib.suppress(Exception):
        backend = moto.backends.get_backend(service)[account][region]
        if service == "iam":
            role = role_named(arn)
            return {tag["Key"]: tag["Value"] for tag in (role.tags if role else None) or []}
        for found in backend.iter_tagged_resources():
            if found.arn == arn:
                return dict(found.tags)
    return {}


def object_tags(arn: str, account: str) -> dict:
    """Return the tags of an S3 object, {} when it is not there."""
    from moto.s3.models import s3_backends

    bucket, _, name = arn.removeprefix("arn:aws:s3:::").partition("/")
    backend = s3_backends[account]["aws"]
    with contextlib.suppress(Exception):
        return dict(backend.tagger.get_tag_dict_for_resource(backend.get_object(bucket, name).arn))
    return {}


def applying(caller: Caller, service: str, arn: str, account: str, control) -> Policies:
    """Collect everything that decides about ``arn``. ``control``: the lab's control policies."""
    identity, boundary = identity_policies(caller)
    session = caller.session_policies
    return Policies(
        identity=identity,
        resource=resource_policies(service, arn, account),
        boundary=boundary,
        session=session,
        scp=control("scp", caller.principal.account),
        rcp=control("rcp", account),
        endpoint=control("endpoint", caller.principal.account),
        resource_decides=service == "kms" and ":key/" in arn,
    )


def session_policy(text: str | None, arns: list, account: str) -> list | None:
    """Read the session policies of an AssumeRole call; None when there are none."""
    from moto.iam.models import iam_backends

    if not text and not arns:
        return None
    found = [parse(json.loads(text), "session", "session policy")] if text else []
    backend = iam_backends[account]["aws"]
    for arn in arns:
        load_managed(backend, arn)
        if arn not in backend.managed_policies:
            raise PolicyError(f"Policy {arn} does not exist or is not attachable.")
        found.append(managed(backend.managed_policies[arn], "session"))
    return found


_shipped: dict = {}


def load_managed(backend, arn: str = "") -> None:
    """Put one AWS managed policy, or all of them, into moto's store of an account."""
    if arn and (not arn.startswith("arn:aws:iam::aws:") or arn in backend.managed_policies):
        return
    from moto.iam.models import AWSManagedPolicy

    if not _shipped:  # 3 MB of JSON: only when somebody wants one
        from moto.iam.aws_managed_policies import aws_managed_policies_data

        _shipped.update(json.loads(aws_managed_policies_data))
    names = [arn.rsplit("/", 1)[-1]] if arn else list(_shipped)
    for name in names:
        if name in _shipped:
            made = AWSManagedPolicy.from_data(
                name, backend.account_id, backend.region_name, _shipped[name]
            )
            backend.managed_policies.setdefault(made.arn, made)
