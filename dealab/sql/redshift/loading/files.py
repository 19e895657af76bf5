"""Which objects a COPY loads: a key prefix or a manifest; and their bytes as text.

https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-source-s3.html (2026-11-23)
"""

import json
from dataclasses import dataclass
from pathlib import Path

from dealab.sql import lake as lakes
from dealab.sql.errors import ServiceError
from dealab.sql.redshift.loading.options import ENCODINGS


@dataclass(frozen=True)
class File:
    """One object to load."""

    url: str
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size


def prefixed(lake, location: str) -> list[File]:
    """Return every object whose key starts with the address; an exact key hides no others."""
    bucket, key = lakes.split(location)
    folder = f"s3://{bucket}/" + (key.rpartition("/")[0] + "/" if "/" in key else "")
    start = f"{bucket}/{key}"
    lake.check_seen(location)
    return [
        File(f"s3://{name}", path) for name, path in lake.objects(folder) if name.startswith(start)
    ]


def address(location: str) -> None:
    """Refuse what is not an address in S3."""
    try:
        lakes.split(location)
    except lakes.BadLocation as problem:
        raise ServiceError("XX000", f"Invalid S3 path: {location}") from problem


def find(lake, location: str) -> list[File]:
    """Return the files of a prefix. Raises the service's error where there are none."""
    address(location)
    check_bucket(lake, location)
    found = prefixed(lake, location)
    if not found:
        raise no_prefix(location)
    return found


def check_bucket(lake, location: str) -> None:
    bucket, _ = lakes.split(location)
    if bucket not in lake.buckets():
        raise ServiceError(
            "XX000",
            "S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket",
            hint=f"the lab's lake has no bucket {bucket}; it has {', '.join(lake.buckets())}.",
        )


def no_prefix(location: str) -> ServiceError:
    """The error for a prefix that no key has.

    Seen as in https://repost.aws/questions/QUnTX0TTt3RYa2ZPBj0gRxmA (error 8001).
    """
    _, key = lakes.split(location)
    return ServiceError(
        "XX000",
        f"The specified S3 prefix '{key}' does not exist\n"
        "  Detail: \n"
        "  -----------------------------------------------\n"
        f"  error:  The specified S3 prefix '{key}' does not exist\n"
        "  code:      8001\n"
        "  context:   \n"
        "  -----------------------------------------------",
    )


def manifest(lake, location: str, columnar: bool) -> list[File]:
    """Return the files that a manifest lists.

    https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
    """
    address(location)
    check_bucket(lake, location)
    try:
        content = json.loads(lake.read(location))
    except FileNotFoundError:
        raise no_prefix(location) from None
    except ValueError:
        raise broken(location, "Invalid JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("entries"), list):
        raise broken(location, "the object 'entries' is missing")
    found: list[File] = []
    for entry in content["entries"]:
        url = entry.get("url") if isinstance(entry, dict) else None
        if not isinstance(url, str):
            raise broken(location, "an entry has no 'url'")
        if not url.startswith("s3://"):
            raise broken(location, f"the url {url} is not the full path of an S3 object")
        one = _listed(lake, url, bool(entry.get("mandatory", False)))
        if one is None:
            continue
        _check_length(one, entry, columnar)
        found.append(one)
    if not found:
        raise no_prefix(location)
    return found


def _listed(lake, url: str, mandatory: bool) -> File | None:
    address(url)
    bucket, key = lakes.split(url)
    for name, path in lake.objects(url):
        if name == f"{bucket}/{key}":
            return File(url, path)
    if mandatory:
        raise ServiceError(
            "XX000",
            f"The specified S3 prefix '{key}' does not exist",
            hint=f"the manifest says that {url} is mandatory.",
        )
    return None


def _check_length(one: File, entry: dict, columnar: bool) -> None:
    """``content_length`` must be true where it is given; columnar formats must give it."""
    length = (entry.get("meta") or {}).get("content_length")
    if length is None:
        if columnar:
            raise ServiceError(
                "XX000",
                "COPY with MANIFEST parameter requires full path of an S3 object and "
                f"content_length of {one.url}",
                hint='write "meta": {"content_length": <bytes>} into each entry.',
            )
        return
    if int(length) != one.size:
        raise ServiceError(
            "XX000",
            f"Manifest file content_length {length} does not match the size {one.size} of "
            f"{one.url}",
        )


def broken(location: str, why: str) -> ServiceError:
    return ServiceError("XX000", f"Problem reading manifest file - {location}: {why}")


# --- bytes ------------------------------------------------------------------------------


def data(one: File, compression: str) -> bytes:
    """Return an object's bytes, decompressed. Raises the service's error."""
    if not compression:
        return one.path.read_bytes()
    try:
        if compression == "GZIP":
            import gzip

            return gzip.decompress(one.path.read_bytes())
        if compression == "BZIP2":
            import bz2

            return bz2.decompress(one.path.read_bytes())
        import pyarrow

        with pyarrow.input_stream(one.path.as_posix(), compression="zstd") as stream:
            return stream.read()
    except (OSError, EOFError, ValueError) as problem:
        raise ServiceError(
            "XX000",
            "failed to inflateinvalid or incomplete deflate data. Zlib error code: -3",
            hint=f"{one.url} is not compressed with {compression.lower()}.",
        ) from problem


def text(one: File, options) -> str:
    """Return an object's text; bytes that are not UTF-8 come as lone surrogates."""
    raw = data(one, options.compression)
    if options.encoding == "UTF8":
        raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("utf-8", "surrogateescape")
    if options.encoding == "UTF16" and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise encoding_error(one, options.encoding)
    try:
        return raw.decode(ENCODINGS[options.encoding]).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise encoding_error(one, options.encoding) from None


def encoding_error(one: File, encoding: str) -> ServiceError:
    return ServiceError(
        "XX000",
        f"The encoding of the file {one.url} differs from the encoding {encoding} specified in "
        "the COPY command",
    )
