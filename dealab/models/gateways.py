"""API Gateway's way of a request: route, authorizer, key, validator, function, answer.

REST APIs (as they were when deployed): Lambda proxy and simple MOCK integrations, validators, API
keys with usage plans, Lambda authorizers. HTTP APIs and function URLs: payload formats 1.0 and
2.0, CORS, Lambda authorizers. The documents and their sources: ``http_api.py``.

Left out: mapping templates, HTTP and AWS integrations, IAM, JWT and Cognito authorization.
"""

import json
import re
from datetime import UTC, datetime

from dealab.models import http_api as rules
from dealab.sql.errors import LabLimit


class _Gateway:
    """A request at an API. ``api`` has the attributes of moto's object.

    ``context``: account, Region, id of the request and ``now`` (epoch seconds). ``invoke(arn,
    event, source, role)`` runs a function, in the name of ``role`` if it is not empty, and returns
    its run (result, error, duration in milliseconds), or None when it is throttled or missing.
    """

    variables = None

    def __init__(self, request: rules.Request, api, context: dict, invoke):
        self.request, self.api, self.context, self.invoke = request, api, context, invoke

    def call(self, uri: str, event: dict, role: str = ""):
        """Run the function that an integration's or an authorizer's URI names."""
        arn = re.sub(r".*/functions/(arn:.+)/invocations$", r"\1", uri)
        variables = self.variables or {}
        arn = re.sub(r"\$\{stageVariables\.(\w+)\}", lambda m: variables.get(m[1], ""), arn)
        return self.invoke(arn, event, self.source, role)

    @property
    def source(self) -> str:
        api_id = self.request.host.split(".")[0]
        return f"arn:aws:execute-api:{self.context['region']}:{self.context['account']}:{api_id}"

    def proxied(self, uri: str, event: dict, version: str, timeout, failed, late, role=""):
        run = self.call(uri, event, role)
        if run is None:
            return rules.error(500, failed[1], "InternalServerErrorException")
        if run.duration > timeout:
            return rules.error(*late)
        read = None if run.error else rules.answer(run.result, version)
        return read or rules.error(*failed, "InternalServerErrorException")


class RestApi(_Gateway):
    """A REST API as it was when deployed (``api.deployed``: deployment -> path -> methods)."""

    def answer(self):
        """Return (status, headers, body). Raises LabLimit for what is not here."""
        request, stage = self.request, self.api.stages.get(self.request.stage)
        if stage is None or stage.deployment_id not in self.api.__dict__.get("deployed", {}):
            return rules.error(403, "Forbidden", "ForbiddenException")
        self.variables = stage.variables
        resources = self.api.deployed[stage.deployment_id]
        found = rules.match(list(resources), request.path)
        route, parameters = found or ("", {})
        methods = resources.get(route, {})
        method = methods.get(request.method) or methods.get("ANY")
        if method is None or method.method_integration is None:
            kind = "MissingAuthenticationTokenException"
            return rules.error(403, "Missing Authentication Token", kind)
        refused = (
            self._authorized(method, route, parameters)
            or self._key(method)
            or self._valid(method, parameters)
        )
        return refused or self._integrated(method.method_integration, route, parameters)

    def _integrated(self, integration, route: str, parameters: dict):
        kind = integration.integration_type
        if kind == "MOCK":
            return self._mock(integration)
        if kind != "AWS_PROXY" or ":lambda:path" not in integration.uri:
            raise LabLimit(
                f"REST integrations of the type {kind}",
                "API Gateway also calls HTTP endpoints and, with mapping templates, AWS services.",
                "Lambda proxy hands over the whole request.",
            )
        event = rules.rest_event(self.request, route, parameters, self.variables, self.context)
        return self.proxied(
            integration.uri,
            event,
            "1.0",
            int(integration.timeout_in_millis or rules.TIMEOUT),
            (502, "Internal server error"),
            (504, "Endpoint request timed out"),
            integration.credentials or "",
        )

    def _mock(self, integration):
        template = (integration.request_templates or {}).get("application/json", "{}")
        try:
            status = str(json.loads(template).get("statusCode", 200))
        except ValueError:
            raise LabLimit(
                "mapping templates",
                "API Gateway runs them as VTL.",
                "Mapping templates change requests and answers without a function.",
            ) from None
        response = (integration.integration_responses or {}).get(status)
        if response is None:
            return rules.error(500, "Internal server error", "InternalServerErrorException")
        headers = {"content-type": "application/json"}
        for name, value in (response.response_parameters or {}).items():
            headers[name.rpartition(".")[2].lower()] = value.strip("'")
        body = (response.response_templates or {}).get("application/json") or ""
        if "$" in body or "#" in body:
            raise LabLimit(
                "mapping templates",
                "API Gateway runs them as VTL.",
                "Mapping templates change requests and answers without a function.",
            )
        return int(response.status_code), headers, body.encode()

    def _authorized(self, method, route: str, parameters: dict):
        kind = method.authorization_type or "NONE"
        if kind == "NONE":
            return None
        if kind != "CUSTOM":
            raise LabLimit(
                f"authorization of the type {kind}",
                "API Gateway checks IAM signatures and the tokens of Cognito user pools.",
                "A REST API authorizes by IAM, a Cognito user pool or a Lambda authorizer.",
            )
        authorizer, request = self.api.authorizers[method.authorizer_id], self.request
        arn = f"{self.source}/{request.stage}/{request.method}{request.path}"
        header = (authorizer.identity_source or "method.request.header.Authorization").split(".")[
            -1
        ]
        token = request.headers.get(header.lower())
        if authorizer.type == "TOKEN":
            pattern = authorizer.identity_validation_expression
            if not token or (pattern and not re.fullmatch(pattern, token)):
                return rules.error(401, "Unauthorized", "UnauthorizedException")
            event = {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}
        else:
            event = rules.rest_event(request, route, parameters, self.variables, self.context)
            event |= {"type": "REQUEST", "methodArn": arn}
        run = self.call(authorizer.authorizer_uri, event)
        if run is not None and run.error and run.error["errorMessage"] == "Unauthorized":
            return rules.error(401, "Unauthorized", "UnauthorizedException")
        if run is None or run.error or not isinstance(run.result, dict):
            return rules.error(500, None, "AuthorizerConfigurationException")
        if not rules.policy_allows(run.result.get("policyDocument") or {}, arn):
            message = "User is not authorized to access this resource"
            return rules.error(403, message, "AccessDeniedException", "Message")
        principal = {"principalId": run.result.get("principalId")}
        self.context["authorizer"] = principal | (run.result.get("context") or {})
        return None

    def _key(self, method):
        if not method.api_key_required:
            return None
        backend, value = self.api.__dict__["backend_of"], self.request.headers.get("x-api-key")
        stage = {"apiId": self.api.id, "stage": self.request.stage}
        for plan in backend.usage_plans.values():
            stages = [(one["apiId"], one["stage"]) for one in plan.api_stages]
            if (stage["apiId"], stage["stage"]) not in stages:
                continue
            for key_id in backend.usage_plan_keys.get(plan.id, {}):
                key = backend.keys.get(key_id)
                if key and key.value == value and key.enabled:
                    self.context["key"] = value
                    return self._throttled(plan, key_id)
        return rules.error(403, "Forbidden", "ForbiddenException")

    def _throttled(self, plan, key_id: str):
        used, now = plan.__dict__.setdefault("used", {}), self.context["now"]
        if plan.throttle:
            rate, burst = float(plan.throttle["rateLimit"]), int(plan.throttle["burstLimit"])
            bucket = used.setdefault((key_id, rate, burst), rules.Bucket(rate, burst, now))
            if not bucket.take(now):
                return rules.error(429, "Too Many Requests", "TooManyRequestsException")
        if plan.quota:
            form = {"DAY": "%Y-%m-%d", "WEEK": "%G-%V", "MONTH": "%Y-%m"}[plan.quota["period"]]
            period = (key_id, datetime.fromtimestamp(self.context["now"], UTC).strftime(form))
            used[period] = used.get(period, 0) + 1
            if used[period] > int(plan.quota["limit"]):
                return rules.error(429, "Limit Exceeded", "LimitExceededException")
        return None

    def _valid(self, method, parameters: dict):
        validator = self.api.request_validators.get(method.request_validator_id or "")
        if validator is None:
            return None
        if _true(validator.validate_request_parameters):
            missing = rules.missing_parameters(method.request_parameters, self.request, parameters)
            if missing:
                message = f"Missing required request parameters: [{', '.join(missing)}]"
                return rules.error(400, message, "BadRequestException")
        model = (method.request_models or {}).get(
            self.request.headers.get("content-type", "application/json").split(";")[0]
        )
        if _true(validator.validate_request_body) and model:
            import jsonschema

            try:
                schema = json.loads(self.api.models[model].schema)
                jsonschema.validate(json.loads(self.request.body), schema)
            except (ValueError, jsonschema.ValidationError):
                return rules.error(400, "Invalid request body", "BadRequestException")
        return None


class HttpApi(_Gateway):
    """An HTTP API."""

    def answer(self):
        """Return (status, headers, body). Raises LabLimit for what is not here."""
        request, stages = self.request, self.api.stages
        if request.stage not in stages:  # the stage $default stands for no stage in the path
            rest = request.path if request.path != "/" else ""
            request.path, request.stage = f"/{request.stage}{rest}", "$default"
        if request.stage not in stages:
            return rules.error(404, "Not Found")
        self.variables, cors = stages[request.stage].stage_variables, self.api.cors_configuration
        if cors and request.method == "OPTIONS" and "origin" in request.headers:
            return 204, rules.cors_headers(cors, request, preflight=True), b""
        status, headers, body = self._routed()
        if cors:  # what the function says about CORS is left out
            headers = {k: v for k, v in headers.items() if not k.startswith("access-control-")}
        return status, headers | rules.cors_headers(cors, request), body

    def _routed(self):
        routes = {route.route_key: route for route in self.api.routes.values()}
        key, parameters = "$default", {}
        for method in (self.request.method, "ANY"):
            paths = [one.split(" ", 1)[1] for one in routes if one.startswith(f"{method} ")]
            if found := rules.match(paths, self.request.path):
                key, parameters = f"{method} {found[0]}", found[1]
                break
        if key not in routes:
            return rules.error(404, "Not Found")
        route = routes[key]
        if refused := self._authorized(route, key, parameters):
            return refused
        integration = self.api.integrations[(route.target or "").split("/")[-1]]
        if integration.integration_type != "AWS_PROXY" or ":lambda:" not in (
            integration.integration_uri or ""
        ):
            raise LabLimit(
                f"HTTP API integrations of the type {integration.integration_type}",
                "API Gateway also calls HTTP endpoints and some AWS services directly.",
                "HTTP APIs are cheaper and simpler than REST APIs, and lack usage plans and "
                "API keys.",
            )
        version = integration.payload_format_version or "1.0"
        make = rules.rest_event if version == "1.0" else rules.http_event
        shown = key if version == "2.0" else key.partition(" ")[2] or key
        event = make(self.request, shown, parameters, self.variables, self.context)
        return self.proxied(
            integration.integration_uri,
            event,
            version,
            integration.timeout_in_millis,
            (500, "Internal Server Error"),
            (503, "Service Unavailable"),
            integration.credentials_arn or "",
        )

    def _authorized(self, route, key: str, parameters: dict):
        kind = route.authorization_type or "NONE"
        if kind == "NONE":
            return None
        if kind != "CUSTOM":
            raise LabLimit(
                f"authorization of the type {kind}",
                "HTTP APIs check JSON Web Tokens and IAM signatures.",
                "An HTTP API authorizes by JWT, IAM or a Lambda authorizer.",
            )
        authorizer, request = self.api.authorizers[route.authorizer_id], self.request
        for source in authorizer.identity_source or []:
            place, _, name = source.removeprefix("$request.").partition(".")
            held = request.headers if place == "header" else dict(request.query)
            if (name.lower() if place == "header" else name) not in held:
                return rules.error(401, "Unauthorized")
        event = rules.http_event(request, key, parameters, self.variables, self.context)
        arn = f"{self.source}/{request.stage}/{request.method}{request.path}"
        event |= {"type": "REQUEST", "routeArn": arn}
        run = self.call(authorizer.authorizer_uri, event)
        if run is None or run.error or not isinstance(run.result, dict):
            return rules.error(500, "Internal Server Error")
        result = run.result
        allowed = result.get("isAuthorized") is True or (
            not authorizer.enable_simple_response
            and rules.policy_allows(result.get("policyDocument") or {}, arn)
        )
        self.context["authorizer"] = result.get("context")
        return None if allowed else rules.error(403, "Forbidden")


class FunctionUrl(_Gateway):
    """The address of one function; ``api`` is its URL configuration, with ``arn``."""

    def answer(self):
        """Return (status, headers, body). Raises LabLimit for AWS_IAM."""
        request = self.request
        rest = request.path if request.path != "/" else ""
        request.path, request.stage = f"/{request.stage}{rest}", "$default"
        if self.api["AuthType"] != "NONE":
            raise LabLimit(
                "function URLs with AWS_IAM",
                "Lambda checks the signature of the request.",
                "A function URL with AWS_IAM needs a signed request and lambda:InvokeFunctionUrl.",
            )
        event = rules.http_event(request, "$default", {}, None, self.context)
        failed = (502, "Internal Server Error")
        return self.proxied(self.api["arn"], event, "2.0", float("inf"), failed, failed)


def _true(value) -> bool:
    return str(value).lower() == "true"
