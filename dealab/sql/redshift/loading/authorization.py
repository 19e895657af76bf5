"""Authorization of COPY, UNLOAD and external schemas: taken in every documented form, recorded.

The lab has no IAM in its SQL room: a role is recorded and never asked for.
https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-authorization.html (read 2026-11-23)
"""

import re

from dealab.sql.errors import ServiceError

_ARN = re.compile(r"arn:aws[\w-]*:iam::[^:]*:role/.+", re.DOTALL)
_KEYS = ("aws_iam_role", "aws_access_key_id", "aws_secret_access_key", "token")
_KEYS += ("master_symmetric_key",)


def take(reader, found: dict) -> bool:
    """Take one authorization parameter into ``found`` if it comes next."""
    if reader.accept("IAM_ROLE"):
        _once(reader, found, "iam_role")
        found["iam_role"] = role(reader)
        return True
    if reader.accept("WITH", "CREDENTIALS") or reader.accept("CREDENTIALS"):
        reader.accept("AS")
        _once(reader, found, "credentials")
        found["credentials"] = credentials(reader.string())
        return True
    for word in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        if reader.accept(word):
            reader.accept("AS")
            _once(reader, found, word.lower())
            found[word.lower()] = reader.string()
            return True
    return False


def _once(reader, found: dict, key: str) -> None:
    if key in found:
        raise ServiceError("42601", "conflicting or redundant options", *reader.place())


def role(reader) -> str:
    """Take ``default`` or a role's ARN (several, joined by commas, are assumed in a chain)."""
    if reader.accept("DEFAULT"):
        return "default"
    text = reader.string()
    for one in text.split(","):
        if one.strip().lower() not in ("default", "session") and not _ARN.fullmatch(one.strip()):
            raise invalid()
    return text


def credentials(text: str) -> dict:
    """Read ``aws_iam_role=...`` or ``aws_access_key_id=...;aws_secret_access_key=...``."""
    parts = {}
    for part in text.split(";"):
        key, mark, value = part.partition("=")
        if not mark or key.strip().lower() not in _KEYS:
            raise invalid()
        parts[key.strip().lower()] = value
    if "aws_iam_role" not in parts and not {"aws_access_key_id", "aws_secret_access_key"} <= set(
        parts
    ):
        raise invalid()
    return parts


def invalid() -> ServiceError:
    return ServiceError(
        "XX000",
        "Invalid credentials. Must be of the format: credentials 'aws_iam_role=...' or "
        "'aws_access_key_id=...;aws_secret_access_key=...[;token=...]'",
    )


def check(found: dict) -> None:
    """Refuse a statement without authorization, or with two kinds of it."""
    keys = {"access_key_id", "secret_access_key", "session_token"} & set(found)
    kinds = [name for name in ("iam_role", "credentials") if name in found]
    if keys:
        kinds.append("keys")
    if not kinds:
        raise ServiceError(
            "42601",
            "CREDENTIALS argument is required but not specified",
            hint="say IAM_ROLE default or IAM_ROLE 'arn:aws:iam::<account>:role/<name>'.",
        )
    if len(kinds) > 1:
        raise ServiceError(
            "42601",
            "only one kind of authorization can be specified: IAM_ROLE, CREDENTIALS, or "
            "ACCESS_KEY_ID and SECRET_ACCESS_KEY",
        )
    if keys and not {"access_key_id", "secret_access_key"} <= keys:
        raise ServiceError("42601", "ACCESS_KEY_ID and SECRET_ACCESS_KEY must both be specified")


def shown(found: dict) -> dict:
    """Return what may be recorded: roles and key ids, no secrets."""
    if "iam_role" in found:
        return {"iam_role": found["iam_role"]}
    if "credentials" in found:
        given = found["credentials"]
        return {k: given[k] for k in ("aws_iam_role", "aws_access_key_id") if k in given}
    return {"access_key_id": found.get("access_key_id", "")}
