"""The REST API, for signed-in users: a resource for each path, and a method with its function for each route."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, apigateway, awslambda, cognito

from lambdas.runtime.cors import ALLOW_ORIGIN, ALLOWED
from templates.resources.addresses import STAGE
from templates.resources.gateway_responses import gateway_responses
from templates.resources.routes import ROUTES, Route
from templates.resources.stage import add_stage
from templates.resources.web_page import MINIMUM_COMPRESSED, WEB_PERMISSIONS, web_methods, web_permissions

# The headers of the response to a preflight request.
PREFLIGHT = "OPTIONS"
PREFLIGHT_HEADERS = [f"method.response.header.{name}" for name in (ALLOW_ORIGIN, *ALLOWED)]


def add_api(
    template: Template, functions: dict[str, awslambda.Function], pool: cognito.UserPool, page: awslambda.Function
) -> None:
    """Add REST API and stage to template; every request but a preflight, and one for a file of page, needs a token of pool."""
    api = template.add_resource(
        apigateway.RestApi(
            "RestApi",
            Name=Sub("${AWS::StackName}-upload"),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
            MinimumCompressionSize=MINIMUM_COMPRESSED,
        )
    )
    parts = [*_methods(api, functions, pool), *web_methods(api, integration(page)), *gateway_responses(api)]
    for part in parts:
        template.add_resource(part)
    deployment = template.add_resource(_deployment(api, parts))
    add_stage(template, api, deployment)
    for route, method in _methods_of_routes():
        template.add_resource(_permission(api, route, method))
    for permission in web_permissions(page):
        template.add_resource(permission)


def permission_id(route: Route, method: str) -> str:
    """Return the logical ID of the permission to invoke the function of route for method."""
    return f"{route.name}{'Preflight' if method == PREFLIGHT else ''}Permission"


def _methods_of_routes() -> Iterator[tuple[Route, str]]:
    """Yield each route with its method, and with the preflight of its path if it is the first one of that path."""
    for number, route in enumerate(ROUTES):
        yield route, route.method
        if route.path not in (earlier.path for earlier in ROUTES[:number]):
            yield route, PREFLIGHT


def _authorizer(api: apigateway.RestApi, pool: cognito.UserPool) -> apigateway.Authorizer:
    return apigateway.Authorizer(
        "CognitoAuthorizer",
        Name="cognito",
        RestApiId=Ref(api),
        Type="COGNITO_USER_POOLS",
        IdentitySource="method.request.header.Authorization",
        ProviderARNs=[GetAtt(pool, "Arn")],
    )


def _methods(api: apigateway.RestApi, functions: dict[str, awslambda.Function], pool: cognito.UserPool) -> list[Any]:
    authorizer = _authorizer(api, pool)
    validator = apigateway.RequestValidator(
        "RequestValidator", RestApiId=Ref(api), ValidateRequestParameters=True, ValidateRequestBody=True
    )
    paths = _resources(api)
    methods = [
        _preflight(route, _common(api, paths, functions, route))
        if method == PREFLIGHT
        else _method(route, authorizer, validator, _common(api, paths, functions, route))
        for route, method in _methods_of_routes()
    ]
    return [authorizer, validator, *paths.values(), *methods]


def _resources(api: apigateway.RestApi) -> dict[str, apigateway.Resource]:
    """Return the resource of each path, and of each beginning of one."""
    found: dict[str, apigateway.Resource] = {}
    for route in ROUTES:
        parts = route.path.split("/")
        for length, part in enumerate(parts, 1):
            above = found.get("/".join(parts[: length - 1]))
            found.setdefault(
                "/".join(parts[:length]),
                apigateway.Resource(
                    f"{_words(parts[:length])}Resource",
                    RestApiId=Ref(api),
                    ParentId=Ref(above) if above else GetAtt(api, "RootResourceId"),
                    PathPart=part,
                ),
            )
    return found


def _words(parts: list[str]) -> str:
    """Return a path as a logical ID: images/{imageId} is ImagesImageId."""
    words = re.findall("[A-Za-z]+", "-".join(parts))
    return "".join(word[0].upper() + word[1:] for word in words)


def _common(
    api: apigateway.RestApi,
    paths: dict[str, apigateway.Resource],
    functions: dict[str, awslambda.Function],
    route: Route,
) -> dict[str, Any]:
    return {
        "RestApiId": Ref(api),
        "ResourceId": Ref(paths[route.path]),
        "Integration": integration(functions[route.function]),
    }


def _method(
    route: Route, authorizer: apigateway.Authorizer, validator: apigateway.RequestValidator, common: dict[str, Any]
) -> apigateway.Method:
    return apigateway.Method(
        f"{route.name}Method",
        HttpMethod=route.method,
        AuthorizationType="COGNITO_USER_POOLS",
        AuthorizerId=Ref(authorizer),
        RequestParameters=route.parameters,
        RequestValidatorId=Ref(validator),
        **common,
    )


def _preflight(route: Route, common: dict[str, Any]) -> apigateway.Method:
    """Return the method of preflights: browsers send no token, and the function answers, which knows all allowed origins."""
    return apigateway.Method(
        f"{_words([route.path])}PreflightMethod",
        HttpMethod=PREFLIGHT,
        AuthorizationType="NONE",
        MethodResponses=[
            apigateway.MethodResponse(StatusCode="204", ResponseParameters=dict.fromkeys(PREFLIGHT_HEADERS, True))
        ],
        **common,
    )


def integration(function: awslambda.Function) -> apigateway.Integration:
    """Return the integration that passes requests on to function."""
    invoke = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"
    return apigateway.Integration(Type="AWS_PROXY", IntegrationHttpMethod="POST", Uri=Sub(invoke % function.title))


def _deployment(api: apigateway.RestApi, parts: list[Any]) -> apigateway.Deployment:
    """Return the deployment of api and its parts: a snapshot, whose logical ID therefore changes with their content."""
    content = json.dumps([part.to_dict() for part in (api, *parts)], sort_keys=True)
    digest = sha256(content.encode()).hexdigest()[:8]
    return apigateway.Deployment(
        f"RestApiDeployment{digest}", RestApiId=Ref(api), DependsOn=[part.title for part in parts]
    )


def _permission(api: apigateway.RestApi, route: Route, method: str) -> awslambda.Permission:
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}"
    path = re.sub("{[^}]+}", "*", route.path)
    return awslambda.Permission(
        permission_id(route, method),
        Action="lambda:InvokeFunction",
        FunctionName=Ref(route.function),
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub(f"{source}:${{{api.title}}}/{STAGE}/{method}/{path}"),
    )


def permission_ids() -> tuple[str, ...]:
    """Return the logical IDs of the permissions to invoke the API's functions."""
    return (*(permission_id(route, method) for route, method in _methods_of_routes()), *WEB_PERMISSIONS)
