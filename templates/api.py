"""The front door: sign-in and GET /upload-url."""

import json
from hashlib import sha256
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, apigateway, awslambda, cognito

PATH = "upload-url"
STAGE = "v1"


def add_api(template: Template, function: awslambda.Function) -> None:
    """Add user pool, REST API and stage to template; every request to function carries a token of the pool."""
    pool = template.add_resource(_user_pool())
    template.add_resource(_user_pool_client(pool))
    api = template.add_resource(
        apigateway.RestApi(
            "RestApi",
            Name=Sub("${AWS::StackName}-upload"),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
        )
    )
    parts = [*_method(api, function, _authorizer(api, pool)), *_error_answers(api)]
    for part in parts:
        template.add_resource(part)
    deployment = template.add_resource(_deployment(api, parts))
    template.add_resource(
        apigateway.Stage("RestApiStage", RestApiId=Ref(api), DeploymentId=Ref(deployment), StageName=STAGE)
    )
    template.add_resource(_permission(api, function))


def _user_pool() -> cognito.UserPool:
    policy = cognito.PasswordPolicy(
        MinimumLength=12, RequireLowercase=True, RequireUppercase=True, RequireNumbers=True, RequireSymbols=True
    )
    return cognito.UserPool(
        "UserPool",
        AdminCreateUserConfig=cognito.AdminCreateUserConfig(AllowAdminCreateUserOnly=True),
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        Policies=cognito.Policies(PasswordPolicy=policy),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )


def _user_pool_client(pool: cognito.UserPool) -> cognito.UserPoolClient:
    return cognito.UserPoolClient(
        "UserPoolClient",
        UserPoolId=Ref(pool),
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )


def _authorizer(api: apigateway.RestApi, pool: cognito.UserPool) -> apigateway.Authorizer:
    return apigateway.Authorizer(
        "CognitoAuthorizer",
        Name="cognito",
        RestApiId=Ref(api),
        Type="COGNITO_USER_POOLS",
        IdentitySource="method.request.header.Authorization",
        ProviderARNs=[GetAtt(pool, "Arn")],
    )


def _method(api: apigateway.RestApi, function: awslambda.Function, authorizer: apigateway.Authorizer) -> list[Any]:
    resource = apigateway.Resource(
        "UploadUrlResource", RestApiId=Ref(api), ParentId=GetAtt(api, "RootResourceId"), PathPart=PATH
    )
    invoke = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"
    method = apigateway.Method(
        "GetUploadUrlMethod",
        RestApiId=Ref(api),
        ResourceId=Ref(resource),
        HttpMethod="GET",
        AuthorizationType="COGNITO_USER_POOLS",
        AuthorizerId=Ref(authorizer),
        Integration=apigateway.Integration(
            Type="AWS_PROXY", IntegrationHttpMethod="POST", Uri=Sub(invoke % function.title)
        ),
    )
    return [authorizer, resource, method]


def _error_answers(api: apigateway.RestApi) -> list[apigateway.GatewayResponse]:
    """Return the answers that API Gateway gives by itself, as the contract api-error."""
    answers = {
        "UNAUTHORIZED": "A valid token of the user pool is required in the Authorization header.",
        "THROTTLED": "There are too many requests; try again later.",
        "DEFAULT_4XX": "The request is not one this API answers.",
        "DEFAULT_5XX": "The service failed; try again.",
    }
    return [
        apigateway.GatewayResponse(
            f"{reason.title().replace('_', '')}Answer",
            RestApiId=Ref(api),
            ResponseType=reason,
            ResponseTemplates={"application/json": json.dumps({"reason": reason, "message": message})},
        )
        for reason, message in answers.items()
    ]


def _deployment(api: apigateway.RestApi, parts: list[Any]) -> apigateway.Deployment:
    """Return the deployment of parts; a deployment is a snapshot, so its name changes with what it holds."""
    content = json.dumps([part.to_dict() for part in parts], sort_keys=True)
    digest = sha256(content.encode()).hexdigest()[:8]
    return apigateway.Deployment(
        f"RestApiDeployment{digest}", RestApiId=Ref(api), DependsOn=[part.title for part in parts]
    )


def _permission(api: apigateway.RestApi, function: awslambda.Function) -> awslambda.Permission:
    source = f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api.title}}}/*/GET/{PATH}"
    return awslambda.Permission(
        "RestApiPermission",
        Action="lambda:InvokeFunction",
        FunctionName=Ref(function),
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub(source),
    )
