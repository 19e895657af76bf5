"""Permissions: every boto3 call is decided by the caller's policies, once they are enforced.

    aws.enforce_permissions()                     # off until then
    aws.explain(lambda: client.get_object(...))   # the decision, whether enforced or not

The decision itself is ``dealab.models.policy``. Not decided: services that its table does not hold
(refused with LabLimit unless the caller is the lab's administrator), calls that moto makes inside
itself, and what Athena reads in the caller's name.
"""

import contextlib
import threading
from dataclasses import replace

from dealab.cloud import keys, principals
from dealab.models.policy import actions, matching, requests, services, wording
from dealab.models.policy.documents import parse
from dealab.models.policy.evaluation import Policies, Principal, Request, decide

_thread = threading.local()
_installed = False
KEPT = 10_000  # decisions
_OWN_CALLERS = ("dealab.", "moto.", "concurrent.futures.")  # modules whose threads act for others
_ANONYMOUS = principals.Caller(Principal("anonymous"))


class Permissions:
    """The lab's permissions. ``decisions``: every ``Decision`` so far, the newest last.

    ``context`` adds condition keys to every request; ``aws:SourceIp`` is an address for examples.
    """

    def __init__(self, lab):
        self.lab, self.enforced, self.decisions = lab, False, []
        self.principals = principals.Principals(lab)
        self.context = {"aws:SourceIp": "203.0.113.10"}
        self._control, self._lent = {}, {}

    def set(self, on: bool, scp, rcp, endpoint, context) -> None:
        """See ``Lab.enforce_permissions``."""
        self.enforced = on
        given = {"scp": scp, "rcp": rcp, "endpoint": endpoint}
        for kind, documents in given.items():
            if documents is not None:
                many = documents if isinstance(documents, list) else [documents]
                self._control[kind] = [
                    parse(one, kind, f"{kind} {number}") for number, one in enumerate(many, 1)
                ]
        self.context |= context or {}

    def explain(self, call=None):
        """See ``Lab.explain``."""
        from botocore.exceptions import ClientError

        if call is None:
            refused = [one for one in self.decisions if not one.allowed]
            return (refused or self.decisions or [None])[-1]
        start = len(self.decisions)
        with watching(), contextlib.suppress(ClientError):
            call()
        made = self.decisions[start:]
        return next((one for one in made if not one.allowed), made[-1] if made else None)

    def acting_as(self, role: str, service: str, session: str):
        """See ``Lab.acting_as``."""
        return acting(lambda: self.role_session(role, service, session)[1])

    def client_as(self, role: str, trusted: str, service: str, region: str):
        """A client of ``service`` whose calls are those of ``role``, which trusts ``trusted``.

        While nothing is enforced it is a plain client.
        """
        import boto3

        if not (self.enforced and role):
            return boto3.client(service, region_name=region)
        key, caller = self.role_session(role, trusted, "lab")
        return self.boto(key, caller.secret, caller.token).client(service, region_name=region)

    def role_session(self, role: str, service: str, session: str):
        """Credentials that ``service`` gets for ``role``: (access key id, Caller).

        Raises ClientError when the role does not trust the service, while permissions are enforced.
        """
        from botocore.exceptions import ClientError

        refused = self.distrust(role, service)
        if refused:
            answer = {"Error": {"Code": "AccessDenied", "Message": refused.message}}
            raise ClientError(answer, "AssumeRole")
        return self.principals.session(role, session)

    def distrust(self, role: str, service: str):
        """Return the decision that keeps ``service`` from assuming ``role``, or None."""
        kept = principals.role_named(role) if self.enforced else None
        if kept is None:
            return None
        trusts = [parse(kept.assume_role_policy_document, "trust", "trust policy")]
        context = {"aws:SourceAccount": self.lab.account} | self.context
        request = Request(Principal("service", service), "sts:AssumeRole", role, context)
        decision = decide(request, Policies(resource=trusts))
        self.decisions.append(decision)
        return None if decision.allowed else decision

    def lend(self, function, environment) -> dict[str, str]:
        """Give a handler its role's credentials, as variables and as boto3's default session."""
        role = function.role or ""
        if role.count(":") < 5:
            return {}
        key, session = self._lent.get((role, function.function_name), (None, None))
        if session is None:
            key, session = self.principals.session(role, function.function_name)
            session.until = None  # the service renews them
            if principals.role_named(role) is None:  # a made-up one stays in this account
                session.principal = replace(session.principal, account=self.lab.account)
            self._lent[role, function.function_name] = key, session
        variables = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": session.secret}
        variables["AWS_SESSION_TOKEN"] = session.token
        if environment.session is None or environment.session.get_credentials().access_key != key:
            environment.session = self.boto(*variables.values(), region=function.region)
        return variables

    def boto(self, *credentials, region: str = ""):
        """A boto3 Session of its own that shares what the lab's has read."""
        import boto3
        import botocore.session

        from dealab.cloud import lab

        made = botocore.session.Session()
        made.register_component("data_loader", lab._loader)
        return boto3.Session(*credentials, region or self.lab.region, made)

    def session(self, account: str = "", key: dict | None = None):
        """See ``Lab.session``."""
        given = key or {}
        given = given.get("AccessKey") or given.get("Credentials") or given
        if not given:
            given = {"AccessKeyId": self.principals.administrator(account), "SecretAccessKey": "x"}
        return self.boto(given["AccessKeyId"], given["SecretAccessKey"], given.get("SessionToken"))

    def control(self, kind: str, account: str):
        """The control policies of the lab's own account (others have none)."""
        return self._control.get(kind) if account == self.lab.account else None

    def caller_of(self, client) -> principals.Caller | None:
        """Who calls through ``client``; None for an unknown key. ``acting_as`` comes first."""
        from botocore import UNSIGNED

        acting = getattr(_thread, "acting", None)
        if acting:
            return acting
        credentials = client._request_signer._credentials
        if client.meta.config.signature_version is UNSIGNED or credentials is None:
            return _ANONYMOUS
        frozen = credentials.get_frozen_credentials()
        caller = self.principals.of_key(frozen.access_key)
        wrong = caller and caller.secret and caller.secret != frozen.secret_key
        if wrong or (caller and caller.token and caller.token != frozen.token):
            return None
        return caller

    def decided(self, caller, service: str, need, region: str):
        """Decide one need of a caller."""
        owner = self.owner(service, need.resource) or caller.principal.account or self.lab.account
        context = self.about(caller, region) | {"aws:ResourceAccount": owner}
        owned = need.action.partition(":")[0]
        tags = principals.tags_of(owned, need.resource, owner)
        for prefix in ("aws", *({owned} & {"iam", "secretsmanager"})):
            context |= {f"{prefix}:ResourceTag/{tag}": value for tag, value in tags.items()}
        if owned == "s3" and "/" in need.resource:
            tags = principals.object_tags(need.resource, owner)
            context |= {f"s3:ExistingObjectTag/{tag}": value for tag, value in tags.items()}
        if owned == "kms":
            context["kms:CallerAccount"] = caller.principal.account
        policies = principals.applying(caller, owned, need.resource, owner, self.control)
        request = Request(
            caller.principal, need.action, need.resource, context | need.context, owner
        )
        decision = decide(request, policies)
        self.decisions.append(decision)
        if len(self.decisions) > KEPT:
            del self.decisions[: KEPT // 2]
        return decision

    def may_deliver(self, source: str, target: str) -> bool:
        """Say whether the resource policy of ``target`` lets the service of ``source`` deliver.

        Both are ARNs. True while nothing is enforced, and for targets that need a role instead.
        """
        service = services.DELIVERERS.get((source.split(":") + [""] * 3)[2])
        action = services.DELIVERIES.get(target.split(":")[2])
        if not (self.enforced and service and action):
            return True
        account = matching.account_of(source) or self.owner("s3", source)
        caller = principals.Caller(
            Principal("service", service),
            context={"aws:SourceArn": source, "aws:SourceAccount": account},
        )
        return self.decided(caller, "", actions.Need(action, target), self.lab.region).allowed

    def may_as(self, role: str, service: str, action: str, resource: str) -> bool:
        """Say whether ``role`` trusts ``service`` and may do ``action``; True while not "
        "enforced."""
        if not self.enforced:
            return True
        if self.distrust(role, service):
            return False
        _, caller = self.principals.session(role, "lab")
        need = actions.Need(action, resource)
        return self.decided(caller, "", need, self.lab.region).allowed

    def about(self, caller, region: str) -> dict:
        """The condition keys that every request has, then the caller's own and the lab's."""
        found = requests.context(caller.principal, region, self.lab.clock.now())
        return found | caller.context | self.context

    def owner(self, service: str, arn: str) -> str:
        """The account that owns a resource, "" when nothing tells."""
        if arn.startswith("arn:aws:s3:::"):
            from moto.s3.models import s3_backends

            return s3_backends.bucket_accounts.get(arn[13:].split("/")[0], ("", ""))[1]
        account = matching.account_of(arn)
        return "" if account == "aws" else account  # AWS managed policies belong to everybody

    def check(self, client, operation: str, params: dict) -> str:
        """Decide a call and raise what the service would; return the account that answers it."""
        service, region = client.meta.service_model.service_name, client.meta.region_name
        caller = self.caller_of(client)
        watched = self.enforced or getattr(_thread, "watched", False)
        if caller is None:
            if self.enforced:
                raise error(client, operation, *wording.unknown(service))
            return self.lab.account
        if caller.until and caller.until <= self.lab.clock.now():
            raise error(client, operation, *wording.expired(service))
        _thread.caller = caller
        home = caller.principal.account or self.lab.account
        try:
            needed = actions.needs(
                service, operation, params, region, home, self.lookup(region, home)
            )
        except actions.UnknownService:
            if watched and not caller.admin:
                from dealab.sql.errors import LabLimit

                raise LabLimit(
                    f"permissions of the service {service}",
                    f"IAM decides this call by the actions and resources of {service}.",
                    "Each service lists its actions, resources and condition keys in the "
                    "authorization reference.",
                ) from None
            return home
        except (AttributeError, KeyError, TypeError, ValueError):
            if watched:
                raise
            needed = []  # nothing is decided, so that an odd parameter must not matter
        if operation == "CreateFunction" and self.distrust(params["Role"], "lambda.amazonaws.com"):
            words = "The role defined for the function cannot be assumed by Lambda."
            raise error(client, operation, "InvalidParameterValueException", words, 400)
        if bad := services.bad_policy(service, operation, params):
            raise error(client, operation, *bad, 400)
        uses = keys.used(service, operation, params, home, region)
        for need in [*needed, *keys.needs(uses, service, region)] if watched else ():
            decision = self.decided(caller, service, need, region)
            if not decision.allowed and self.enforced:
                raise refusal(client, service, operation, decision)
        if self.enforced and operation == "PutBucketNotificationConfiguration":
            bucket = f"arn:aws:s3:::{params['Bucket']}"
            if not all(self.may_deliver(bucket, one) for one in services.destinations(params)):
                words = "Unable to validate the following destination configurations"
                raise error(client, operation, "InvalidArgument", words, 400)
        if why := keys.refused(uses, service):
            raise error(client, operation, *why, 400)
        owners = {self.owner(service, need.resource) for need in needed} - {""}
        # S3 finds buckets of all accounts by itself; the rest answers where the resource is.
        return owners.pop() if service not in ("s3", "iam", "sts") and len(owners) == 1 else home

    def lookup(self, region: str, account: str):
        """Return the function that answers what only moto's state tells; see ``actions.needs``."""
        import moto.backends

        def find(service: str, name: str, value):
            with contextlib.suppress(Exception):
                place = "aws" if service == "iam" else region
                backend = moto.backends.get_backend(service)[account][place]
                if service == "dynamodb":
                    table = backend.get_table(value.split("/")[-1])
                    return table.hash_key_attr
                if service == "kms" and name == "CiphertextBlob":
                    from dealab.cloud.joints.kms import key_in

                    return backend.keys[key_in(value)].arn
                if service == "kms":
                    return (
                        value
                        if ":key/" in value
                        else backend.keys[backend.any_id_to_key_id(value)].arn
                    )
                if service == "secretsmanager":
                    return backend.secrets[value].arn
                if service == "athena":
                    return backend.executions[value].workgroup.name
                if service == "iam":
                    one = backend.get_user(value) if name == "UserName" else backend.get_role(value)
                    return one.arn
            return actions.iterator_stream(value) if service == "kinesis" else None

        return find


def caller():
    """Who makes the call that this thread is answering, or None."""
    return getattr(_thread, "caller", None)


@contextlib.contextmanager
def acting(who):
    """Calls of this thread are those of ``who()`` (a ``principals.Caller``) meanwhile."""
    before = getattr(_thread, "acting", None), getattr(_thread, "acting_at", 0)
    _thread.acting = who()
    _thread.acting_at = getattr(_thread, "inside", 0)
    try:
        yield _thread.acting
    finally:
        _thread.acting, _thread.acting_at = before


@contextlib.contextmanager
def watching():
    """Decide the calls of this thread also while nothing is enforced."""
    before = getattr(_thread, "watched", False)
    _thread.watched = True
    try:
        yield
    finally:
        _thread.watched = before


def error(client, operation: str, code: str, message: str, status: int = 403):
    """The ClientError that boto3 raises for a refusal."""
    parsed = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0},
    }
    return client.exceptions.from_code(code)(parsed, operation)


def refusal(client, service: str, operation: str, decision):
    """The service's own AccessDenied for a decision, which it carries as ``decision``."""
    found = error(client, operation, *wording.denied(service, operation, decision))
    found.decision = decision
    return found


def install(lab_of) -> None:
    """Hook into botocore (every call) and moto (accounts, raw requests). Safe to repeat."""
    global _installed
    if _installed:
        return
    _installed = True
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError
    from moto.core.botocore_stubber import BotocoreStubber
    from moto.core.responses import BaseResponse

    serialize = BaseClient._convert_to_request_dict
    call, account = BaseClient._make_api_call, BaseResponse.get_current_account
    answer = BotocoreStubber.process_request

    def make_api_call(self, operation_name, api_params):
        lab = lab_of()
        inside = getattr(_thread, "inside", 0)
        # What a service calls while it answers is its own affair, unless it took on a role then.
        if lab is None or (inside and inside != getattr(_thread, "acting_at", 0)):
            return call(self, operation_name, api_params)
        before = getattr(_thread, "caller", None), getattr(_thread, "account", None)
        _thread.inside, _thread.undecided = inside + 1, True
        try:
            try:
                return call(self, operation_name, api_params)
            except NotImplementedError:  # moto has the service without this operation
                raise _limit(self, operation_name) from None
            except ClientError as failed:
                if failed.response["Error"].get("Message") == "Not yet implemented":
                    raise _limit(self, operation_name) from None  # moto has not even the service
                raise _hidden(lab, self, operation_name, api_params, failed) from None
        finally:
            _thread.inside, _thread.undecided = inside, False
            _thread.caller, _thread.account = before

    def convert(self, api_params, operation_model, *args, **kwargs):
        # Here the parameters are checked and in the form of the service: the place to decide.
        request = serialize(self, api_params, operation_model, *args, **kwargs)
        if getattr(_thread, "undecided", False):
            _thread.undecided = False
            check = lab_of().permissions.check
            _thread.account = check(self, operation_model.name, api_params)
        return request

    def get_current_account(self):
        return getattr(_thread, "account", None) or account(self)

    def process_request(self, request):
        lab = lab_of()
        if lab is None or getattr(_thread, "inside", 0) or not lab.permissions.enforced:
            return answer(self, request)
        return _raw_refusal(lab.permissions, request) or answer(self, request)

    _inherit()
    BaseClient._make_api_call = make_api_call
    BaseClient._convert_to_request_dict = convert
    BaseResponse.get_current_account = get_current_account
    BotocoreStubber.process_request = process_request


def _inherit() -> None:
    """Threads that a thread starts, and work that it hands to a pool, act as whom it acts as.

    upload_file works in a pool. Threads of the lab, of moto and of pools have their own callers.
    """
    import threading
    from concurrent.futures import ThreadPoolExecutor

    submit, start = ThreadPoolExecutor.submit, threading.Thread.start

    def started(self):
        who = getattr(_thread, "acting", None)
        work = getattr(self, "_target", None) or type(self)
        if who is not None and not str(work.__module__).startswith(_OWN_CALLERS):
            run = self.run

            def as_starter():
                with acting(lambda: who):
                    run()

            self.run = as_starter
        start(self)

    def handed_over(self, work, /, *args, **kwargs):
        who = getattr(_thread, "acting", None)
        if who is None:
            return submit(self, work, *args, **kwargs)

        def as_before():
            with acting(lambda: who):
                return work(*args, **kwargs)

        return submit(self, as_before)

    ThreadPoolExecutor.submit, threading.Thread.start = handed_over, started


def _limit(client, operation: str):
    from dealab.sql.errors import LabLimit

    name = f"{client.meta.service_model.service_name}:{operation}"
    return LabLimit(
        name,
        f"The service has the operation {operation}; the library under this lab lacks it.",
        "Know what a service is for; the names of its rarer calls are not asked.",
    )


def _hidden(lab, client, operation: str, params: dict, failed):
    """S3 does not tell who may not list a bucket that a key is missing.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (not checked)
    """
    missing = failed.response["Error"]["Code"] in ("NoSuchKey", "404")
    if not (missing and lab.permissions.enforced and operation in ("GetObject", "HeadObject")):
        return failed
    need = actions.Need("s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}")
    decision = lab.permissions.decided(caller(), "s3", need, client.meta.region_name)
    return failed if decision.allowed else refusal(client, "s3", operation, decision)


def _raw_refusal(permissions, request):
    """Decide a request that no boto3 client made: a presigned URL, or anybody's, to S3."""
    read = requests.s3_call(request.method, request.url)
    if read is None:
        return None
    operation, params, key = read
    caller = permissions.principals.of_key(key) if key else _ANONYMOUS
    region = permissions.lab.region
    if caller and caller.until and caller.until <= permissions.lab.clock.now():
        caller = None
    for need in actions.needs("s3", operation, params, region, ""):
        if caller is None or not permissions.decided(caller, "s3", need, region).allowed:
            body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            return 403, {"Content-Type": "application/xml"}, body
    return None
