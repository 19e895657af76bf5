"""What S3 refuses of documents: presigned POSTs by their policy, and bucket policies.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
(both not checked). Left out: the signature of a POST, which is not computed again.
"""

import base64
import json
from datetime import UTC, datetime

from dealab.models.policy.documents import opens_to_everybody
from dealab.models.refusals import Refused


def check(bucket: str, form: dict, size: int) -> None:
    """Raise Refused for a form (field -> [value]) with a policy that its fields do not keep.

    ``size``: bytes of the file. A form without a policy is left to others.
    """
    fields = {name.lower(): values[0] for name, values in form.items() if values}
    fields["bucket"] = bucket
    if "policy" not in fields:
        return
    policy = json.loads(base64.b64decode(fields["policy"]))
    if datetime.fromisoformat(policy["expiration"]) < datetime.now(UTC):
        raise Refused("AccessDenied", "Invalid according to Policy: Policy expired.")
    for one in policy.get("conditions", ()):
        if isinstance(one, dict):
            for name, value in one.items():
                _check_field(fields, "eq", f"${name}", value)
        elif one[0] == "content-length-range":
            if size > int(one[2]):
                message = "Your proposed upload exceeds the maximum allowed size"
                raise Refused("EntityTooLarge", message)
            if size < int(one[1]):
                message = "Your proposed upload is smaller than the minimum allowed size"
                raise Refused("EntityTooSmall", message)
        else:
            _check_field(fields, *one)


def _check_field(fields: dict, kind: str, name: str, wanted: str) -> None:
    held = fields.get(name.removeprefix("$").lower(), "")
    if not (held.startswith(wanted) if kind == "starts-with" else held == wanted):
        condition = json.dumps([kind, name, wanted])
        raise Refused(
            "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {condition}"
        )


def check_policy(bucket: str, policy: str, closed: bool) -> None:
    """Raise Refused for a bucket policy (text). ``closed``: BlockPublicPolicy is on."""
    try:
        statements = json.loads(policy)["Statement"]
    except KeyError:
        raise Refused("MalformedPolicy", "Missing required field Statement") from None
    except ValueError:
        message = "Policies must be valid JSON and the first byte must be '{'"
        raise Refused("MalformedPolicy", message) from None
    statements = statements if isinstance(statements, list) else [statements]
    if closed and any(map(opens_to_everybody, statements)):
        raise Refused(
            "AccessDenied",
            "User is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"arn:aws:s3:::{bucket}" because public policies are blocked by the '
            "BlockPublicPolicy block public access setting.",
        )
