"""Imports: the state machine that reads a full bucket, the function that imports a batch, and what both may read."""

from typing import Any, ClassVar

import awacs.awslambda
import awacs.dynamodb
import awacs.kms
import awacs.s3
import awacs.states
from awacs.aws import Action, Allow, Statement
from troposphere import GetAtt, If, Join, NoValue, Ref, Split, Sub, Template, awslambda, iam, stepfunctions

from lambdas.domain.object_keys import IMPORTS, UPLOADS
from lambdas.runtime import settings as env
from templates.iam.policies import ALL_RESOURCES, allow, in_this_account, object_arns, policy_document, trust_policy
from templates.iam.statements import list_versions, read_originals, read_uploads
from templates.packaging import RUNTIME_LAYER
from templates.parameters import variables
from templates.resources.functions import LIGHT_MEMORY
from templates.resources.lambda_function import FunctionEntry, add_function, add_log_group
from templates.resources.state_machine import LOG_DELIVERY, TRACING, logging_to
from templates.resources.storage import Storage
from templates.substitution import definition_string
from workflow.proof import IMPORT
from workflow.steps import IMPORT as STEP

MACHINE = IMPORT.logical_id
FUNCTION = STEP.function
FAILED = "A batch of an import is late: it is tried again, and `import resume` imports what is left."
# The state machine has the name of its function: its role has to name it before it exists.
OWN_ARN = f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:%s:${{{STEP.function}}}"


class ListStatement(Statement):
    """A statement whose resources are a list that a parameter has."""

    props: ClassVar[dict[str, Any]] = {**Statement.props, "Resource": (object, False)}  # type: ignore[misc]


def add_imports(template: Template, storage: Storage, pipeline: stepfunctions.StateMachine) -> None:
    """Add the function, the state machine and its role to template.

    Raises UnprovedDataFlowError if some state may not get what it needs.
    """
    function = add_function(template, _import(storage, pipeline))
    role = template.add_resource(_role(function))
    group = add_log_group(
        template, f"{MACHINE}Logs", LogGroupName=Sub("/aws/vendedlogs/states/${AWS::StackName}-imports")
    )
    references = {
        "Partition": Ref("AWS::Partition"),
        function.title: GetAtt(function, "Arn"),
        storage.upload_bucket.title: Ref(storage.upload_bucket),
    }
    template.add_resource(
        stepfunctions.StateMachine(
            MACHINE,
            StateMachineName=Ref(function),
            DefinitionString=definition_string(IMPORT.proved_definition(), references),
            RoleArn=GetAtt(role, "Arn"),
            StateMachineType="STANDARD",
            LoggingConfiguration=logging_to(group),
            TracingConfiguration=stepfunctions.TracingConfiguration(Enabled=True),
        )
    )


def _import(storage: Storage, pipeline: stepfunctions.StateMachine) -> FunctionEntry:
    reading = [awacs.s3.GetObject, awacs.s3.GetObjectVersion]
    return FunctionEntry(
        STEP.function,
        "import_images",
        "Imports a batch of objects of another bucket, or starts images anew, and waits for them",
        memory=LIGHT_MEMORY,
        timeout=STEP.timeout,
        environment=variables(
            env.ImportSettings,
            upload_bucket=Ref(storage.upload_bucket),
            state_machine_arn=Ref(pipeline),
            metadata_table=Ref(storage.table),
        ),
        statements=[
            allow("copy into uploads", [awacs.s3.PutObject], object_arns("UploadBucket", UPLOADS)),
            allow("keep outcomes", [awacs.s3.GetObject, awacs.s3.PutObject], object_arns("UploadBucket", IMPORTS)),
            allow("learn that there are no outcomes", [awacs.s3.ListBucket], GetAtt(storage.upload_bucket, "Arn")),
            list_versions(storage),
            read_uploads(),
            read_originals(),
            # An EXPRESS state machine accepts a name twice: there the record is claimed first.
            allow(
                "begin the record and wait for its outcome",
                [
                    awacs.dynamodb.GetItem,
                    awacs.dynamodb.PutItem,
                    awacs.dynamodb.UpdateItem,
                    awacs.dynamodb.DeleteItem,
                ],
                GetAtt(storage.table, "Arn"),
            ),
            allow("start the pipeline", [awacs.states.StartExecution], Ref(pipeline)),
        ],
        layers=[RUNTIME_LAYER],
        policies=source_policies(*reading),
    )


def source_policies(*reading: Action) -> list[If]:
    """Return the policies for reading sources. A stack without ImportSources has none of them, and its imports are refused."""
    sources = [
        _list_statement("list sources", [awacs.s3.ListBucket], Ref("ImportSources")),
        _list_statement("read sources", list(reading), _objects_of("ImportSources")),
    ]
    keys = [_list_statement("decrypt sources", [awacs.kms.Decrypt], Ref("ImportKeys"))]
    return [_if("HasImportSources", "sources", sources), _if("HasImportKeys", "keys", keys)]


def _list_statement(purpose: str, actions: list[Action], resources: Any) -> Statement:
    sid = "".join(word.capitalize() for word in purpose.split())
    return ListStatement(Sid=sid, Effect=Allow, Action=actions, Resource=resources)


def _objects_of(parameter: str) -> Split:
    """Return the ARNs of the objects in each of the buckets that a parameter lists."""
    return Split(",", Join("", [Join("/*,", Ref(parameter)), "/*"]))


def _if(condition: str, name: str, statements: list[Statement]) -> If:
    return If(condition, iam.Policy(PolicyName=name, PolicyDocument=policy_document(*statements)), NoValue)


def _role(function: awslambda.Function) -> iam.Role:
    """Return the role of the state machine: its own runs, lists and results, the sources, and the function."""
    lists = object_arns("UploadBucket", IMPORTS)
    results = [awacs.s3.PutObject, awacs.s3.GetObject, awacs.s3.ListMultipartUploadParts, awacs.s3.AbortMultipartUpload]
    statements = [
        allow("import batches", [awacs.awslambda.InvokeFunction], GetAtt(function, "Arn")),
        allow("start an execution for each batch", [awacs.states.StartExecution], Sub(OWN_ARN % "stateMachine")),
        allow(
            "watch and stop these executions",
            [awacs.states.DescribeExecution, awacs.states.StopExecution],
            Sub(f"{OWN_ARN % 'execution'}:*"),
        ),
        allow("read lists and write results", results, lists),
        allow("deliver its log", LOG_DELIVERY, ALL_RESOURCES),
        allow("send traces", TRACING, ALL_RESOURCES),
    ]
    trust = trust_policy("states", Condition=in_this_account())
    policy = iam.Policy(PolicyName="imports", PolicyDocument=policy_document(*statements))
    policies = [policy, *source_policies(awacs.s3.GetObject)]
    return iam.Role(f"{MACHINE}Role", AssumeRolePolicyDocument=trust, Policies=policies)
