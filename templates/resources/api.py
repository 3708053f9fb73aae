"""The REST API: GET /upload-url, for signed-in users."""

import json
from hashlib import sha256
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, apigateway, awslambda, cognito

from lambdas.runtime.cors import ALLOW_ORIGIN, ALLOWED
from templates.resources.stage import STAGE, add_stage
from workflow import contracts

PATH = "upload-url"
# API Gateway's own message as a JSON string: its quotes are part of it, and its content is escaped.
ERROR_MESSAGE = "$context.error.messageString"
# The messages of the responses that API Gateway sends by itself, by response type. The contract is api-error.
GATEWAY_RESPONSES = {
    "UNAUTHORIZED": "A valid token of the user pool is required in the Authorization header.",
    "THROTTLED": "There are too many requests; try again later.",
    "BAD_REQUEST_PARAMETERS": ERROR_MESSAGE,  # names the missing parameter
    "DEFAULT_4XX": "This API does not know the request.",
    "DEFAULT_5XX": "The service failed; try again.",
}
# The headers of the response to a preflight request.
PREFLIGHT_HEADERS = [f"method.response.header.{name}" for name in (ALLOW_ORIGIN, *ALLOWED)]


def add_api(template: Template, function: awslambda.Function, pool: cognito.UserPool) -> None:
    """Add REST API and stage to template; every request to function but a preflight needs a token of pool."""
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
    # Browsers send no token with a preflight request. The function answers it, since only it knows all allowed origins.
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
    """Return the query parameters, and whether each is required."""
    request = contracts.schema("upload-url.request")
    return {f"method.request.querystring.{name}": name in request["required"] for name in request["properties"]}


def _gateway_responses(api: apigateway.RestApi) -> list[apigateway.GatewayResponse]:
    """Return the responses that API Gateway sends by itself."""
    return [
        apigateway.GatewayResponse(
            f"{reason.title().replace('_', '')}Answer",
            RestApiId=Ref(api),
            ResponseType=reason,
            # Every origin may read the error: it holds no data of a user.
            ResponseParameters={f"gatewayresponse.header.{ALLOW_ORIGIN}": "'*'"},
            ResponseTemplates={"application/json": _error_body(reason, message)},
        )
        for reason, message in GATEWAY_RESPONSES.items()
    ]


def _error_body(reason: str, message: str) -> str:
    """Return the body of a response, in which API Gateway replaces ERROR_MESSAGE by its own message."""
    return json.dumps({"reason": reason, "message": message}).replace(f'"{ERROR_MESSAGE}"', ERROR_MESSAGE)


def _deployment(api: apigateway.RestApi, parts: list[Any]) -> apigateway.Deployment:
    """Return the deployment of parts: a snapshot, whose logical ID therefore changes with their content."""
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
