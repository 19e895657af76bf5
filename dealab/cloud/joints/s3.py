"""S3 over the lake (``dealab.cloud.lake``), and keys in event records as the service encodes them.

moto turns "/" into "%2F" in the keys of event records.
"""


def join(lab_of) -> None:
    _one_lake()
    _event_keys()


def _one_lake() -> None:
    from moto.s3.models import FakeBucket, S3Backend
    from moto.s3.utils import _VersionedKeyStore

    from dealab.cloud import lab as labs
    from dealab.cloud.lake import bridge

    begin = FakeBucket.__init__

    class Keys(_VersionedKeyStore):
        """The objects of a bucket; each change of a current version goes to the lake."""

        def __init__(self, bucket: str):
            super().__init__()
            self.bucket = bucket

        def _mirror(self, key: str) -> None:
            lab = labs.running()
            if lab is not None and lab.bridge is not None:
                lab.bridge.mirror(self.bucket, key, self.get(key))

        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            self._mirror(key)

        def setlist(self, key, list_):
            super().setlist(key, list_)
            self._mirror(key)

        def pop(self, key):
            super().pop(key)
            self._mirror(key)

    def begin_bucket(self, name, *args, **kwargs):
        begin(self, name, *args, **kwargs)
        self.keys = Keys(name)

    def buckets(self):
        lab = labs.running()
        if lab is not None and (self.account_id, self.partition) == (lab.account, "aws"):
            found = bridge(lab, self)
            if found is not None and not found.lake.busy:
                found.lake.settle()
        return self.__dict__["_buckets"]

    def set_buckets(self, value):
        self.__dict__["_buckets"] = value

    FakeBucket.__init__ = begin_bucket
    S3Backend.buckets = property(buckets, set_buckets)


def _event_keys() -> None:
    from urllib.parse import quote_plus

    from moto.s3 import notifications

    get_event = notifications._get_s3_event

    def get_s3_event(event_name, bucket, key, notification_id):
        event = get_event(event_name, bucket, key, notification_id)
        event["Records"][0]["s3"]["object"]["key"] = quote_plus(key.name, safe="/")
        return event

    notifications._get_s3_event = get_s3_event
