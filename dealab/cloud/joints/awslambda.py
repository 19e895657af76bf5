"""Real handlers; event sources are polled by the lab and not pushed by moto.

moto invokes from inside PutRecord, SendMessage and PutItem, one record at a time, and deletes
SQS messages whatever the echo answers. Here a mapping is unhooked from its source at once. moto
also drops settings (file systems, dead letters), has no provisioned concurrency and no limits.
"""

import base64
import functools
import io
import json
import zipfile

LOG_TAIL = 4096  # bytes of log that Invoke returns with LogType="Tail"
KEPT = ("FileSystemConfigs", "DeadLetterConfig", "LoggingConfig")  # settings that moto drops


class _Answer(bytes):
    """An answer of a handler; moto measures sizes with another limit than the service."""

    def __sizeof__(self):
        return 0


def join(lab_of) -> None:
    from moto.awslambda import urls
    from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
    from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction
    from moto.awslambda.policy import Policy
    from moto.awslambda.responses import LambdaResponse
    from moto.core.botocore_stubber import BotocoreStubber
    from moto.dynamodb.models import dynamodb_backends
    from moto.kinesis.models import kinesis_backends
    from moto.sqs.models import sqs_backends

    from dealab.cloud import handlers, http, sources
    from dealab.engines import sandbox
    from dealab.models import functions

    start, configure = LambdaFunction.__init__, LambdaFunction.update_configuration
    describe, set_code = LambdaFunction.get_configuration, LambdaFunction._set_function_code
    create, answer = LambdaBackend.create_event_source_mapping, BotocoreStubber.process_request

    # Settings

    @functools.cache
    def runtimes() -> tuple:
        """The names that the service has, as the SDK knows them."""
        import boto3

        model = boto3.client("lambda", region_name="us-east-1").meta.service_model
        return tuple(model.shape_for("Runtime").enum)

    def check(function, settings: dict) -> None:
        if refused := functions.settings_refused(settings):
            raise InvalidParameterValueException(refused)
        runtime = settings.get("Runtime")
        if runtime and runtime not in (known := runtimes()):
            raise InvalidParameterValueException(
                f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy "
                f"enum value set: [{', '.join(known)}] or be a valid ARN"
            )
        for mount in settings.get("FileSystemConfigs") or []:
            from moto.efs.models import efs_backends

            points = efs_backends[function.account_id][function.region].access_points.values()
            if mount["Arn"] not in [point.access_point_arn for point in points]:
                raise InvalidParameterValueException(
                    f"EFS access point {mount['Arn']} does not exist."
                )

    def init(self, account_id, spec, region, version=1):
        self.account_id, self.region, self.more = account_id, region, {}
        check(self, spec)
        start(self, account_id, spec, region, version)
        self.more = {key: spec[key] for key in KEPT if spec.get(key)}

    def update_configuration(self, updates):
        check(self, {"VpcConfig": self.vpc_config or {}, **updates})
        if updates.get("EphemeralStorage"):
            self.ephemeral_storage = updates["EphemeralStorage"]["Size"]
        self.more = {**self.more, **{key: updates[key] for key in KEPT if key in updates}}
        return configure(self, updates)

    def get_configuration(self, on_create=False):
        return {**describe(self, on_create), **self.more}

    def set_checked_code(self, spec):
        if spec.get("S3Key") and spec.get("S3Bucket"):
            _check_object(self.account_id, spec["S3Bucket"], spec["S3Key"])
        set_code(self, spec)
        code = getattr(self, "code_bytes", b"")
        if code and not zipfile.is_zipfile(io.BytesIO(code)):
            raise InvalidParameterValueException(
                "Could not unzip uploaded file. Please check your file, then try to upload again."
            )

    def _check_object(account, bucket, key) -> None:
        """moto makes a function without code when UpdateFunctionCode names no object."""
        from moto.s3.models import s3_backends

        if bucket not in (buckets := s3_backends[account]["aws"].buckets):
            code, text = "NoSuchBucket", "The specified bucket does not exist"
        elif key not in buckets[bucket].keys:
            code, text = "NoSuchKey", "The specified key does not exist."
        else:
            return
        raise InvalidParameterValueException(
            f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {text}"
        )

    # Invoking

    def invoke(self, body, request_headers, response_headers, arn=None):
        headers = {str(key).lower(): value for key, value in (request_headers or {}).items()}
        kind = headers.get("x-amz-invocation-type") or "RequestResponse"
        # Callers inside moto (S3, SNS, logs) send no header: to Lambda they are asynchronous.
        kind = kind if headers else "Event"
        size, limit = len(body or b""), functions.SYNC_BYTES
        limit = functions.ASYNC_BYTES if kind == "Event" else limit
        if size > limit:
            error = LambdaClientError(
                "RequestEntityTooLargeException",
                f"{size} byte payload is too large for the {kind} invocation type (limit {limit} "
                "bytes)",
            )
            error.code = 413
            raise error
        try:
            event = json.loads(body) if body else {}
        except ValueError as error:
            raise LambdaClientError(
                "InvalidRequestContentException", f"Could not parse request body into json: {error}"
            ) from error
        runtime = lab_of().runtime
        if kind == "DryRun":
            return ""
        if kind == "Event":
            runtime.invoke_async(self, event, arn=arn)
            return ""
        record = runtime.invoke(self, event, arn=arn)
        tail = record.logs.encode("utf-8")[-LOG_TAIL:]
        response_headers["x-amz-log-result"] = base64.b64encode(tail).decode("ascii")
        response_headers["x-amz-executed-version"] = str(self.version)
        text = json.dumps(record.error or record.result)
        if len(text) > functions.ANSWER_BYTES:
            record.error = {
                "errorMessage": "Response payload size exceeded maximum allowed payload size "
                f"({functions.ANSWER_BYTES} bytes).",
                "errorType": "Function.ResponseSizeTooLarge",
            }
            text = json.dumps(record.error)
        if record.error:
            response_headers["x-amz-function-error"] = "Unhandled"
        return _Answer(text.encode("utf-8"))

    def invoke_by_name(self, name, qualifier, body, headers, response_headers):
        function = handlers.resolve(name, qualifier, self)
        arn = function.function_arn
        if qualifier and arn.count(":") == 7:
            arn = arn.rpartition(":")[0]
        arn = f"{arn}:{qualifier}" if qualifier else arn
        return function.invoke(body, headers, response_headers, arn=arn)

    respond = LambdaResponse.invoke

    def respond_or_throttle(self):
        if "Qualifier" in self.querystring:  # moto looks for it in lower case
            self.querystring["qualifier"] = self.querystring["Qualifier"]
        try:
            return respond(self)
        except handlers.Throttled as throttled:
            document = {
                "Reason": throttled.reason,
                "Type": "User",
                "message": str(throttled),
            }
            headers = {"x-amzn-errortype": "TooManyRequestsException", "status": 429}
            return 429, headers, json.dumps(document)

    def process_request(self, request):
        if hasattr(request.body, "read"):  # it may be a file of the handler's, still to be opened
            request.body = request.body.read()
        with sandbox.outside():  # the lab's own files, also when a handler calls
            return answer(self, request)

    # Concurrency

    def put_function_concurrency(self, function_name, reserved):
        function, runtime = self.get_function(function_name), lab_of().runtime
        taken = {**handlers._reserved(function), function.function_name: int(reserved)}
        if runtime.account_concurrency - sum(taken.values()) < functions.UNRESERVED_MINIMUM:
            raise InvalidParameterValueException(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                "UnreservedConcurrentExecution below its minimum value of "
                f"[{functions.UNRESERVED_MINIMUM}]."
            )
        function.reserved_concurrency = int(reserved)
        return function.reserved_concurrency

    def provisioned(self, count: int | None = None):
        name, qualifier = self.path.split("/")[-2], self._get_param("Qualifier")
        function = self.backend.get_function(name, qualifier)
        if not qualifier or qualifier == "$LATEST":
            raise InvalidParameterValueException(
                "Provisioned Concurrency Configs cannot be applied to unpublished function "
                "versions."
            )
        key, settings = (function.function_name, qualifier), lab_of().runtime.provisioned
        if count is not None:
            settings[key] = count
        if key not in settings:
            raise LambdaClientError(
                "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config found for this function",
            )
        return {
            "RequestedProvisionedConcurrentExecutions": settings[key],
            "AvailableProvisionedConcurrentExecutions": settings[key],
            "AllocatedProvisionedConcurrentExecutions": settings[key],
            "Status": "READY",
        }

    def put_provisioned_concurrency_config(self):
        count = self.json_body["ProvisionedConcurrentExecutions"]
        return 202, {"status": 202}, json.dumps(provisioned(self, int(count)))

    def get_provisioned_concurrency_config(self):
        return json.dumps(provisioned(self))

    def delete_provisioned_concurrency_config(self):
        provisioned(self)
        del lab_of().runtime.provisioned[self.path.split("/")[-2], self._get_param("Qualifier")]
        return 204, {"status": 204}, ""

    def get_account_settings(self):
        limit, listed = lab_of().runtime.account_concurrency, list(self.backend.list_functions())
        reserved = sum(int(one.reserved_concurrency or 0) for one in listed)
        return json.dumps(
            {
                "AccountLimit": {
                    "ConcurrentExecutions": limit,
                    "UnreservedConcurrentExecutions": limit - reserved,
                },
                "AccountUsage": {"FunctionCount": len(listed)},
            }
        )

    def create_event_source_mapping(self, spec):
        sources.validate(self, spec)
        mapping = create(self, spec)
        account, region = self.account_id, self.region_name
        for holder in (
            *sqs_backends[account][region].queues.values(),
            *kinesis_backends[account][region].streams.values(),
            *dynamodb_backends[account][region].tables.values(),
        ):
            holder.lambda_event_source_mappings.clear()
        sources.begin(lab_of(), mapping)
        return mapping

    update_mapping = LambdaBackend.update_event_source_mapping

    def update_event_source_mapping(self, uuid, spec):
        if mapping := self.get_event_source_mapping(uuid):
            sources.validate_update(mapping, spec)
        return update_mapping(self, uuid, spec)

    add_statement, drop_statement = Policy.add_statement, Policy.del_statement
    delete_version = LambdaBackend.delete_function

    def add_statement_once(self, raw, qualifier=None):
        sid = json.loads(raw).get("StatementId")
        if any(one.get("Sid") == sid for one in self.statements):
            raise _conflict(
                f"The statement id ({sid}) provided already exists. Please provide a new "
                "statement id, or remove the existing statement."
            )
        return add_statement(self, raw, qualifier)

    def del_statement(self, sid, revision=""):
        if all(one.get("Sid") != sid for one in self.statements):
            error = LambdaClientError(
                "ResourceNotFoundException", f"Statement {sid} is not found in resource policy."
            )
            error.code = 404
            raise error
        return drop_statement(self, sid, revision)

    def delete_function(self, function_name, qualifier=None):
        if qualifier:
            used = sorted(
                alias.name
                for alias in self.list_aliases(function_name)
                if qualifier
                in (
                    alias.function_version,
                    *((alias.routing_config or {}).get("AdditionalVersionWeights") or {}),
                )
            )
            if used:
                raise _conflict(
                    "Unable to delete version because the following aliases reference it: "
                    f"[{', '.join(used)}]"
                )
        return delete_version(self, function_name, qualifier)

    def _conflict(text):
        error = LambdaClientError("ResourceConflictException", text)
        error.code = 409
        return error

    Policy.add_statement, Policy.del_statement = add_statement_once, del_statement
    LambdaBackend.delete_function = delete_function
    create_url = LambdaFunction.create_url_config

    def create_url_config(self, config):
        http.listen(lab_of)
        made = create_url(self, config)
        made.url = made.url.rstrip("/") + "/"
        return made

    describe_mapping = EventSourceMapping.get_configuration

    def mapping_configuration(self):
        told = getattr(self, "last_result", "No records processed")
        return describe_mapping(self) | {"LastProcessingResult": told}

    EventSourceMapping.get_configuration = mapping_configuration
    LambdaFunction.create_url_config = create_url_config
    LambdaFunction.__init__, LambdaFunction.update_configuration = init, update_configuration
    LambdaFunction.get_configuration = get_configuration
    LambdaFunction._set_function_code, LambdaFunction.invoke = set_checked_code, invoke
    LambdaBackend.invoke, LambdaResponse.invoke = invoke_by_name, respond_or_throttle
    LambdaBackend.put_function_concurrency = put_function_concurrency
    LambdaBackend.create_event_source_mapping = create_event_source_mapping
    LambdaBackend.update_event_source_mapping = update_event_source_mapping
    BotocoreStubber.process_request = process_request
    for method in (
        put_provisioned_concurrency_config,
        get_provisioned_concurrency_config,
        delete_provisioned_concurrency_config,
        get_account_settings,
    ):
        setattr(LambdaResponse, method.__name__, method)
    for path in (
        "functions/(?P<function_name>[\\w_:%-]+)/provisioned-concurrency",
        "account-settings",
    ):
        urls.url_paths["{0}/(?P<api_version>[^/]+)/" + path + "/?$"] = LambdaResponse.dispatch
