"""Where the API is served: its stage, throttled and traced, with its logs and what may stand in front of it."""

import json

import awacs.logs
from troposphere import GetAtt, If, Ref, Sub, Template, apigateway, iam, wafv2

from templates.iam.policies import ALL_RESOURCES, allow, policy_document, trust_policy
from templates.resources.function import add_log_group
from templates.resources.storage import RETAIN_EXCEPT_ON_CREATE

STAGE = "v1"
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


def add_stage(template: Template, api: apigateway.RestApi, deployment: apigateway.Deployment) -> None:
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
    template.add_resource(_firewall())


def _add_logs_role(template: Template) -> apigateway.Account:
    """Add the role by which API Gateway writes logs, and the account's setting that names it.

    An account and region has one such setting; both stay when the stack goes, since other APIs may have come to use them.
    """
    policy = iam.Policy(
        PolicyName="logs", PolicyDocument=policy_document(allow("write the logs of every api", LOGGING, ALL_RESOURCES))
    )
    role = template.add_resource(
        iam.Role(
            "ApiAccountRole",
            AssumeRolePolicyDocument=trust_policy("apigateway"),
            Policies=[policy],
            Condition="SetsApiLogsRole",
            **RETAIN_EXCEPT_ON_CREATE,
        )
    )
    return template.add_resource(
        apigateway.Account(
            "ApiAccount", CloudWatchRoleArn=GetAtt(role, "Arn"), Condition="SetsApiLogsRole", **RETAIN_EXCEPT_ON_CREATE
        )
    )


def _firewall() -> wafv2.WebACLAssociation:
    """Return what puts the web ACL of the parameter, if there is one, in front of the stage."""
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestApi}/stages/${RestApiStage}"
    return wafv2.WebACLAssociation(
        "RestApiFirewall", WebACLArn=Ref("WebAclArn"), ResourceArn=Sub(stage), Condition="HasWebAcl"
    )
