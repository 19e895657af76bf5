"""DynamoDB's time to live: which items expire, and when. A model.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
(checked 2026-11-23): the attribute is a Number, seconds since 1970; other types, and times
more than five years ago, are left alone. The service deletes within a few days and shows expired
items until then; the model deletes at the first whole hour after the time.
"""

from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
OLDEST = timedelta(days=5 * 365)
#: what a stream record of such a delete has, and a delete by a caller has not
IDENTITY = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def deleted_at(value: dict, after: datetime) -> datetime | None:
    """Return when an item is deleted whose TTL attribute is ``value``, such as {"N": "1767225600"}.

    The first whole hour later than its time and than ``after``. None for a value that is no time.
    """
    try:
        moment = datetime.fromtimestamp(float(value["N"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    if moment < after - OLDEST:
        return None
    return max(moment, after).replace(minute=0, second=0, microsecond=0) + HOUR
