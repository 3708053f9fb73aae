"""The front door: GET /upload-url, for those who are signed in."""

import json
from hashlib import sha256
from typing import Any

import awacs.logs
from troposphere import GetAtt, If, Ref, Sub, Template, apigateway, awslambda, cognito, iam, wafv2

from lambdas.cors import ALLOW_ORIGIN, ALLOWED
from templates.function import add_log_group
from templates.policies import EVERYTHING, allow, assumed_by, document
from templates.storage import KEPT
from workflow import contracts

PATH = "upload-url"
STAGE = "v1"
# What API Gateway answers by itself, by its own name for the case; as the contract api-error has it.
ANSWERS = {
    "UNAUTHORIZED": "A valid token of the user pool is required in the Authorization header.",
    "THROTTLED": "There are too many requests; try again later.",
    "BAD_REQUEST_PARAMETERS": "$context.error.message",  # names what is missing
    "DEFAULT_4XX": "The request is not one this API answers.",
    "DEFAULT_5XX": "The service failed; try again.",
}
# A line of the access log: who asked and how it was answered; no token, no query.
ACCESS = {
    "requestId": "$context.requestId",
    "functionRequestId": "$context.integration.requestId",
    "traceId": "$context.xrayTraceId",
    "time": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "owner": "$context.authorizer.claims.sub",
    "method": "$context.httpMethod",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "error": "$context.error.responseType",
    "milliseconds": "$context.responseLatency",
    "bytes": "$context.responseLength",
}

# The headers of a preflight's answer.
PREFLIGHT = [f"method.response.header.{name}" for name in (ALLOW_ORIGIN, *ALLOWED)]
# What API Gateway asks of the role by which it writes logs, for all APIs of the account, whatever their groups.
LOGGING = [
    awacs.logs.CreateLogGroup,
    awacs.logs.CreateLogStream,
    awacs.logs.DescribeLogGroups,
    awacs.logs.DescribeLogStreams,
    awacs.logs.FilterLogEvents,
    awacs.logs.GetLogEvents,
    awacs.logs.PutLogEvents,
]


def add_api(template: Template, function: awslambda.Function, pool: cognito.UserPool) -> None:
    """Add REST API and stage to template; every request that reaches function carries a token of pool, but preflights."""
    api = template.add_resource(
        apigateway.RestApi(
            "RestApi",
            Name=Sub("${AWS::StackName}-upload"),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
        )
    )
    parts = [*_methods(api, function, _authorizer(api, pool)), *_answers(api)]
    for part in parts:
        template.add_resource(part)
    deployment = template.add_resource(_deployment(api, parts))
    _add_stage(template, api, deployment)
    template.add_resource(_firewall())
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
            apigateway.MethodResponse(StatusCode="204", ResponseParameters=dict.fromkeys(PREFLIGHT, True))
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


def _answers(api: apigateway.RestApi) -> list[apigateway.GatewayResponse]:
    """Return the answers that API Gateway gives by itself."""
    return [
        apigateway.GatewayResponse(
            f"{reason.title().replace('_', '')}Answer",
            RestApiId=Ref(api),
            ResponseType=reason,
            # Any page may read what went wrong: nothing in it is anybody's.
            ResponseParameters={f"gatewayresponse.header.{ALLOW_ORIGIN}": "'*'"},
            ResponseTemplates={"application/json": json.dumps({"reason": reason, "message": message})},
        )
        for reason, message in ANSWERS.items()
    ]


def _deployment(api: apigateway.RestApi, parts: list[Any]) -> apigateway.Deployment:
    """Return the deployment of parts; a deployment is a snapshot, so its name changes with what it holds."""
    content = json.dumps([part.to_dict() for part in parts], sort_keys=True)
    digest = sha256(content.encode()).hexdigest()[:8]
    return apigateway.Deployment(
        f"RestApiDeployment{digest}", RestApiId=Ref(api), DependsOn=[part.title for part in parts]
    )


def _add_stage(template: Template, api: apigateway.RestApi, deployment: apigateway.Deployment) -> None:
    """Add the stage, throttled and traced, with a log of accesses and one of API Gateway's own errors."""
    account = _add_logs_role(template)
    accesses = add_log_group(template, "RestApiAccessLogs")
    # API Gateway writes its errors to a group of this name, and would make it itself, to be kept for ever.
    errors = add_log_group(
        template, "RestApiErrorLogs", LogGroupName=Sub(f"API-Gateway-Execution-Logs_${{RestApi}}/{STAGE}")
    )
    every_method = apigateway.MethodSetting(
        HttpMethod="*",
        ResourcePath="/*",
        ThrottlingRateLimit=Ref("RequestRate"),
        ThrottlingBurstLimit=Ref("RequestBurst"),
        MetricsEnabled=True,
        LoggingLevel="ERROR",
        DataTraceEnabled=False,  # or requests would stand in the log, and tokens with them
    )
    template.add_resource(
        apigateway.Stage(
            "RestApiStage",
            RestApiId=Ref(api),
            DeploymentId=Ref(deployment),
            StageName=STAGE,
            AccessLogSetting=apigateway.AccessLogSetting(
                DestinationArn=GetAtt(accesses, "Arn"), Format=json.dumps(ACCESS, separators=(",", ":"))
            ),
            MethodSettings=[every_method],
            TracingEnabled=True,
            # Names the account's setting, so that it is made first; a condition has no place in DependsOn.
            Description=If("SetsApiLogsRole", Sub(f"Logs by the role of ${{{account.title}}}"), "Logs by the role set"),
            DependsOn=errors.title,
        )
    )


def _add_logs_role(template: Template) -> apigateway.Account:
    """Add the role by which API Gateway writes logs, and the account's setting that names it.

    An account and region has one such setting; both stay when the stack goes, since other APIs may have come to use them.
    """
    policy = iam.Policy(
        PolicyName="logs", PolicyDocument=document(allow("write the logs of every api", LOGGING, EVERYTHING))
    )
    role = template.add_resource(
        iam.Role(
            "ApiAccountRole",
            AssumeRolePolicyDocument=assumed_by("apigateway"),
            Policies=[policy],
            Condition="SetsApiLogsRole",
            **KEPT,
        )
    )
    return template.add_resource(
        apigateway.Account("ApiAccount", CloudWatchRoleArn=GetAtt(role, "Arn"), Condition="SetsApiLogsRole", **KEPT)
    )


def _firewall() -> wafv2.WebACLAssociation:
    """Return what puts the web ACL of the parameter, if there is one, in front of the stage."""
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestApi}/stages/${RestApiStage}"
    return wafv2.WebACLAssociation(
        "RestApiFirewall", WebACLArn=Ref("WebAclArn"), ResourceArn=Sub(stage), Condition="HasWebAcl"
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
