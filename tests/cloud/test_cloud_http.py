"""API Gateway and function URLs: requests.get(url) runs the handler, in process."""

import json
import urllib.request

import boto3
import pytest
import requests

from dealab.cloud import start_aws
from dealab.sql.errors import LabLimit

ECHO = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@pytest.fixture
def aws():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


def uri(arn):
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"


@pytest.fixture
def rest(aws):
    """Return a function that makes a REST API with proxied methods; gives (id, deploy)."""
    gateway = boto3.client("apigateway")

    def make(arn, *routes, deploy=True, **method):
        api = gateway.create_rest_api(name="shop")["id"]
        at = {"/": gateway.get_resources(restApiId=api)["items"][0]["id"]}
        for route in routes:
            verb, _, path = route.partition(" ")
            place = ""
            for part in path.strip("/").split("/") if path != "/" else []:
                parent = at[place or "/"]
                place += f"/{part}"
                if place not in at:
                    at[place] = gateway.create_resource(
                        restApiId=api, parentId=parent, pathPart=part
                    )["id"]
            where = {"restApiId": api, "resourceId": at[path], "httpMethod": verb}
            gateway.put_method(**where, **{"authorizationType": "NONE", **method})
            gateway.put_integration(
                **where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri(arn)
            )
        if deploy:
            gateway.create_deployment(restApiId=api, stageName="prod")
        return api

    return make


def url(api, path="", stage="prod"):
    return f"https://{api}.execute-api.us-east-1.amazonaws.com/{stage}{path}"


@pytest.mark.proves("API Gateway", "REST API in front of a Lambda (proxy)", kind="real")
def test_a_rest_api_hands_the_request_to_the_function(aws, make_function, rest):
    arn = make_function("f", ECHO)
    api = rest(arn, "GET /orders/{id}", "POST /orders", "ANY /files/{proxy+}")
    answer = requests.get(url(api, "/orders/a%20b"), params={"q": ["1", "2"]}, headers={"X-A": "b"})
    event = answer.json()
    assert answer.status_code == 200
    assert event["resource"] == "/orders/{id}"
    assert event["pathParameters"] == {"id": "a b"}
    assert event["queryStringParameters"] == {"q": "2"}
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "2"]}
    assert event["headers"]["x-a"] == "b"
    assert event["requestContext"]["requestTimeEpoch"] == 1772442000000
    posted = requests.post(url(api, "/orders"), json={"n": 1}).json()
    assert json.loads(posted["body"]) == {"n": 1}
    assert posted["httpMethod"] == "POST"
    assert requests.put(url(api, "/files/x/y")).json()["pathParameters"] == {"proxy": "x/y"}
    with urllib.request.urlopen(url(api, "/orders/9")) as opened:
        assert json.load(opened)["pathParameters"] == {"id": "9"}


@pytest.mark.proves("API Gateway", "REST errors: 403, 500, 502 and 504 documents", kind="real")
def test_the_gateways_own_errors(aws, make_function, rest):
    arn = make_function(
        "f",
        """
        import time

        def handler(event, context):
            kind = event["pathParameters"]["kind"]
            if kind == "slow":
                time.sleep(0.3)
            answers = {"list": [1], "text": "x", "number": {"statusCode": 200, "body": 5},
                       "extra": {"statusCode": 200, "other": 1}, "no-status": {"body": "x"},
                       "fine": {"statusCode": "201", "headers": {"X-B": "c"}, "body": "done"},
                       "slow": {"statusCode": 200}}
            return answers[kind]
        """,
    )
    api = rest(arn, "GET /{kind}", deploy=False)
    assert requests.get(url(api, "/fine")).status_code == 403  # not deployed
    gateway = boto3.client("apigateway")
    gateway.create_deployment(restApiId=api, stageName="prod")
    fine = requests.get(url(api, "/fine"))
    assert (fine.status_code, fine.text, fine.headers["x-b"]) == (201, "done", "c")
    for kind in ("list", "text", "number", "extra", "no-status", "unknown"):
        bad = requests.get(url(api, f"/{kind}"))
        assert (bad.status_code, bad.json()) == (502, {"message": "Internal server error"})
    nowhere = requests.get(url(api, "/a/b"))
    assert nowhere.status_code == 403
    assert nowhere.json() == {"message": "Missing Authentication Token"}
    assert requests.delete(url(api, "/fine")).status_code == 403
    wrong = requests.get(url(api, "/fine", stage="test"))
    assert (wrong.status_code, wrong.json()) == (403, {"message": "Forbidden"})
    lambdas = boto3.client("lambda")
    lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    assert requests.get(url(api, "/fine")).status_code == 500
    lambdas.delete_function_concurrency(FunctionName="f")
    place = gateway.get_resources(restApiId=api)["items"]
    resource = next(one["id"] for one in place if one["path"] == "/{kind}")
    gateway.put_integration(
        restApiId=api, resourceId=resource, httpMethod="GET", type="AWS_PROXY",
        integrationHttpMethod="POST", uri=uri(arn), timeoutInMillis=100,
    )  # fmt: skip
    assert requests.get(url(api, "/slow")).status_code == 200  # the change is not deployed
    gateway.create_deployment(restApiId=api, stageName="prod")
    late = requests.get(url(api, "/slow"))
    assert (late.status_code, late.json()) == (504, {"message": "Endpoint request timed out"})


@pytest.mark.proves("API Gateway", "Request validation by JSON schema and parameters", kind="real")
def test_a_validator_refuses_before_the_function_runs(aws, make_function, rest):
    arn = make_function("f", ECHO)
    gateway = boto3.client("apigateway")
    api = rest(arn, "GET /", deploy=False)
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    gateway.create_model(
        restApiId=api, name="Order", contentType="application/json", schema=json.dumps(schema)
    )
    validator = gateway.create_request_validator(
        restApiId=api, name="v", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gateway.put_method(
        **where,
        authorizationType="NONE",
        requestValidatorId=validator,
        requestModels={"application/json": "Order"},
        requestParameters={"method.request.querystring.shop": True},
    )
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri(arn))
    gateway.create_deployment(restApiId=api, stageName="prod")
    told = requests.post(url(api), json={"id": 1})
    assert told.status_code == 400
    assert told.json() == {"message": "Missing required request parameters: [shop]"}
    for body in ('{"id": "x"}', "no json"):
        told = requests.post(
            url(api, "?shop=a"), data=body, headers={"Content-Type": "application/json"}
        )
        assert (told.status_code, told.json()) == (400, {"message": "Invalid request body"})
    assert aws.invocations == []
    assert requests.post(url(api, "?shop=a"), json={"id": 1}).status_code == 200


@pytest.mark.proves("API Gateway", "API keys, usage plans: throttle and quota", kind="real")
def test_a_usage_plan_throttles_its_keys(aws, make_function, rest):
    arn = make_function("f", ECHO)
    gateway = boto3.client("apigateway")
    api = rest(arn, "GET /", apiKeyRequired=True)
    plan = gateway.create_usage_plan(
        name="p",
        apiStages=[{"apiId": api, "stage": "prod"}],
        throttle={"rateLimit": 1.0, "burstLimit": 2},
        quota={"limit": 4, "period": "DAY"},
    )["id"]
    key = gateway.create_api_key(name="k", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")

    def get(value):
        return requests.get(url(api), headers={"x-api-key": value}).status_code

    assert requests.get(url(api)).json() == {"message": "Forbidden"}
    assert get("wrong") == 403
    assert [get(key["value"]) for _ in range(3)] == [200, 200, 429]
    aws.clock.move(seconds=2)
    assert [get(key["value"]) for _ in range(2)] == [200, 200]
    aws.clock.move(seconds=2)
    assert requests.get(url(api), headers={"x-api-key": key["value"]}).json() == {
        "message": "Limit Exceeded"
    }
    aws.clock.move(days=1)
    assert get(key["value"]) == 200


AUTHORIZER = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "broken":
        raise Exception("Unauthorized")
    return {
        "principalId": "ada",
        "policyDocument": {"Statement": [{"Action": "execute-api:Invoke",
            "Effect": "Allow" if token == "good" else "Deny",
            "Resource": event["methodArn"].rsplit("/", 1)[0] + "/*"}]},
        "context": {"shop": "bergen"},
    }
"""


@pytest.mark.proves("API Gateway", "Lambda authorizer of a REST API", kind="real")
def test_an_authorizer_decides(aws, make_function, rest):
    arn, guard = make_function("f", ECHO), make_function("guard", AUTHORIZER)
    gateway = boto3.client("apigateway")
    api = rest(arn, "GET /open")
    authorizer = gateway.create_authorizer(
        restApiId=api, name="a", type="TOKEN", authorizerUri=uri(guard),
        identitySource="method.request.header.Authorization",
    )["id"]  # fmt: skip
    place = gateway.get_resources(restApiId=api)["items"]
    root = next(one["id"] for one in place if one["path"] == "/open")
    where = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gateway.put_method(**where, authorizationType="CUSTOM", authorizerId=authorizer)
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri(arn))
    gateway.create_deployment(restApiId=api, stageName="prod")

    def post(token=None):
        return requests.post(url(api, "/open"), headers={"Authorization": token} if token else {})

    assert [post(token).status_code for token in (None, "broken", "bad", "good")] == [
        401, 401, 403, 200,
    ]  # fmt: skip
    told = post("good").json()["requestContext"]["authorizer"]
    assert told == {"principalId": "ada", "shop": "bergen"}
    assert requests.get(url(api, "/open")).status_code == 200


@pytest.fixture
def http(aws):
    """Return a function that makes an HTTP API; gives its endpoint."""
    gateway = boto3.client("apigatewayv2")

    def make(arn, *routes, stage="$default", version="2.0", **settings):
        made = gateway.create_api(Name="shop", ProtocolType="HTTP", **settings)
        api = made["ApiId"]
        target = gateway.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=arn,
            PayloadFormatVersion=version,
        )["IntegrationId"]
        for route in routes:
            gateway.create_route(ApiId=api, RouteKey=route, Target=f"integrations/{target}")
        gateway.create_stage(ApiId=api, StageName=stage, AutoDeploy=True)
        return made["ApiEndpoint"]

    return make


@pytest.mark.proves("API Gateway", "HTTP API with payload 2.0 and routes", kind="real")
def test_an_http_api_has_its_own_events(aws, make_function, http):
    arn = make_function("f", "def handler(event, context): return event")
    at = http(arn, "GET /orders/{id}", "ANY /{proxy+}", "GET /orders/last")
    event = requests.get(f"{at}/orders/7?a=1&a=2", cookies={"c": "d"}).json()
    assert (event["version"], event["routeKey"]) == ("2.0", "GET /orders/{id}")
    assert event["queryStringParameters"] == {"a": "1,2"}
    assert event["rawQueryString"] == "a=1&a=2"
    assert event["pathParameters"] == {"id": "7"}
    assert event["cookies"] == ["c=d"]
    assert event["requestContext"]["http"]["path"] == "/orders/7"
    assert requests.get(f"{at}/orders/last").json()["routeKey"] == "GET /orders/last"
    assert requests.post(f"{at}/x/y", data=b"\xff", headers={"Content-Type": "image/png"}).json()[
        "isBase64Encoded"
    ]
    missing = requests.get(at + "/")
    assert (missing.status_code, missing.json()) == (404, {"message": "Not Found"})
    staged = http(arn, "$default", stage="v1", version="1.0")
    assert requests.get(f"{staged}/v1/a").status_code == 500  # an event is no answer of 1.0
    assert requests.get(f"{staged}/a").status_code == 404


@pytest.mark.proves("API Gateway", "CORS of an HTTP API", kind="real")
def test_cors_is_answered_by_the_gateway(aws, make_function, http):
    arn = make_function("f", "def handler(event, context): return 'x'")
    at = http(
        arn,
        "GET /a",
        CorsConfiguration={
            "AllowOrigins": ["https://shop.example"],
            "AllowMethods": ["GET"],
            "AllowHeaders": ["authorization"],
            "MaxAge": 60,
        },
    )
    asked = requests.options(f"{at}/a", headers={"Origin": "https://shop.example"})
    assert asked.status_code == 204
    assert asked.headers["access-control-max-age"] == "60"
    assert asked.headers["access-control-allow-methods"] == "GET"
    got = requests.get(f"{at}/a", headers={"Origin": "https://shop.example"})
    assert got.headers["access-control-allow-origin"] == "https://shop.example"
    other = requests.get(f"{at}/a", headers={"Origin": "https://other.example"})
    assert other.text == "x"
    assert "access-control-allow-origin" not in other.headers
    assert [run.function for run in aws.invocations] == ["f", "f"]


@pytest.mark.proves("Lambda", "Function URLs", kind="real")
def test_a_function_has_an_address(aws, make_function):
    make_function("f", "def handler(event, context): return {'path': event['rawPath']}")
    lambdas = boto3.client("lambda")
    address = lambdas.create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
    assert requests.get(address + "a/b").json() == {"path": "/a/b"}
    lambdas.delete_function_url_config(FunctionName="f")
    assert requests.get(address + "a/b").status_code == 403


@pytest.mark.proves(
    "API Gateway", "HTTP and AWS integrations, templates, IAM and JWT", kind="not here"
)
def test_other_integrations_are_named(aws, make_function, rest):
    api = rest(make_function("f", ECHO), "GET /", authorizationType="AWS_IAM")
    with pytest.raises(LabLimit, match="AWS_IAM"):
        requests.get(url(api))


def test_every_lab_answers_its_own(aws, make_function, rest):
    api = rest(make_function("f", ECHO), "GET /")
    assert requests.get(url(api)).status_code == 200
    again = start_aws()
    boto3.client("apigateway").create_rest_api(name="other")
    assert requests.get(url(api)).status_code == 403
    again.stop()


def test_an_api_with_a_target_is_ready_at_once(aws, make_function):
    arn = make_function("f", "def handler(event, context): return event['routeKey']")
    gateway = boto3.client("apigatewayv2")
    api = gateway.create_api(Name="quick", ProtocolType="HTTP", Target=arn)
    assert requests.get(api["ApiEndpoint"] + "/any").text == "$default"


def test_enforced_an_api_needs_leave_of_its_function(aws, make_function):
    arn = make_function("f", "def handler(event, context): return 'ran'")
    gateway = boto3.client("apigatewayv2")
    api = gateway.create_api(Name="quick", ProtocolType="HTTP", Target=arn, RouteKey="GET /p")
    aws.enforce_permissions()
    assert requests.get(api["ApiEndpoint"] + "/p").status_code == 500
    boto3.client("lambda").add_permission(
        FunctionName="f", StatementId="api", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:111122223333:{api['ApiId']}/*/*/p",
    )  # fmt: skip
    assert requests.get(api["ApiEndpoint"] + "/p").text == "ran"


@pytest.mark.parametrize("kind", ["REST", "HTTP"])
def test_enforced_an_integration_with_a_role_needs_no_leave_of_its_function(
    aws, make_function, kind
):
    arn = make_function("f", "def handler(event, context): return {'statusCode': 200}")
    iam = boto3.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "apigateway.amazonaws.com"}}]}  # fmt: skip
    role = iam.create_role(RoleName="gate", AssumeRolePolicyDocument=json.dumps(trust))
    role = role["Role"]["Arn"]
    if kind == "REST":
        gateway = boto3.client("apigateway")
        api = gateway.create_rest_api(name="shop")["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        place = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
        gateway.put_method(**place, authorizationType="NONE")
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        gateway.put_integration(
            **place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri, credentials=role
        )
        gateway.create_deployment(restApiId=api, stageName="prod")
        address = f"https://{api}.execute-api.us-east-1.amazonaws.com/prod/"
    else:
        gateway = boto3.client("apigatewayv2")
        made = gateway.create_api(Name="quick", ProtocolType="HTTP")
        integration = gateway.create_integration(
            ApiId=made["ApiId"], IntegrationType="AWS_PROXY", IntegrationUri=arn,
            PayloadFormatVersion="2.0", CredentialsArn=role,
        )["IntegrationId"]  # fmt: skip
        where = f"integrations/{integration}"
        gateway.create_route(ApiId=made["ApiId"], RouteKey="GET /", Target=where)
        gateway.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True)
        address = made["ApiEndpoint"] + "/"
    aws.enforce_permissions()
    assert requests.get(address).status_code == 500
    assert aws.explain().request.action == "lambda:InvokeFunction"
    may = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}]}  # fmt: skip
    iam.put_role_policy(RoleName="gate", PolicyName="p", PolicyDocument=json.dumps(may))
    assert requests.get(address).status_code == 200


def test_a_resource_without_its_parent_is_not_made(aws):
    gateway = boto3.client("apigateway")
    api = gateway.create_rest_api(name="shop")["id"]
    with pytest.raises(gateway.exceptions.NotFoundException):
        gateway.create_resource(restApiId=api, parentId="none", pathPart="x")
    assert len(gateway.get_resources(restApiId=api)["items"]) == 1


def test_websocket_apis_are_refused(aws):
    with pytest.raises(LabLimit, match="WebSocket"):
        boto3.client("apigatewayv2").create_api(Name="w", ProtocolType="WEBSOCKET")
