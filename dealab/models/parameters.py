"""Parameter Store's rules: tiers with their sizes, patterns, types that stay, expiration.

Sizes and the words for a value too long, as users quote them (checked 2026-11-23):
https://github.com/hashicorp/terraform-provider-aws/issues/18521
The rest (not checked):
https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
Left out: ExpirationNotification and NoChangeNotification (no event is sent).
"""

import json
import re
from datetime import UTC, datetime

from dealab.models.refusals import Refused

PAGE = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "parameter-store-advanced-parameters.html"
)
SIZES = {"Standard": 4096, "Advanced": 8192}  # characters of a value


def tier(asked: str | None, before: str | None, value: str, policies: str | None) -> str:
    """Return the tier that a parameter gets: Standard or Advanced.

    ``before`` is the tier of the version before, None for a new parameter. Raises Refused.
    """
    large = len(value) > SIZES["Standard"] or bool(policies)
    if asked == "Intelligent-Tiering":
        chosen = "Advanced" if large or before == "Advanced" else "Standard"
    else:
        chosen = asked or before or "Standard"
    if before == "Advanced" and chosen == "Standard":
        raise Refused(
            "ValidationException",
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from "
            "the advanced-parameter tier to the standard-parameter tier. If necessary, you can "
            "delete the advanced parameter and recreate it as a standard parameter.",
        )
    if len(value) > SIZES[chosen]:
        more = " To create a larger parameter value, upgrade the parameter to use the "
        more += f"advanced-parameter tier. For more information, see {PAGE}"
        more = more if chosen == "Standard" else ""
        raise Refused(
            "ValidationException",
            f"{chosen} tier parameters support a maximum parameter value of {SIZES[chosen]} "
            f"characters.{more}",
        )
    if policies and chosen == "Standard":
        raise Refused(
            "ValidationException",
            "Parameter policies are supported by the advanced-parameter tier only.",
        )
    return chosen


def check_change(kind: str | None, before: str | None, pattern: str | None, value: str) -> None:
    """Check a new value: its type against that of the version ``before``, and the pattern."""
    if before and kind and kind != before:
        raise Refused(
            "HierarchyTypeMismatchException",
            "Parameter Store does not support changing a parameter type in a hierarchy. For "
            "example, you can't change a parameter from a String type to a SecureString type. You "
            "must create a new, unique parameter.",
        )
    if pattern and not re.search(pattern, value):
        raise Refused(
            "ParameterPatternMismatchException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        )


def expiry(policies: str | None) -> datetime | None:
    """Return the moment of an Expiration policy, None without one. Raises Refused."""
    try:
        listed = json.loads(policies or "[]")
        found = [one["Attributes"] for one in listed if one["Type"] == "Expiration"]
        if not found:
            return None
        moment = datetime.fromisoformat(found[0]["Timestamp"].replace("Z", "+00:00"))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("InvalidPolicyTypeException", "The policy type isn't supported.") from error
