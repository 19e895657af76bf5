"""API Gateway and function URLs: ``requests.get(url)`` is answered in process by the handler.

The way of a request through an API is in ``dealab.models.gateways``.
"""

import re

from dealab.models import gateways
from dealab.models import http_api as rules

HOSTS = re.compile(
    r"https://[^/]+\.(execute-api\.[^/.]+\.amazonaws\.com|lambda-url\.[^/.]+\.on\.aws)(/|$)"
)


def listen(lab_of) -> None:
    """Have ``requests`` ask the lab for the addresses of APIs, until the lab ends."""
    from moto.core.models import RESPONSES_METHODS, responses_mock
    from responses import CallbackResponse

    if any(one.url is HOSTS for one in responses_mock._registry.registered):
        return

    def callback(request):
        from dealab.cloud.labtime import LabTime

        lab = lab_of()
        asked = rules.parse(request.method, request.url, dict(request.headers), request.body)
        with LabTime(lab.clock):
            return serve(lab, asked)

    for method in RESPONSES_METHODS:  # of this class, they come before moto's own
        responses_mock.add(
            CallbackResponse(method=method, url=HOSTS, callback=callback, content_type=None)
        )


def serve(lab, request: rules.Request):
    """Answer a request: (status, headers, body). Raises LabLimit for what is not here."""
    api_id, kind, region = request.host.split(".")[:3]
    context = {
        "account": lab.account,
        "region": region,
        "id": str(lab.runtime._random.uuid4()),
        "now": lab.clock.time(),
    }
    if kind == "lambda-url":
        kind, api = gateways.FunctionUrl, _url(lab, region, request.host)
    else:
        kind, api = _api(lab, region, api_id)
    if api is None:
        key = "Message" if kind is gateways.FunctionUrl else "message"
        return rules.error(403, "Forbidden", "ForbiddenException", key)

    def invoke(arn, event, source, role=""):
        from moto.core.exceptions import HTTPException

        from dealab.cloud.handlers import Throttled, resolve

        # Without leave, of the function's policy or of the integration's role, the API answers
        # 500. Authorizers are not asked.
        if role:
            if not lab.permissions.may_as(
                role, "apigateway.amazonaws.com", "lambda:InvokeFunction", arn
            ):
                return None
        elif source.split(":")[2:3] == ["execute-api"] and "requestContext" in event:
            caller = f"{source}/{request.stage}/{request.method}{request.path}"
            if event.get("type") != "REQUEST" and not lab.permissions.may_deliver(caller, arn):
                return None
        try:
            return lab.runtime.invoke(resolve(arn), event, source=source, arn=arn)
        except (Throttled, HTTPException):
            return None

    return kind(request, api, context, invoke).answer()


def _api(lab, region: str, api_id: str):
    from moto.apigateway.models import apigateway_backends
    from moto.apigatewayv2.models import apigatewayv2_backends

    rest = apigateway_backends[lab.account][region].apis.get(api_id)
    http = apigatewayv2_backends[lab.account][region].apis.get(api_id)
    return (gateways.RestApi, rest) if rest is not None else (gateways.HttpApi, http)


def _url(lab, region: str, host: str) -> dict | None:
    from moto.awslambda.models import lambda_backends

    for function in lambda_backends[lab.account][region].list_functions():
        config = function.url_config
        if config is not None and config.url.rstrip("/") == f"https://{host}":
            return {**config.config, "arn": function.function_arn}
    return None
