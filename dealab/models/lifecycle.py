"""What an S3 Lifecycle configuration does to objects, and when. A model of the service's rules.

Sources:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html (checked 2026-11-23)
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html (checked 2026-11-24: any number
of days for every class; it used to demand 30 for the infrequent access classes)
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
(older copies: classes, sizes, 30 days in infrequent access before an archive, 30 days before a
noncurrent version goes there; its error's words are the lab's)
https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html (not checked)
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html

Left out: directory buckets; replication that is under way; the delay until the service does what is
due (the model acts at midnight UTC); Intelligent-Tiering's own moves between its tiers.
Costs: ``dealab.models.storage_costs``.

Rules have the shape of boto3's ``put_bucket_lifecycle_configuration`` (its "Rules").
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import permutations

#: from hot to cold; an object moves down only
CLASSES = ("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER",
           "DEEP_ARCHIVE")  # fmt: skip
#: of two transitions at one moment the later class; Intelligent-Tiering goes before all but these
#: two archives: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
_PREFERRED = ("STANDARD_IA", "ONEZONE_IA", "GLACIER_IR", "INTELLIGENT_TIERING", "GLACIER",
              "DEEP_ARCHIVE")  # fmt: skip
MINIMUM_SIZE = 128 * 1024
SMALL_MAY = {"GLACIER", "DEEP_ARCHIVE"}  # with varies_by_storage_class
THIRTY_DAYS = {"STANDARD_IA", "ONEZONE_IA"}
#: class -> where one rule may move its objects only after 30 days in it
_AFTER_THIRTY = {
    "STANDARD_IA": {"ONEZONE_IA", "GLACIER", "DEEP_ARCHIVE"},
    "ONEZONE_IA": {"GLACIER", "DEEP_ARCHIVE"},
}
#: class -> classes that an object of it may not move to
_NOT_TO = {
    "INTELLIGENT_TIERING": {"STANDARD_IA"},
    "ONEZONE_IA": {"GLACIER_IR", "INTELLIGENT_TIERING"},
}


class LifecycleError(ValueError):
    """The configuration is not valid. ``code`` is S3's error code."""

    def __init__(self, message: str, code: str = "InvalidArgument"):
        self.code = code
        super().__init__(message)


@dataclass(frozen=True)
class Version:
    """A version of an object (or a delete marker). ``since``: when it stopped being current."""

    key: str
    modified: datetime
    size: int = 0
    storage_class: str = "STANDARD"
    version_id: str = "null"
    marker: bool = False
    tags: dict = field(default_factory=dict, hash=False)
    since: datetime | None = None
    newer: int = 0  # how many noncurrent versions are newer than this one

    @property
    def current(self) -> bool:
        return self.since is None


@dataclass(frozen=True)
class Action:
    """What happens to a version at ``due``.

    ``kind``: "transition" (to ``storage_class``), "expire" (the current version is deleted, or
    hidden by a delete marker where versions are kept), "delete version" (for good), or
    "remove marker".
    """

    due: datetime
    kind: str
    version: Version
    storage_class: str = ""
    rule: str = ""


def midnight(moment: datetime, days: int = 0) -> datetime:
    """Add ``days`` and round up to the next midnight UTC, as S3 counts.

    An object of January 15, 10:30 with 3 days is due on January 19, 00:00.
    """
    moment = moment.astimezone(UTC) + timedelta(days=days)
    floor = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return floor if moment == floor else floor + timedelta(days=1)


def check(rules: list[dict]) -> None:
    """Raise LifecycleError for what S3 refuses."""
    if len(rules) > 1000:
        raise LifecycleError("A lifecycle configuration has at most 1,000 rules.", "MalformedXML")
    ids = [rule["ID"] for rule in rules if rule.get("ID")]
    if len(ids) != len(set(ids)):
        raise LifecycleError("Rule ID must be unique. Found same ID for more than one rule")
    for rule in rules:
        _check_rule(rule)


def _check_rule(rule: dict) -> None:
    names = ("Expiration", "Transitions", "NoncurrentVersionTransitions",
             "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")  # fmt: skip
    if not any(rule.get(name) for name in names):
        raise LifecycleError(
            "At least one action needs to be specified in a rule", "InvalidRequest"
        )
    expiration, moves = rule.get("Expiration") or {}, rule.get("Transitions") or []
    if sum(name in expiration for name in ("Days", "Date", "ExpiredObjectDeleteMarker")) > 1:
        raise LifecycleError("An Expiration has one of Days, Date and marker", "MalformedXML")
    for move in moves:
        storage_class = move.get("StorageClass")
        if storage_class not in CLASSES[1:]:
            raise LifecycleError(f"'{storage_class}' is no class to move to", "MalformedXML")
        if ("Days" in move) == ("Date" in move):
            raise LifecycleError("A Transition has one of Days and Date", "MalformedXML")
        if move.get("Days", 0) < 0:
            raise LifecycleError("'Days' in Transition action must be nonnegative")
        if "Days" in move and "Days" in expiration and expiration["Days"] <= move["Days"]:
            raise LifecycleError(
                "'Days' in the Expiration action for filter "
                f"'{_filter_text(rule)}' must be greater than 'Days' in the Transition action"
            )
    if len({move["StorageClass"] for move in moves}) < len(moves):
        raise LifecycleError(
            "'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter "
            f"'{_filter_text(rule)}'",
            "InvalidRequest",
        )
    _check_stay([(move.get("Days"), move["StorageClass"]) for move in moves], rule)
    for move in rule.get("NoncurrentVersionTransitions") or []:
        if "NoncurrentDays" not in move or move.get("StorageClass") not in CLASSES[1:]:
            raise LifecycleError("A transition needs its days and a class to move to",
                                 "MalformedXML")  # fmt: skip
        if move.get("StorageClass") in THIRTY_DAYS and move.get("NoncurrentDays", 30) < 30:
            raise LifecycleError(
                "'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or "
                f"equal to 30 for storageClass '{move['StorageClass']}'"
            )
    for value, name in (
        (expiration.get("Days", 1), "Days' for Expiration"),
        ((rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays", 1),
         "NoncurrentDays' for NoncurrentVersionExpiration"),
        ((rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation", 1),
         "DaysAfterInitiation' for AbortIncompleteMultipartUpload"),
    ):  # fmt: skip
        if value < 1:
            raise LifecycleError(f"'{name} action must be a positive integer")
    if "Date" in expiration or any("Date" in move for move in moves):
        dates = [part["Date"] for part in (expiration, *moves) if "Date" in part]
        if any(date != midnight(date) for date in map(_moment, dates)):
            raise LifecycleError("'Date' must be at midnight GMT")
    tags = _conditions(rule)["tags"]
    if tags and (
        rule.get("AbortIncompleteMultipartUpload") or "ExpiredObjectDeleteMarker" in expiration
    ):
        raise LifecycleError(
            "AbortIncompleteMultipartUpload and ExpiredObjectDeleteMarker cannot be specified "
            "with Tags.", "InvalidRequest",
        )  # fmt: skip


def _check_stay(moves: list[tuple], rule: dict) -> None:
    """One rule may not take an object out of a class that is billed for 30 days before these."""
    dated = [(days, name) for days, name in moves if days is not None]
    for (before, warm), (after, cold) in permutations(dated, 2):
        if cold in _AFTER_THIRTY.get(warm, ()) and after < before + 30:
            raise LifecycleError(
                f"'Days' in the Transition action for StorageClass '{cold}' for filter "
                f"'{_filter_text(rule)}' must be 30 days more than 'Days' in the Transition action "
                f"for StorageClass '{warm}'"
            )


def _filter_text(rule: dict) -> str:
    prefix = _conditions(rule)["prefix"]
    return f"(prefix={prefix})" if prefix else "(empty filter)"


def _conditions(rule: dict) -> dict:
    """Read a rule's filter: prefix, tags, above (bytes) and below (bytes)."""
    given = rule.get("Filter") or {}
    given = given.get("And") or given
    tags = {tag["Key"]: tag["Value"] for tag in given.get("Tags") or []}
    if given.get("Tag"):
        tags[given["Tag"]["Key"]] = given["Tag"]["Value"]
    return {
        "prefix": given.get("Prefix") or rule.get("Prefix") or "",
        "tags": tags,
        "above": given.get("ObjectSizeGreaterThan"),
        "below": given.get("ObjectSizeLessThan"),
    }


def applies(rule: dict, version: Version) -> bool:
    """Tell whether an enabled rule's filter takes in ``version``."""
    wanted = _conditions(rule)
    if rule.get("Status") != "Enabled" or not version.key.startswith(wanted["prefix"]):
        return False
    if version.marker:  # a marker has no tags and no size
        return not wanted["tags"] and wanted["above"] is None and wanted["below"] is None
    return (
        all(version.tags.get(name) == value for name, value in wanted["tags"].items())
        and (wanted["above"] is None or version.size > wanted["above"])
        and (wanted["below"] is None or version.size < wanted["below"])
    )


def may_move(
    rule: dict, version: Version, to: str, minimum: str = "all_storage_classes_128K"
) -> bool:
    """Tell whether a version may move to class ``to``: colder than now, and large enough.

    ``minimum`` is TransitionDefaultMinimumObjectSize. A filter by size overrides it.
    """
    here = version.storage_class
    if CLASSES.index(to) <= CLASSES.index(here) or to in _NOT_TO.get(here, ()):
        return False
    wanted = _conditions(rule)
    if wanted["above"] is not None or wanted["below"] is not None:
        return True
    small = version.size < MINIMUM_SIZE
    return not small or (minimum == "varies_by_storage_class" and to in SMALL_MAY)


def actions(
    rules: list[dict],
    versions: list[Version],
    minimum: str = "all_storage_classes_128K",
) -> list[Action]:
    """Return for each version of one key the action that comes next, soonest first.

    ``versions``: all versions of the key. At one moment the service prefers deleting for good to
    moving, moving to hiding behind a delete marker, and the class that comes last in _PREFERRED.
    """
    found = []
    for version in versions:
        mine = [
            action
            for rule in rules
            if applies(rule, version)
            for action in _of_rule(rule, version, versions, minimum)
        ]
        if mine:
            soonest = min(action.due for action in mine)
            found.append(max((action for action in mine if action.due == soonest), key=_preference))
    return sorted(found, key=lambda action: action.due)


def _preference(action: Action) -> int:
    if action.kind == "transition":
        return _PREFERRED.index(action.storage_class) + 1
    if action.kind == "expire" and action.version.version_id != "null":
        return 0  # only a delete marker
    return len(_PREFERRED) + 1


def _of_rule(rule: dict, version: Version, versions: list[Version], minimum: str):
    name = rule.get("ID", "")
    expiration = rule.get("Expiration") or {}
    if version.marker and version.current:
        # Days and Date remove a marker, too, that has nothing behind it any more.
        alone = len(versions) == 1
        if alone and expiration.get("ExpiredObjectDeleteMarker"):
            yield Action(midnight(version.modified), "remove marker", version, rule=name)
        elif alone and (due := _due(expiration, version.modified)):
            yield Action(due, "remove marker", version, rule=name)
        return
    if version.current:
        if due := _due(expiration, version.modified):
            yield Action(due, "expire", version, rule=name)
        moves = [
            (_due(m, version.modified), m["StorageClass"]) for m in rule.get("Transitions") or []
        ]
    else:
        ending = rule.get("NoncurrentVersionExpiration") or {}
        if ending and version.newer >= ending.get("NewerNoncurrentVersions", 0):
            due = midnight(version.since, ending["NoncurrentDays"])
            yield Action(due, "delete version", version, rule=name)
        moves = [
            (midnight(version.since, move["NoncurrentDays"]), move["StorageClass"])
            for move in rule.get("NoncurrentVersionTransitions") or []
            if version.newer >= move.get("NewerNoncurrentVersions", 0)
        ]
    if not version.marker:
        for due, storage_class in moves:
            if due and may_move(rule, version, storage_class, minimum):
                yield Action(due, "transition", version, storage_class, name)


def _due(part: dict, begin: datetime) -> datetime | None:
    if part.get("Date") is not None:
        return max(_moment(part["Date"]), midnight(begin))
    return midnight(begin, part["Days"]) if "Days" in part else None


def _moment(value) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.fromisoformat(str(value))
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def abort_due(rules: list[dict], key: str, initiated: datetime) -> datetime | None:
    """Return when an incomplete multipart upload is aborted, or None."""
    found = [
        midnight(initiated, rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
        for rule in rules
        if rule.get("AbortIncompleteMultipartUpload") and rule.get("Status") == "Enabled"
        if key.startswith(_conditions(rule)["prefix"])
    ]
    return min(found, default=None)


def expiration_header(rules: list[dict], version: Version) -> str | None:
    """Return the x-amz-expiration header of an object, or None without an expiry by days."""
    found = [
        (due, rule.get("ID", ""))
        for rule in rules
        if applies(rule, version) and (due := _due(rule.get("Expiration") or {}, version.modified))
    ]
    if not found:
        return None
    due, name = min(found)
    return f'expiry-date="{due:%a, %d %b %Y %H:%M:%S GMT}", rule-id="{name}"'
