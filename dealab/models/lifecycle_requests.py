"""Lifecycle rules and objects as S3's requests have them, in the shapes of ``lifecycle``.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html (not
checked)
"""

import json
from datetime import UTC, datetime

from dealab.models.lifecycle import Version


def versions(name: str, held: list, tags_of, marker_class) -> list[Version]:
    """The versions of a key (moto's objects and delete markers, oldest first) as the model's.

    ``tags_of(arn)`` returns an object's tags.
    """
    found = []
    for place, kept in enumerate(held):
        marker = isinstance(kept, marker_class)
        following = held[place + 1] if place + 1 < len(held) else None
        found.append(
            Version(
                name,
                kept.last_modified.replace(tzinfo=UTC),
                size=0 if marker else kept.size,
                storage_class="STANDARD" if marker else kept.storage_class,
                version_id=str(kept.version_id or "null"),
                marker=marker,
                tags={} if marker else tags_of(kept.arn),
                since=following and following.last_modified.replace(tzinfo=UTC),
                newer=len(held) - 2 - place,
            )
        )
    return found


def rule_of(rule: dict) -> dict:
    """A rule of the request's XML (read by xmltodict) in the shape of boto3."""
    rule = json.loads(json.dumps(rule))
    for one, many in (
        ("Transition", "Transitions"),
        ("NoncurrentVersionTransition", "NoncurrentVersionTransitions"),
    ):
        if one in rule:
            found = rule.pop(one)
            rule[many] = found if isinstance(found, list) else [found]
    both = (rule.get("Filter") or {}).get("And")
    if both and "Tag" in both:
        found = both.pop("Tag")
        both["Tags"] = found if isinstance(found, list) else [found]
    if "Filter" in rule:
        rule["Filter"] = rule["Filter"] or {}
        if "Prefix" in rule["Filter"]:
            rule["Filter"]["Prefix"] = rule["Filter"]["Prefix"] or ""
    return _typed(rule)


def _typed(value, name: str = ""):
    if isinstance(value, dict):
        return {key: _typed(inner, key) for key, inner in value.items() if not key.startswith("@")}
    if isinstance(value, list):
        return [_typed(inner, name) for inner in value]
    if name.endswith(("Days", "Than", "Versions", "DaysAfterInitiation")):
        return int(value)
    if name == "Date":
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value == "true" if name == "ExpiredObjectDeleteMarker" else value
