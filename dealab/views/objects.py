"""The objects of a bucket and their versions as a table."""


def objects(bucket: str, prefix: str = "", versions: bool = False):
    """One row per object of a bucket whose key starts with ``prefix``, in key order.

    Columns: key, bytes, storage_class, version, latest (bool), encryption, modified (UTC). With
    ``versions`` older versions and delete markers (bytes missing) are listed, too, the newest
    first. Raises KeyError when there is no such bucket.
    """
    import pandas
    from moto import backends
    from moto.s3.models import FakeDeleteMarker

    from dealab.cloud.lab import current

    held = backends.get_backend("s3")[current().account]["aws"].buckets
    if bucket not in held:
        raise KeyError(f"there is no bucket {bucket}")
    rows = []
    for key, listed in sorted(held[bucket].keys.lists()):
        if not key.startswith(prefix):
            continue
        for at, version in enumerate(reversed(listed)):
            marker = isinstance(version, FakeDeleteMarker)
            if (at or marker) and not versions:
                break
            rows.append(
                {
                    "key": key,
                    "bytes": None if marker else version.size,
                    "storage_class": "" if marker else version.storage_class,
                    "version": version.version_id,
                    "latest": at == 0,
                    "encryption": "delete marker" if marker else version.encryption or "SSE-C",
                    "modified": version.last_modified.replace(microsecond=0),
                }
            )
    names = ["key", "bytes", "storage_class", "version", "latest", "encryption", "modified"]
    return pandas.DataFrame(rows, columns=names)
