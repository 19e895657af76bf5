"""What S3 refuses in a bucket's notification rules: two that want the same event of the same key.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
(the wording of the errors is not checked).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """``events`` such as s3:ObjectCreated:*; ``filters`` is a list of (prefix or suffix, text)."""

    events: tuple
    filters: tuple = ()

    @classmethod
    def of(cls, document: dict) -> "Rule":
        """Read one configuration as it comes in the XML (Event, Filter.S3Key.FilterRule)."""
        found = ((document.get("Filter") or {}).get("S3Key") or {}).get("FilterRule") or []
        found = found if isinstance(found, list) else [found]
        events = document["Event"]
        return cls(
            tuple(events if isinstance(events, list) else [events]),
            tuple((one["Name"].lower(), one["Value"] or "") for one in found),
        )

    def affix(self, name: str) -> str:
        """Return the prefix or the suffix; empty without one."""
        return dict(self.filters).get(name, "")


def refused(rules: list[Rule]) -> str | None:
    """Say why S3 refuses these rules, or None."""
    for rule in rules:
        names = [name for name, _ in rule.filters]
        for name in ("prefix", "suffix"):
            if names.count(name) > 1:
                return f"Cannot specify more than one {name} rule in a filter."
        if set(names) - {"prefix", "suffix"}:
            return "filter rule name must be either prefix or suffix"
    for place, one in enumerate(rules):
        for other in rules[place + 1 :]:
            if _meet(one, other):
                return (
                    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two "
                    "rules if the prefixes are overlapping for the same event type."
                )
    return None


def _meet(one: Rule, other: Rule) -> bool:
    prefixes = sorted((one.affix("prefix"), other.affix("prefix")), key=len)
    suffixes = sorted((one.affix("suffix"), other.affix("suffix")), key=len)
    same_keys = prefixes[1].startswith(prefixes[0]) and suffixes[1].endswith(suffixes[0])
    return same_keys and any(_same(a, b) for a in one.events for b in other.events)


def _same(one: str, other: str) -> bool:
    one, other = sorted((one, other), key=len)
    return one == other or (one.endswith(":*") and other.startswith(one[:-1]))
