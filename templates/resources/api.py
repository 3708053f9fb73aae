"""The front door: GET /upload-url, for those who are signed in."""

import json
from hashlib import sha256
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, apigateway, awslambda, cognito

from lambdas.runtime.cors import ALLOW_ORIGIN, ALLOWED
from templates.resources.stage import STAGE, add_stage
from workflow import contracts

PATH = "upload-url"
ERROR_MESSAGE = (
    "$context.error.messageString"  # API Gateway's, as a JSON string: it brings its quotes, and escapes what it holds
)
# What API Gateway answers by itself, by its own name for the case; as the contract api-error has it.
GATEWAY_RESPONSES = {
    "UNAUTHORIZED": "A valid token of the user pool is required in the Authorization header.",
    "THROTTLED": "There are too many requests; try again later.",
    "BAD_REQUEST_PARAMETERS": ERROR_MESSAGE,  # names what is missing
    "DEFAULT_4XX": "The request is not one this API answers.",
    "DEFAULT_5XX": "The service failed; try again.",
}
# The headers of a preflight's answer.
PREFLIGHT_HEADERS = [f"method.response.header.{name}" for name in (ALLOW_ORIGIN, *ALLOWED)]


def add_api(template: Template, function: awslambda.Function, pool: cognito.UserPool) -> None:
    """Add REST API and stage to template; every request that reaches function carries a token of pool, but preflights."""
    api = template.add_resource(
        apigateway.RestApi(
            "RestApi",
            Name=Sub("${AWS::StackName}-upload"),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
        )
    )
    parts = [*_methods(api, function, _authorizer(api, pool)), *_gateway_responses(api)]
    for part in parts:
        template.add_resource(part)
    deployment = template.add_resource(_deployment(api, parts))
    add_stage(template, api, deployment)
    for method in ("GET", "OPTIONS"):
        template.add_resource(_permission(api, function, method))


def _authorizer(api: apigateway.RestApi, pool: cognito.UserPool) -> apigateway.Authorizer:
    return apigateway.Authorizer(
        "CognitoAuthorizer",
        Name="cognito",
        RestApiId=Ref(api),
        Type="COGNITO_USER_POOLS",
        IdentitySource="method.request.header.Authorization",
        ProviderARNs=[GetAtt(pool, "Arn")],
    )


def _methods(api: apigateway.RestApi, function: awslambda.Function, authorizer: apigateway.Authorizer) -> list[Any]:
    resource = apigateway.Resource(
        "UploadUrlResource", RestApiId=Ref(api), ParentId=GetAtt(api, "RootResourceId"), PathPart=PATH
    )
    validator = apigateway.RequestValidator(
        "UploadUrlValidator", RestApiId=Ref(api), ValidateRequestParameters=True, ValidateRequestBody=True
    )
    where = {"RestApiId": Ref(api), "ResourceId": Ref(resource), "Integration": _integration(function)}
    get = apigateway.Method(
        "GetUploadUrlMethod",
        HttpMethod="GET",
        AuthorizationType="COGNITO_USER_POOLS",
        AuthorizerId=Ref(authorizer),
        RequestParameters=_request_parameters(),
        RequestValidatorId=Ref(validator),
        **where,
    )
    # Browsers send no token with a preflight; the function answers it, which alone knows all the allowed origins.
    preflight = apigateway.Method(
        "UploadUrlPreflightMethod",
        HttpMethod="OPTIONS",
        AuthorizationType="NONE",
        MethodResponses=[
            apigateway.MethodResponse(StatusCode="204", ResponseParameters=dict.fromkeys(PREFLIGHT_HEADERS, True))
        ],
        **where,
    )
    return [authorizer, validator, resource, get, preflight]


def _integration(function: awslambda.Function) -> apigateway.Integration:
    invoke = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"
    return apigateway.Integration(Type="AWS_PROXY", IntegrationHttpMethod="POST", Uri=Sub(invoke % function.title))


def _request_parameters() -> dict[str, bool]:
    """Return the query's parameters, and whether a request must have them."""
    request = contracts.schema("upload-url.request")
    return {f"method.request.querystring.{name}": name in request["required"] for name in request["properties"]}


def _gateway_responses(api: apigateway.RestApi) -> list[apigateway.GatewayResponse]:
    """Return the answers that API Gateway gives by itself."""
    return [
        apigateway.GatewayResponse(
            f"{reason.title().replace('_', '')}Answer",
            RestApiId=Ref(api),
            ResponseType=reason,
            # Any page may read what went wrong: nothing in it is anybody's.
            ResponseParameters={f"gatewayresponse.header.{ALLOW_ORIGIN}": "'*'"},
            ResponseTemplates={"application/json": _error_body(reason, message)},
        )
        for reason, message in GATEWAY_RESPONSES.items()
    ]


def _error_body(reason: str, message: str) -> str:
    """Return the body of an answer, in which API Gateway fills in its own message."""
    return json.dumps({"reason": reason, "message": message}).replace(f'"{ERROR_MESSAGE}"', ERROR_MESSAGE)


def _deployment(api: apigateway.RestApi, parts: list[Any]) -> apigateway.Deployment:
    """Return the deployment of parts; a deployment is a snapshot, so its name changes with what it holds."""
    content = json.dumps([part.to_dict() for part in parts], sort_keys=True)
    digest = sha256(content.encode()).hexdigest()[:8]
    return apigateway.Deployment(
        f"RestApiDeployment{digest}", RestApiId=Ref(api), DependsOn=[part.title for part in parts]
    )


def _permission(api: apigateway.RestApi, function: awslambda.Function, method: str) -> awslambda.Permission:
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}"
    return awslambda.Permission(
        f"RestApi{method.title()}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=Ref(function),
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub(f"{source}:${{{api.title}}}/{STAGE}/{method}/{PATH}"),
    )
