"""API Gateway and function URLs: routes, the events of a Lambda, its answers, CORS, throttling.

Sources, all below https://docs.aws.amazon.com/apigateway/latest/developerguide/ (checked
2026-11-23: the payload formats of HTTP APIs and the time limits; not: the others):
set-up-lambda-proxy-integrations.html, http-api-develop-integrations-lambda.html,
http-api-develop-routes.html, http-api-cors.html, api-gateway-method-request-validation.html,
api-gateway-lambda-authorizer-output.html, api-gateway-request-throttling.html,
supported-gateway-response-types.html.

Left out: mapping templates (VTL), caches, WebSocket APIs, the account's own throttling.
"""

import base64
import fnmatch
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote

TIMEOUT = 29_000  # milliseconds a REST API waits for its integration; an HTTP API 30,000
_TEXT = re.compile(r"text/|application/(.*\+)?(json|xml|javascript)\b")


@dataclass
class Request:
    """A request as it reaches an API. Header names are in lower case; ``path`` is without stage."""

    method: str
    host: str
    path: str
    stage: str
    headers: dict[str, str]
    query: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def text(self) -> tuple[str | None, bool]:
        """The body as an event holds it, and whether it is base64."""
        if not self.body:
            return None, False
        if _TEXT.match(self.headers.get("content-type", "text/plain")):
            return self.body.decode("utf-8", "replace"), False
        return base64.b64encode(self.body).decode("ascii"), True


def parse(method: str, url: str, headers: dict, body) -> Request:
    """Read a request to ``https://host/stage/path?query``; the stage is the first part."""
    rest = url.split("://", 1)[1]
    rest, _, query = rest.partition("?")
    host, _, path = rest.partition("/")
    stage, _, path = path.partition("/")
    body = body.encode() if isinstance(body, str) else body or b""
    lowered = {key.lower(): value for key, value in headers.items()}
    pairs = parse_qsl(query, keep_blank_values=True)
    return Request(method, host, "/" + path, unquote(stage), {"host": host, **lowered}, pairs, body)


def match(routes: list[str], path: str) -> tuple[str, dict[str, str]] | None:
    """Find the route for a path: (route, path parameters), or None.

    Routes are such as ``/orders/{id}`` and ``/{proxy+}``. Literal parts win over parameters, and
    parameters over greedy ones, from left to right.
    """
    found = []
    for route in routes:
        pattern, rank = "", []
        for part in route.strip("/").split("/"):
            if part.startswith("{") and part.endswith("+}"):
                pattern += f"/(?P<{_group(part[1:-2])}>.+)"
                rank.append(2)
            elif part.startswith("{"):
                pattern += f"/(?P<{_group(part[1:-1])}>[^/]+)"
                rank.append(1)
            else:
                pattern += "/" + re.escape(part)
                rank.append(0)
        got = re.fullmatch(pattern, path if path == "/" else path.rstrip("/"))
        if got:
            parameters = {
                bytes.fromhex(key[1:]).decode(): unquote(value)
                for key, value in got.groupdict().items()
            }
            found.append((rank, route, parameters))
    return min(found)[1:] if found else None


def _group(name: str) -> str:
    return "p" + name.encode().hex()


def rest_event(request: Request, resource: str, parameters, variables, context: dict) -> dict:
    """The event of a REST API's Lambda proxy integration (payload format 1.0)."""
    many: dict[str, list] = {}
    for key, value in request.query:
        many.setdefault(key, []).append(value)
    body, encoded = request.text
    now = context["now"]
    return {
        "resource": resource,
        "path": request.path,
        "httpMethod": request.method,
        "headers": request.headers,
        "multiValueHeaders": {key: [value] for key, value in request.headers.items()},
        "queryStringParameters": {key: values[-1] for key, values in many.items()} or None,
        "multiValueQueryStringParameters": many or None,
        "pathParameters": parameters or None,
        "stageVariables": variables or None,
        "requestContext": {
            "accountId": context["account"],
            "apiId": request.host.split(".")[0],
            "authorizer": context.get("authorizer") or None,
            "domainName": request.host,
            "httpMethod": request.method,
            "identity": {
                "sourceIp": "127.0.0.1",
                "userAgent": request.headers.get("user-agent"),
                "apiKey": context.get("key"),
            },
            "path": f"/{request.stage}{request.path}",
            "protocol": "HTTP/1.1",
            "requestId": context["id"],
            "requestTime": _clf(now),
            "requestTimeEpoch": int(now * 1000),
            "resourcePath": resource,
            "stage": request.stage,
        },
        "body": body,
        "isBase64Encoded": encoded,
    }


def http_event(request: Request, route: str, parameters, variables, context: dict) -> dict:
    """The event of an HTTP API or a function URL (payload format 2.0)."""
    grouped: dict[str, list] = {}
    for key, value in request.query:
        grouped.setdefault(key, []).append(value)
    body, encoded = request.text
    path = request.path if request.stage == "$default" else f"/{request.stage}{request.path}"
    headers = {key: value for key, value in request.headers.items() if key != "cookie"}
    event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "&".join(f"{key}={value}" for key, value in request.query),
        "headers": headers,
        "requestContext": {
            "accountId": context["account"],
            "apiId": request.host.split(".")[0],
            "domainName": request.host,
            "domainPrefix": request.host.split(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": request.headers.get("user-agent"),
            },
            "requestId": context["id"],
            "routeKey": route,
            "stage": request.stage,
            "time": _clf(context["now"]),
            "timeEpoch": int(context["now"] * 1000),
        },
        "isBase64Encoded": encoded,
    }
    optional = {
        "cookies": [one.strip() for one in request.headers.get("cookie", "").split(";") if one],
        "queryStringParameters": {key: ",".join(values) for key, values in grouped.items()},
        "pathParameters": parameters,
        "stageVariables": variables,
        "body": body,
    }
    event |= {key: value for key, value in optional.items() if value}
    if context.get("authorizer"):
        event["requestContext"]["authorizer"] = {"lambda": context["authorizer"]}
    return event


def answer(result, version: str) -> tuple[int, dict, bytes] | None:
    """Read a Lambda's answer as (status, headers, body); None for a malformed one.

    ``version`` is the payload format, "1.0" or "2.0". Format 2.0 takes any JSON without a
    ``statusCode`` as the body of a 200.
    """
    if version == "2.0" and not (isinstance(result, dict) and "statusCode" in result):
        text = result if isinstance(result, str) else json.dumps(result)
        return 200, {"content-type": "application/json"}, text.encode()
    if not isinstance(result, dict):
        return None
    known = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "cookies"}
    status, body = result.get("statusCode"), result.get("body")
    if version == "1.0" and set(result) - known:
        return None
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or not 100 <= status <= 599:
        return None
    if not isinstance(body, str | None):
        return None
    headers = {"content-type": "application/json" if version == "1.0" else "text/plain"}
    for name, value in (result.get("headers") or {}).items():
        headers[str(name).lower()] = str(value)
    for name, values in (result.get("multiValueHeaders") or {}).items():
        headers[str(name).lower()] = ", ".join(map(str, values))
    if result.get("cookies"):
        headers["set-cookie"] = ", ".join(result["cookies"])
    if result.get("isBase64Encoded"):
        try:
            return status, headers, base64.b64decode(body or "", validate=True)
        except ValueError:
            return None
    return status, headers, (body or "").encode()


def error(status: int, message: str, kind: str = "", key: str = "message"):
    """A gateway's own answer."""
    headers = {"content-type": "application/json"}
    if kind:
        headers["x-amzn-errortype"] = kind
    return status, headers, json.dumps({key: message}).encode()


def cors_headers(settings: dict | None, request: Request, preflight: bool = False) -> dict:
    """Headers that an HTTP API with a CORS configuration adds, for a request with an Origin."""
    origin, settings = request.headers.get("origin"), settings or {}
    allowed = settings.get("allowOrigins") or []
    if not origin or not any(fnmatch.fnmatchcase(origin, one) for one in allowed):
        return {}
    headers = {"access-control-allow-origin": "*" if "*" in allowed else origin}
    if settings.get("allowCredentials"):
        headers["access-control-allow-credentials"] = "true"
    if settings.get("exposeHeaders"):
        headers["access-control-expose-headers"] = ",".join(settings["exposeHeaders"])
    if preflight:
        for name, key in (("methods", "allowMethods"), ("headers", "allowHeaders")):
            if settings.get(key):
                headers[f"access-control-allow-{name}"] = ",".join(settings[key])
        if settings.get("maxAge"):
            headers["access-control-max-age"] = str(settings["maxAge"])
    return headers


def missing_parameters(required: dict | None, request: Request, parameters: dict) -> list[str]:
    """Names of the required parameters that a request lacks.

    ``required``: such as ``{"method.request.querystring.id": True}``.
    """
    held = {
        "querystring": {key for key, _ in request.query},
        "header": set(request.headers),
        "path": set(parameters),
    }
    missing = []
    for name, must in (required or {}).items():
        _, _, place, key = name.split(".", 3)
        if must and (key.lower() if place == "header" else key) not in held[place]:
            missing.append(key)
    return missing


def policy_allows(document: dict, arn: str) -> bool:
    """Say whether the policy that an authorizer returned allows the method ``arn``."""
    allowed = False
    for statement in _listed(document.get("Statement")):
        actions = [one.lower() for one in _listed(statement.get("Action"))]
        resources = _listed(statement.get("Resource"))
        fits = any(fnmatch.fnmatchcase("execute-api:invoke", one) for one in actions) and any(
            fnmatch.fnmatchcase(arn, one) for one in resources
        )
        if fits and statement.get("Effect") == "Deny":
            return False
        allowed |= fits and statement.get("Effect") == "Allow"
    return allowed


def _listed(value) -> list:
    return value if isinstance(value, list) else [value] if value else []


class Bucket:
    """A token bucket: ``rate`` requests a second, bursts of ``burst``."""

    def __init__(self, rate: float, burst: int, now: float):
        self.rate, self.burst, self.tokens, self.at = rate, burst, float(burst), now

    def take(self, now: float) -> bool:
        """Take a token at ``now`` (seconds); False when there is none."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def _clf(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
