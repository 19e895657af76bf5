"""S3 over the lake (``dealab.cloud.lake``), and event records as the service writes them.

moto turns "/" into "%2F" in the keys of event records, leaves out who, version and order, and gives
EventBridge a reason of its own.
"""

import contextlib


def join(lab_of) -> None:
    _one_lake()
    _listings()
    _event_records()


def _one_lake() -> None:
    from moto.s3.models import FakeBucket, FakeKey, S3Backend
    from moto.s3.utils import _VersionedKeyStore

    from dealab.cloud import lab as labs
    from dealab.cloud.lake import bridge

    begin = FakeBucket.__init__

    class Keys(_VersionedKeyStore):
        """The objects of a bucket; each change of a current version goes to the lake."""

        def __init__(self, bucket: str):
            super().__init__()
            self.bucket = bucket
            self.kept = ("", [])  # a key, and versions that suspended versioning leaves in place

        def _mirror(self, key: str) -> None:
            lab = labs.running()
            if lab is not None and lab.bridge is not None:
                lab.bridge.mirror(self.bucket, key, self.get(key))

        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            self._mirror(key)

        def setlist(self, key, list_):
            if self.kept[0] == key:
                list_, self.kept = [*self.kept[1], *list_], ("", [])
            super().setlist(key, list_)
            self._mirror(key)

        def pop(self, key):
            super().pop(key)
            self._mirror(key)

        def iterlists(self):
            # Newest first: moto's listing of versions sorts by time, and a clock that stands gives
            # several versions one time.
            for key, versions in super().iterlists():
                yield key, versions[::-1]

    def begin_bucket(self, name, *args, **kwargs):
        begin(self, name, *args, **kwargs)
        self.keys = Keys(name)

    def buckets(self):
        if "_buckets" not in self.__dict__:  # made before this joint: by the check of KMS keys
            self.__dict__["_buckets"] = self.__dict__.pop("buckets", {})
        lab = labs.running()
        if lab is not None and (self.account_id, self.partition) == (lab.account, "aws"):
            found = bridge(lab, self)
            if found is not None and not found.lake.busy:
                found.lake.settle()
        return self.__dict__["_buckets"]

    def set_storage_class(self, storage):
        classify(self, storage)
        lab = labs.running()
        if lab is not None and lab.bridge is not None and self.bucket_name:
            held = lab.bridge.backend.buckets.get(self.bucket_name)
            if held is not None and held.keys.get(self.name) is self:
                held.keys._mirror(self.name)  # SQL does not see what is archived

    def set_buckets(self, value):
        self.__dict__["_buckets"] = value

    classify = FakeKey.set_storage_class
    FakeKey.set_storage_class = set_storage_class
    FakeBucket.__init__ = begin_bucket
    S3Backend.buckets = property(buckets, set_buckets)


def _listings() -> None:
    """A listing of versions shares their bytes; moto copies them all, for each listing."""
    from moto.s3.models import FakeKey

    class Listed(FakeKey):
        def dispose(self, garbage=False):
            pass  # the bytes belong to the version

    def listed(version, memo):
        seen = object.__new__(Listed)
        seen.__dict__.update(version.__dict__)
        return seen

    FakeKey.__deepcopy__ = listed


def _event_records() -> None:
    from itertools import count

    from botocore.exceptions import ClientError
    from moto import backends
    from moto.core.utils import unix_time
    from moto.s3 import notifications
    from moto.s3.exceptions import S3ClientError
    from moto.s3.models import S3Backend

    from dealab.cloud import lab as labs
    from dealab.models import notification_rules, s3_events

    configure = S3Backend.put_bucket_notification_configuration

    get_event = notifications._get_s3_event
    steps = count(1)

    def get_s3_event(event_name, bucket, key, notification_id):
        event = get_event(event_name, bucket, key, notification_id)
        return s3_events.completed(event, event_name, bucket, key, next(steps))

    def send_event_bridge_message(account_id, bucket, event_name, key):
        kind, numbers = notifications._detail_type(event_name), (next(steps), next(steps))
        event = s3_events.bridged(event_name, kind, bucket, key, *numbers, unix_time())
        buses = backends.get_backend("events")[account_id][bucket.region_name].event_buses
        for rule in buses["default"].rules.values():
            with contextlib.suppress(ClientError):  # a target that is gone: nobody is told
                rule.send_to_targets(event, transform_input=False)

    def checked_configuration(self, bucket_name, notification_config):
        """As the service: every destination exists, and no two rules want the same event."""
        listed = []
        for kind in ("Topic", "Queue", "CloudFunction"):
            found = (notification_config or {}).get(f"{kind}Configuration") or []
            for one in found if isinstance(found, list) else [found]:
                if not _is_there(one[kind]):
                    raise S3ClientError(
                        "InvalidArgument",
                        "Unable to validate the following destination configurations",
                    )
                listed.append(notification_rules.Rule.of(one))
        if refused := notification_rules.refused(listed):
            raise S3ClientError("InvalidArgument", refused)
        configure(self, bucket_name, notification_config)

    def with_leave(send, service: str):
        """Ask the destination's policy at each event, too: it may have changed since."""

        def send_if_allowed(account_id, event_body, target, region_name):
            [told] = event_body.get("Records") or [event_body]
            name = told["s3"]["bucket"]["name"] if "s3" in told else told["Bucket"]
            arn = f"arn:aws:sqs:{region_name}:{account_id}:{target}" if service == "sqs" else target
            if labs.current().permissions.may_deliver(f"arn:aws:s3:::{name}", arn):
                send(account_id, event_body, target, region_name)

        return send_if_allowed

    for name, service in (
        ("_send_sqs_message", "sqs"), ("_send_sns_message", "sns"), ("_invoke_awslambda", "lambda"),
    ):  # fmt: skip
        setattr(notifications, name, with_leave(getattr(notifications, name), service))
    S3Backend.put_bucket_notification_configuration = checked_configuration
    notifications._get_s3_event = get_s3_event
    notifications._send_event_bridge_message = send_event_bridge_message


def _is_there(arn: str) -> bool:
    """Say whether a destination (ARN of a topic, a standard queue or a function) exists."""
    from moto.awslambda.models import lambda_backends
    from moto.sns.models import sns_backends
    from moto.sqs.models import sqs_backends

    parts = arn.split(":")
    if len(parts) < 6:
        return False
    service, region, account = parts[2:5]
    try:
        if service == "sqs":
            return not sqs_backends[account][region].get_queue(parts[5]).fifo_queue
        if service == "sns":
            return not sns_backends[account][region].get_topic(arn).fifo_topic
        return service == "lambda" and bool(lambda_backends[account][region].get_function(arn))
    except Exception:  # each service says in its own way that it has none
        return False
