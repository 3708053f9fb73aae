"""A state machine with distributed Maps: it starts itself for each batch, so that its role has to name it before it exists."""

from typing import Any

import awacs.awslambda
import awacs.s3
import awacs.states
from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, Template, awslambda, iam, stepfunctions

from templates.iam.policies import ALL_RESOURCES, allow, in_this_account, policy_document, trust_policy
from templates.resources.lambda_function import add_log_group
from templates.resources.state_machine import LOG_DELIVERY, TRACING, logging_to
from templates.substitution import definition_string
from workflow.proof import Machine

# Of a machine that has the name of its function.
OWN_ARN = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:%s:${%s}"
# What a Map does with a file that it reads, and with its results.
FILES = [awacs.s3.PutObject, awacs.s3.GetObject, awacs.s3.ListMultipartUploadParts, awacs.s3.AbortMultipartUpload]


def add_map_machine(
    template: Template, machine: Machine, function: awslambda.Function, role: iam.Role, logs: str, **names: Any
) -> stepfunctions.StateMachine:
    """Add a state machine to template, and its log group, whose name ends with logs; names are what its definition refers to.

    Raises UnprovedDataFlowError if some state may not get what it needs.
    """
    # Step Functions adds each log group to one policy of limited size, unless its name has this prefix.
    name = Sub(f"/aws/vendedlogs/states/${{AWS::StackName}}-{logs}")
    group = add_log_group(template, f"{machine.logical_id}Logs", LogGroupName=name)
    references = {"Partition": Ref("AWS::Partition"), function.title: GetAtt(function, "Arn"), **names}
    return template.add_resource(
        stepfunctions.StateMachine(
            machine.logical_id,
            StateMachineName=Ref(function),
            DefinitionString=definition_string(machine.proved_definition(), references),
            RoleArn=GetAtt(role, "Arn"),
            StateMachineType="STANDARD",
            LoggingConfiguration=logging_to(group),
            TracingConfiguration=stepfunctions.TracingConfiguration(Enabled=True),
        )
    )


def map_role(
    machine: Machine, function: awslambda.Function, batches: str, *statements: Statement, policies: tuple[Any, ...] = ()
) -> iam.Role:
    """Return the role of a state machine: its function, its own executions, statements, log and traces, and more policies.

    batches is the purpose of the function.
    """
    own = [
        allow(batches, [awacs.awslambda.InvokeFunction], GetAtt(function, "Arn")),
        allow(
            "start an execution for each batch",
            [awacs.states.StartExecution],
            Sub(OWN_ARN % ("stateMachine", function.title)),
        ),
        allow(
            "watch and stop these executions",
            [awacs.states.DescribeExecution, awacs.states.StopExecution],
            Sub(f"{OWN_ARN % ('execution', function.title)}:*"),
        ),
        *statements,
        allow("deliver its log", LOG_DELIVERY, ALL_RESOURCES),
        allow("send traces", TRACING, ALL_RESOURCES),
    ]
    trust = trust_policy("states", Condition=in_this_account())
    policy = iam.Policy(PolicyName="maps", PolicyDocument=policy_document(*own))
    return iam.Role(f"{machine.logical_id}Role", AssumeRolePolicyDocument=trust, Policies=[policy, *policies])
