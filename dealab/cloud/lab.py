"""The lab: starts moto, keeps the learner's own settings away, and joins what moto leaves apart."""

import contextlib
import os
import sys

from dealab.cloud import calls, labtime
from dealab.guard import fetching, network
from dealab.models.clock import Clock
from dealab.models.turns import Turns

_SEED = 2026
_current = None
_loader = None  # of botocore: parsed service models, kept from start to start


def start(region: str, account: str, at=None) -> "Lab":
    """See ``dealab.cloud.start_aws``."""
    if not (account.isdigit() and len(account) == 12):
        raise ValueError(f"account must be twelve digits, such as 111122223333, not {account!r}")
    if _current is not None:
        _current.stop()
    return Lab(region, account, at)


def current() -> "Lab":
    """Return the running lab. Raises RuntimeError when there is none."""
    if _current is None:
        raise RuntimeError("No lab is running. Run aws = start_aws() first.")
    return _current


def running() -> "Lab | None":
    """Return the running lab, or None."""
    return _current


class Lab:
    """A running local AWS. ``region`` and ``account`` are those of every plain client.

    ``clock`` is its time (``dealab.models.clock.Clock``).
    """

    def __init__(self, region: str, account: str, at=None):
        global _current
        self.region, self.account = region, account
        self.clock = Clock(at)
        self._stands = at is not None
        self.clock.around = lambda: labtime.LabTime(self.clock)
        self.started = self.clock.now()
        self.calls: list = []  # every boto3 call (``dealab.models.trail.Call``), oldest first
        self.calls_dropped = 0
        self.bridge = None  # of the lake and S3, once S3 was used (``dealab.cloud.lake``)
        _forget_lake()
        self._saved = _own_environment(region, account)
        try:
            from moto import mock_aws
            from moto.moto_api._internal import mock_random

            from dealab.cloud import handlers, joints, permissions, serving
            from dealab.cloud.handlers import Runtime
            from dealab.sql import lake as lakes

            network.guard_botocore()
            fetching.install(lambda: _current)
            lakes.guardian, lakes.has_bucket = _guardian, serving.has_bucket
            labtime.install(lambda: _current)
            calls.install(lambda: _current)
            joints.install(current)
            permissions.install(lambda: _current)
            self._mock = mock_aws(
                config={
                    "core": {"mock_credentials": False, "reset_boto3_session": True},
                    "stepfunctions": {"execute_state_machine": True},
                }
            )
            self._mock.start()
            _new_default_session()
            mock_random.seed(_SEED)  # after the start: emptying moto draws random numbers, too
            self.runtime = Runtime(mock_random, self)
            self.permissions = permissions.Permissions(self)
            self.turns = Turns(
                self.clock,
                may_run=lambda: not handlers.in_handler(),
                around=lambda: labtime.LabTime(self.clock),
            )
            self.limits = None
            self.positions: dict[
                str, dict
            ] = {}  # event source mapping -> shard -> how far it is read
        except BaseException:
            _restore(self._saved)
            raise
        _current = self

    def __repr__(self) -> str:
        state = "running" if _current is self else "stopped"
        return f"<local AWS, {state}: account {self.account}, Region {self.region}>"

    @property
    def lake(self):
        """The buckets and the catalog that ``%%athena`` and ``%%redshift`` see, too
        (``dealab.sql.lake.Lake``)."""
        from dealab.sql import lake

        return lake.current()

    @property
    def invocations(self) -> list:
        """Every Lambda invocation since the start, oldest first."""
        return self.runtime.invocations

    def run_event_sources(self, rounds: int = 1) -> list:
        """Poll every enabled event source mapping, in the order in which they were made.

        One round reads all that is there, batch by batch, and invokes the function for each batch.
        A batch that fails is tried once a round; what comes after it waits, as on the service.
        With ``rounds`` above 1 that many rounds are run, fewer if nothing is left to do.
        Returns the invocations of this call (``dealab.cloud.handlers.Invocation``), in order.
        """
        from dealab.cloud import sources

        start = len(self.invocations)
        for _ in range(rounds):
            if not sources.poll_all(self):
                break
        return self.invocations[start:]

    def wait_for(self, execution: str) -> dict:
        """Let time pass until a state machine's execution (its ARN) has ended; describe it.

        The clock moves as far as the waits, retries and timeouts on the way need. An execution
        that waits for a task token nobody sends is returned as it is, ``RUNNING``.
        """
        import boto3

        states = boto3.client("stepfunctions", region_name=execution.split(":")[3])
        while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
            due = self.turns.due()
            if due is None:
                break
            self.clock.move(to=max(due, self.clock.now()))
        return found

    def throttle(
        self,
        kinesis: bool = False,
        dynamodb: bool = False,
        call_seconds: float = 0.01,
        burst: bool = False,
    ):
        """Switch the model of throughput limits on or off (``dealab.models.capacity``).

        While one is on, the lab's clock stands still but for ``lab.limits.clock.sleep(1)``,
        ``lab.clock.move``, the SDK's waits, and ``call_seconds`` for each call to a limited
        service. ``burst`` lets DynamoDB tables save unused units. Returns the ``Limits`` (also
        ``lab.limits``); calling it again starts from an unused second.
        """
        from dealab.cloud import throttle
        from dealab.models.capacity import LimitClock, Limits

        if kinesis or dynamodb:
            self.clock.stand()
        elif not self._stands:
            self.clock.run()
        clock = LimitClock(self.clock, call_seconds)
        self.limits = Limits(clock, kinesis, dynamodb, burst)
        throttle.install(lambda: _current and _current.limits)
        return self.limits

    def enforce_permissions(self, on=True, scp=None, rcp=None, endpoint=None, context=None) -> None:
        """Decide every boto3 call by its caller's policies, and refuse as the service does.

        Off until called, so that lessons on other subjects need no policies. ``scp``, ``rcp`` and
        ``endpoint`` are policy documents (or lists) over the lab's own account: service control,
        resource control and VPC endpoint policies. ``context`` sets condition keys of all
        requests, such as ``{"aws:SourceIp": "198.51.100.7"}``. Plain clients are those of an
        administrator. Raises PolicyError for a document that is no policy.
        """
        self.permissions.set(on, scp, rcp, endpoint, context)

    def explain(self, call=None):
        """Run ``call()`` and return the ``Decision`` about it; without it, the last refusal.

        Of several decisions that a call needs, the first refusal, else the last. Works also while
        permissions are not enforced (the call then goes through). None when nothing was decided.
        See ``dealab.views.decision``.
        """
        return self.permissions.explain(call)

    def acting_as(self, role: str, service: str = "lambda.amazonaws.com", session: str = "lab"):
        """Within ``with aws.acting_as(role_arn):`` this thread's boto3 calls are the role's.

        The role must trust ``service``: else entering raises ClientError, while permissions are
        enforced.
        """
        return self.permissions.acting_as(role, service, session)

    def session(self, account: str = "", key: dict | None = None):
        """Return a boto3 Session: of an administrator of another ``account``, or of given keys.

        ``key`` is the answer of create_access_key, assume_role or get_session_token, or the
        AccessKey or Credentials in it.
        """
        return self.permissions.session(account, key)

    @property
    def role(self) -> str:
        """ARN of an IAM role that any service may assume; made when first asked for."""
        import boto3

        iam = boto3.client("iam")
        name = "lab-role"
        try:
            return iam.get_role(RoleName=name)["Role"]["Arn"]
        except iam.exceptions.NoSuchEntityException:
            trust = (
                '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
                '{"AWS": "*"}, "Action": "sts:AssumeRole"}]}'
            )
            made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
            return made["Role"]["Arn"]

    def stop(self) -> None:
        """Throw everything away and give the environment back as it was. The guard stays."""
        global _current
        if _current is not self:
            return
        self.turns.close()
        _current = None
        self._mock.stop()
        self.runtime.close()
        _restore(self._saved)
        _forget_lake()


def _forget_lake() -> None:
    """Give SQL a fresh lake. One that was never loaded needs none."""
    if (lakes := sys.modules.get("dealab.sql.lake")) is not None:
        lakes.forget()
        lakes.guardian = lakes.has_bucket = None


def _guardian(role: str):
    """See ``dealab.sql.lake.guardian``."""
    from dealab.cloud.joints import lakeformation

    return lakeformation.guardian(current(), role)


def _new_default_session() -> None:
    """Give boto3 a fresh default session. Reading the service models again would take 0.2 s."""
    global _loader
    import boto3
    import botocore.session

    session = botocore.session.Session()
    if _loader is None:
        _loader = session.get_component("data_loader")
    else:
        session.register_component("data_loader", _loader)
    boto3.setup_default_session(botocore_session=session)


def _own_environment(region: str, account: str) -> dict[str, str | None]:
    """Replace every AWS variable by the lab's own; return what stood there before."""
    ours = {
        "AWS_ACCESS_KEY_ID": "AKIALABLABLABLABLAB0",
        "AWS_SECRET_ACCESS_KEY": "this-key-opens-nothing",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # With account ids in endpoints moto answers DynamoDB Streams with 404.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "BOTO_CONFIG": os.devnull,
        "MOTO_ACCOUNT_ID": account,
    }
    names = {
        name for name in os.environ if name.upper().startswith(("AWS_", "BOTO_", "MOTO_"))
    } | set(ours)
    saved = {name: os.environ.get(name) for name in names}
    for name in names:
        os.environ.pop(name, None)
    os.environ.update(ours)
    return saved


def _restore(saved: dict[str, str | None]) -> None:
    for name, value in saved.items():
        with contextlib.suppress(KeyError):
            del os.environ[name]
        if value is not None:
            os.environ[name] = value
