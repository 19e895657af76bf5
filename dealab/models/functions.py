"""Lambda's limits: who may run at once, what settings and payloads are refused, what is billed.

Sources, all below https://docs.aws.amazon.com/lambda/latest/dg/ (checked 2026-11-23: the quotas,
asynchronous invocation and Invoke; not: the pages on concurrency and recursion):
gettingstarted-limits.html, lambda-concurrency.html, configuration-concurrency.html,
configuration-envvars.html, invocation-async-error-handling.html, API_Invoke.html.

Left out: the scaling rate (1,000 environments every ten seconds), requests per second, and sizes
of packages.
"""

import json
import math

ACCOUNT_CONCURRENCY = 1000
UNRESERVED_MINIMUM = 100
SYNC_BYTES, ASYNC_BYTES = 6 * 1024 * 1024, 1024 * 1024
ANSWER_BYTES = 6291556  # 6 MB and 100 bytes, as the service's message says
ENVIRONMENT_BYTES = 4096
ASYNC_RETRIES = 2  # invocation-async-error-handling.html
RECURSIONS = 16  # invocation-recursion.html: stopped after about 16
EVENT_AGE = 6 * 3600  # seconds that an asynchronous event is kept
#: runtimes that no function can be created with or changed to any more; the dates for python3.8
#: and 3.9 lie in 2027: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
ENDED_RUNTIMES = ("python2.7", "python3.6", "python3.7")
RESERVED_NAMES = {
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
}


def throttled(name: str, running: dict, reserved: dict, account: int) -> str | None:
    """Return the Reason why one more run of ``name`` is throttled, or None if it may run.

    ``running``: function -> runs at this moment. ``reserved``: function -> its reserved
    concurrency, for those that have one. ``account``: the account's limit in this Region.
    """
    if name in reserved:
        full = running.get(name, 0) >= reserved[name]
        return "ReservedFunctionConcurrentInvocationLimitExceeded" if full else None
    others = sum(count for one, count in running.items() if one not in reserved)
    full = others >= account - sum(reserved.values())
    return "ConcurrentInvocationLimitExceeded" if full else None


def retry_delay(tries: int) -> int:
    """Seconds until an asynchronous event that was throttled ``tries`` times is tried again."""
    return min(300, 2 ** (tries - 1))


def billed(duration: float, init: float | None) -> int:
    """Milliseconds billed: running and, since August 2025 for every function, loading the code.

    https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
    """
    return math.ceil(duration + (init or 0))


def settings_refused(settings: dict) -> str | None:
    """Return the service's words for settings that it refuses, or None.

    ``settings`` are those of CreateFunction or UpdateFunctionConfiguration.
    """
    if settings.get("Runtime") in ENDED_RUNTIMES:
        return (
            f"The runtime parameter of {settings['Runtime']} is no longer supported for creating "
            "or updating AWS Lambda functions. We recommend you use a supported runtime while "
            "creating or updating functions."
        )
    for name, field, lowest, highest in (
        ("Timeout", "timeout", 1, 900),
        ("MemorySize", "memorySize", 128, 10240),
    ):
        value = settings.get(name)
        if value is not None and not lowest <= value <= highest:
            bound = f"less than or equal to {highest}" if value > highest else ""
            bound = bound or f"greater than or equal to {lowest}"
            return (
                f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy "
                f"constraint: Member must have value {bound}"
            )
    variables = (settings.get("Environment") or {}).get("Variables") or {}
    start = (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided "
    )
    text = json.dumps(variables, separators=(",", ":"))
    if used := sorted(RESERVED_NAMES & set(variables)):
        return (
            f"{start}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(used)}"
        )
    if len(text.encode()) > ENVIRONMENT_BYTES:
        return f"{start}exceeded the 4KB limit. String measured: {text}"
    if len(settings.get("Layers") or []) > 5:
        return "The function cannot reference more than 5 layers."
    mounts = settings.get("FileSystemConfigs") or []
    if len(mounts) > 1:
        return "A function can have one file system configuration."
    if mounts and not (settings.get("VpcConfig") or {}).get("SubnetIds"):
        return "A function with a file system must be connected to a VPC: set VpcConfig."
    return None


def async_record(arn: str, request_id: str, event, run, condition: str, attempts: int, now) -> dict:
    """The record that an asynchronous invocation's destination gets.

    ``run`` has ``result`` and ``error``, or is None when the function never ran. ``now`` is an
    aware datetime. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    record = {
        "version": "1.0",
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{arn}:$LATEST" if arn.count(":") == 6 else arn,
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
    }
    if run is not None:
        response = {"statusCode": 200, "executedVersion": run.version}
        record["responseContext"] = response | ({"functionError": "Unhandled"} if run.error else {})
        record["responsePayload"] = run.error or run.result
    return record


def lost_record(arn: str, request_id: str, run, condition: str, attempts: int, now) -> dict:
    """The record of a batch of a stream that was given up: no event and no answer stand in it."""
    record = async_record(arn, request_id, None, run, condition, attempts, now)
    del record["requestPayload"]
    record.pop("responsePayload", None)
    record["requestContext"]["functionArn"] = arn
    return record
