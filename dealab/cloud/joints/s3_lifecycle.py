"""Lifecycle rules move and delete objects as the lab's clock moves; restores take their hours.

moto keeps the rules, forgets their size filters, does nothing with them, and restores at once. What
happens when: ``dealab.models.lifecycle``.
"""

from datetime import UTC, datetime, timedelta

_SOON = timedelta(microseconds=1)


def join(lab_of) -> None:
    from moto.core.responses import ActionResult
    from moto.core.utils import utcnow
    from moto.s3 import models as moto
    from moto.s3 import notifications
    from moto.s3.exceptions import NoSuchLifecycleConfiguration, S3ClientError
    from moto.s3.responses import S3Response

    from dealab.models import lifecycle, storage_costs
    from dealab.models.lifecycle_requests import rule_of, versions

    Event, send = notifications.S3NotificationEvent, notifications.send_event
    put, answer = moto.FakeBucket.set_lifecycle, S3Response._bucket_response_put
    headers_of, restore = moto.FakeKey.response_dict.fget, S3Response._key_response_post
    begin_upload, forget = moto.FakeMultipart.__init__, moto.FakeBucket.delete_lifecycle
    asked = {}  # what the request says beyond moto's arguments

    # Setting and reading rules

    def bucket_response_put(self, request, bucket_name, querystring):
        name = "x-amz-transition-default-minimum-object-size"
        asked["minimum"] = request.headers.get(name) or "all_storage_classes_128K"
        return answer(self, request, bucket_name, querystring)

    def set_lifecycle(self, rules):
        read = [rule_of(rule) for rule in rules]
        try:
            lifecycle.check(read)
        except lifecycle.LifecycleError as error:
            refusal = S3ClientError(error.code, str(error))
            refusal.code = error.code
            raise refusal from error
        put(self, rules)
        for rule, kept in zip(read, self.rules, strict=True):
            rule.setdefault("ID", kept.id)
        lab = lab_of()
        self.lifecycle = read, asked.get("minimum", "all_storage_classes_128K")
        if getattr(self, "on_clock", None) is not lab:
            self.on_clock, soonest = lab, _Soonest(self, lab, waiting)
            lab.clock.on(soonest, lambda moment: run(self, moment, soonest))

    def delete_lifecycle(self):
        forget(self)
        self.lifecycle = [], ""

    def get_bucket_lifecycle(self):
        self.data["Action"] = "GetBucketLifecycleConfiguration"
        bucket = self.backend.get_bucket(self.bucket_name)
        rules, minimum = getattr(bucket, "lifecycle", ([], ""))
        if not rules:
            raise NoSuchLifecycleConfiguration(bucket_name=self.bucket_name)
        found = {"Rules": rules, "TransitionDefaultMinimumObjectSize": minimum}
        return self.serialized(ActionResult(found))

    # What is due

    def next_actions(bucket):
        rules, minimum = bucket.lifecycle
        for name in list(bucket.keys):
            held = bucket.keys.getlist(name)
            tags = _tagger(bucket)
            found = versions(name, held, tags, moto.FakeDeleteMarker)
            by_id = {id(version): kept for version, kept in zip(found, held, strict=True)}
            for action in lifecycle.actions(rules, found, minimum):
                yield action.due, action, by_id[id(action.version)]
        for upload in list(bucket.multiparts.values()):
            begun = getattr(upload, "initiated", None)
            due = begun and lifecycle.abort_due(rules, upload.key_name, begun)
            if due:
                yield due, None, upload

    def waiting(bucket):
        return (due for due, *_ in next_actions(bucket)) if bucket.lifecycle[0] else ()

    def run(bucket, moment, soonest):
        for due, action, kept in list(next_actions(bucket)):
            if due > moment:
                continue
            if action is None:
                del bucket.multiparts[kept.id]
            else:
                act(bucket, action, kept)
        soonest.forget()

    def act(bucket, action, kept):
        name = action.version.key
        held = bucket.keys.getlist(name)
        event = Event.LIFECYCLEEXPIRATION_DELETE_EVENT
        if action.kind == "transition":
            kept.set_storage_class(action.storage_class)
            bucket.keys.setlist(name, held)
            event = Event.LIFECYCLE_TRANSITION_EVENT
        elif action.kind == "expire" and (bucket.versioning_status or "") != "":
            moto.s3_backends[bucket.account_id][bucket.partition]._set_delete_marker(
                bucket.name, name
            )
            event = Event.LIFECYCLE_EXPIRATION_DELETE_MARKER_CREATED_EVENT
        else:
            if isinstance(kept, moto.FakeKey) and kept.is_locked(governance_bypass=False):
                return
            rest = [version for version in held if version is not kept]
            if rest:
                bucket.keys.setlist(name, rest)
            else:
                bucket.keys.pop(name)
        send(bucket.account_id, event, bucket, kept)

    # Restoring

    def key_response_post(self, request, body, bucket_name, query, key_name):
        asked["restore"] = body if "restore" in query else b""
        return restore(self, request, body, bucket_name, query, key_name)

    def restore_key(self, days):
        import xmltodict

        now = utcnow()
        tier = "Standard"
        if asked.get("restore"):
            request = xmltodict.parse(asked["restore"])["RestoreRequest"]
            tier = request.get("Tier") or (request.get("GlacierJobParameters") or {}).get(
                "Tier", tier
            )
        ready = getattr(self, "restored_at", None)
        if ready and ready > now:
            raise _refusal(S3ClientError, "RestoreAlreadyInProgress",
                           "Object restore is already in progress", 409)  # fmt: skip
        hours = storage_costs.RESTORE_HOURS[self.storage_class].get(tier)
        if hours is None:
            raise _refusal(S3ClientError, "InvalidArgument",
                           f"{tier} retrievals are not for {self.storage_class}", 400)  # fmt: skip
        if not (ready and self._expiry and self._expiry > now):
            self.restored_at = now + timedelta(hours=hours)
        # The copy stays for whole days after it is there, to the next midnight.
        end = lifecycle.midnight(self.restored_at.replace(tzinfo=UTC), days)
        self._expiry = end.replace(tzinfo=None)
        bucket = moto.s3_backends[self.account_id][self.partition].get_bucket(self.bucket_name)
        send(self.account_id, Event.OBJECT_RESTORE_POST_EVENT, bucket, key=self)

    def response_dict(self):
        found, now = headers_of(self), utcnow()
        if self._expiry is not None:
            ready = getattr(self, "restored_at", now)
            text = f'ongoing-request="false", expiry-date="{self.expiry_date}"'
            found["x-amz-restore"] = text if ready <= now else 'ongoing-request="true"'
            if self._expiry <= now:
                del found["x-amz-restore"]
        bucket = moto.s3_backends[self.account_id][self.partition].buckets.get(self.bucket_name)
        if bucket is not None and getattr(bucket, "lifecycle", ([], ""))[0]:
            [version] = versions(self.name, [self], _tagger(bucket), moto.FakeDeleteMarker)
            if header := lifecycle.expiration_header(bucket.lifecycle[0], version):
                found["x-amz-expiration"] = header
        return found

    def initiated(self, *args, **kwargs):
        begin_upload(self, *args, **kwargs)
        self.initiated = utcnow().replace(tzinfo=UTC)

    def _tagger(bucket):
        tagger = moto.s3_backends[bucket.account_id][bucket.partition].tagger
        return tagger.get_tag_dict_for_resource

    moto.FakeDeleteMarker.dispose = lambda self, *args: None  # a key's last version may be one
    moto.FakeBucket.set_lifecycle = set_lifecycle
    moto.FakeBucket.delete_lifecycle = delete_lifecycle
    moto.FakeKey.restore = restore_key
    moto.FakeKey.response_dict = property(response_dict)
    moto.FakeMultipart.__init__ = initiated
    S3Response._bucket_response_put = bucket_response_put
    S3Response.get_bucket_lifecycle = get_bucket_lifecycle
    S3Response._key_response_post = key_response_post


class _Soonest:
    """``due`` for the clock: when the next action of a bucket falls due.

    Looked for again only when a call was made or something happened since.
    """

    def __init__(self, bucket, lab, waiting):
        self.bucket, self.lab, self.waiting = bucket, lab, waiting
        self._known = None

    def forget(self) -> None:
        self._known = None

    def __call__(self, after: datetime) -> datetime | None:
        calls = len(self.lab.calls) + self.lab.calls_dropped
        if self._known is None or self._known[0] != calls:
            self._known = calls, min(self.waiting(self.bucket), default=None)
        due = self._known[1]
        if due is None or due > after:
            return due
        from dealab.models.lifecycle import midnight  # overdue: rules that were set late

        return midnight(after + _SOON)


def _refusal(kind, code: str, message: str, status: int):
    refusal = kind(code, message)
    refusal.code, refusal.status_code = code, status
    return refusal
