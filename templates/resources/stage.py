"""The stage of the API: throttling, tracing, logs and the web ACL."""

import json

import awacs.logs
from troposphere import GetAtt, If, Ref, Sub, Template, apigateway, iam, wafv2

from templates.iam.policies import ALL_RESOURCES, allow, policy_document, trust_policy
from templates.resources.addresses import STAGE
from templates.resources.lambda_function import add_log_group
from templates.resources.storage import RETAIN_EXCEPT_ON_CREATE

# A line of the access log: caller and response; no token, no query.
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

# The actions that API Gateway requires of its logs role, which serves all APIs and log groups of the account.
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
    """Add the stage to template, with an access log and a log of API Gateway's errors."""
    account = _add_logs_role(template)
    accesses = add_log_group(template, "RestApiAccessLogs")
    # API Gateway writes its errors to a group of this name. It would create it itself, without a retention.
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
        DataTraceEnabled=False,  # the log would hold requests, and with them tokens
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
            # The reference creates the account's setting first; DependsOn takes no condition.
            Description=If("SetsApiLogsRole", Sub(f"Logs by the role of ${{{account.title}}}"), "Logs by the role set"),
            DependsOn=errors.title,
        )
    )
    template.add_resource(_firewall())


def _add_logs_role(template: Template) -> apigateway.Account:
    """Add the role with which API Gateway writes logs, and the account's setting that names it.

    An account has one such setting in a region. Both are retained when the stack is deleted: other APIs may use them.
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
    """Return the association of the stage with the web ACL of WebAclArn."""
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestApi}/stages/${RestApiStage}"
    return wafv2.WebACLAssociation(
        "RestApiFirewall", WebACLArn=Ref("WebAclArn"), ResourceArn=Sub(stage), Condition="HasWebAcl"
    )
