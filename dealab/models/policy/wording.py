"""How services word a refusal: error code and message.

Sources:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html (checked
2026-11-23)
https://github.com/aws-ia/terraform-aws-control_tower_account_factory/issues/151 (checked
2026-11-23: SNS writes its prefix in capitals)
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html (not checked)
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (not checked)
"""

from dealab.models.policy.evaluation import Decision

_XML = {"iam", "sts", "cloudformation", "cloudwatch"}  # their codes are the short ones
_SHORT = _XML | {"sns", "sqs"}
_CODES = {"s3": "AccessDenied", "sns": "AuthorizationError", "sqs": "AccessDenied"}


def denied(service: str, operation: str, decision: Decision) -> tuple[str, str]:
    """Return (code, message) of a decision that denies an operation of a boto3 service."""
    code = _CODES.get(service, "AccessDenied" if service in _XML else "AccessDeniedException")
    message, request = decision.message, decision.request
    if service == "s3":
        message = message.replace(request.resource, f'"{request.resource}"')
        if request.account != request.principal.account:
            message = "Access Denied"  # across accounts S3 does not say why
        if operation.startswith("Head"):  # without a body there is no message
            code, message = "403", "Forbidden"
    elif service == "sns":
        action = request.action.replace("sns:", "SNS:", 1)
        message = message.replace(f" {request.action} ", f" {action} ")
    elif service == "sqs":
        message = message.replace(request.action, request.action.lower())
    return code, message


def unknown(service: str) -> tuple[str, str]:
    """Return (code, message) for an access key, secret or token that is not right."""
    if service == "s3":
        return (
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        )
    code = "InvalidClientTokenId" if service in _SHORT else "UnrecognizedClientException"
    return code, "The security token included in the request is invalid."


def expired(service: str) -> tuple[str, str]:
    """Return (code, message) for temporary credentials whose time is over."""
    if service == "s3":
        return "ExpiredToken", "The provided token has expired."
    code = "ExpiredToken" if service in _SHORT else "ExpiredTokenException"
    return code, "The security token included in the request is expired"
