"""Presigned URLs of S3 that are too old."""

import urllib.parse
from datetime import UTC, datetime, timedelta


def expired(url: str, now: datetime):
    """Return S3's refusal (status, headers, body) of a presigned URL that is too old, or None.

    moto takes presigned URLs of any age.
    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html (checked
    2026-11-23): a URL ends X-Amz-Expires seconds after X-Amz-Date; the older form names the moment.
    """
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    if "X-Amz-Signature" in query and "X-Amz-Expires" in query:
        begin = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        end = begin + timedelta(seconds=int(query["X-Amz-Expires"]))
        detail = f"<X-Amz-Expires>{query['X-Amz-Expires']}</X-Amz-Expires>"
    elif "Signature" in query and "Expires" in query:
        end, detail = datetime.fromtimestamp(int(query["Expires"]), UTC), ""
    else:
        return None
    if now < end:
        return None
    form = "%Y-%m-%dT%H:%M:%SZ"
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>'
        f"<Message>Request has expired</Message>{detail}<Expires>{end.strftime(form)}</Expires>"
        f"<ServerTime>{now.strftime(form)}</ServerTime>"
        "<RequestId>LAB0000000000000</RequestId></Error>"
    )
    return 403, {"Content-Type": "application/xml"}, body
