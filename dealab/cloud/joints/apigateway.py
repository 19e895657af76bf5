"""REST APIs (as they were when deployed) and HTTP APIs answer with their Lambda.

Of REST APIs moto knows HTTP and DynamoDB integrations only, no path parameters, and shows every
later change; of HTTP APIs it keeps the settings. Both share an address, so they share this file.
"""

import copy
import json


def join(lab_of) -> None:
    from moto.apigateway.exceptions import ResourceIdNotFoundException
    from moto.apigateway.models import APIGatewayBackend, RestAPI
    from moto.apigatewayv2.models import ApiGatewayV2Backend
    from moto.apigatewayv2.responses import ApiGatewayV2Response

    from dealab.cloud import http
    from dealab.sql.errors import LabLimit

    add, create_answer = RestAPI.add_child, ApiGatewayV2Response.create_api
    deploy, create = RestAPI.create_deployment, APIGatewayBackend.create_rest_api
    create_http = ApiGatewayV2Backend.create_api

    def create_rest_api(self, *args, **kwargs):
        api = create(self, *args, **kwargs)
        api.backend_of, api.deployed = self, {}
        http.listen(lab_of)
        return api

    def create_deployment(self, *args, **kwargs):
        deployment = deploy(self, *args, **kwargs)
        self.deployed[deployment.id] = {
            resource.get_path(): {
                name: copy.copy(method) for name, method in resource.resource_methods.items()
            }
            for resource in self.resources.values()
        }
        return deployment

    def add_child(self, path, parent_id=None):
        if parent_id and parent_id not in self.resources:  # moto adds it, and then refuses
            raise ResourceIdNotFoundException
        return add(self, path, parent_id)

    def create_api(self, *args, **kwargs):
        if kwargs.get("protocol_type") == "WEBSOCKET":
            raise LabLimit(
                "WebSocket APIs",
                "API Gateway keeps a connection open and routes its messages by their content.",
                "REST and HTTP APIs answer requests; a WebSocket API can also send without "
                "being asked.",
            )
        http.listen(lab_of)
        return create_http(self, *args, **kwargs)

    def create_with_target(self):
        """With Target, the service makes the integration, a route and the stage at once."""
        asked = json.loads(self.body)
        target, answer = asked.get("target"), create_answer(self)
        if target:
            import boto3

            gateway = boto3.client("apigatewayv2", region_name=self.region)
            api = json.loads(answer[-1])["apiId"]
            made = gateway.create_integration(
                ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=target,
                PayloadFormatVersion="2.0",
            )  # fmt: skip
            key = asked.get("routeKey") or "$default"
            where = f"integrations/{made['IntegrationId']}"
            gateway.create_route(ApiId=api, RouteKey=key, Target=where)
            gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        return answer

    ApiGatewayV2Response.create_api = create_with_target
    RestAPI.add_child = add_child

    ApiGatewayV2Backend.create_api = create_api
    APIGatewayBackend.create_rest_api = create_rest_api
    RestAPI.create_deployment = create_deployment
    RestAPI.update_integration_mocks = lambda self, stage_name: None
