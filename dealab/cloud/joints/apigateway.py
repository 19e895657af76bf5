"""REST APIs (as they were when deployed) and HTTP APIs answer with their Lambda.

Of REST APIs moto knows HTTP and DynamoDB integrations only, no path parameters, and shows every
later change; of HTTP APIs it keeps the settings. Both share an address, so they share this file.
"""

import copy


def join(lab_of) -> None:
    from moto.apigateway.models import APIGatewayBackend, RestAPI
    from moto.apigatewayv2.models import ApiGatewayV2Backend

    from dealab.cloud import http

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

    def create_api(self, *args, **kwargs):
        http.listen(lab_of)
        return create_http(self, *args, **kwargs)

    ApiGatewayV2Backend.create_api = create_api
    APIGatewayBackend.create_rest_api = create_rest_api
    RestAPI.create_deployment = create_deployment
    RestAPI.update_integration_mocks = lambda self, stage_name: None
