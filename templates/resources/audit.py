"""The audit of uploads: the state machine that reads their inventory, the function that audits a batch, and what starts them."""

import awacs.dynamodb
import awacs.states
from troposphere import GetAtt, Ref, Sub, Template, events, iam, stepfunctions

from lambdas.domain.object_keys import INVENTORIES
from lambdas.runtime import settings as env
from templates.iam.policies import allow, in_this_account, object_arns, policy_document, trust_policy
from templates.packaging import RUNTIME_LAYER
from templates.parameters import variables
from templates.resources.distributed_map import FILES, add_map_machine, map_role
from templates.resources.functions import LIGHT_MEMORY
from templates.resources.lambda_function import FunctionEntry, add_function
from templates.resources.storage import Storage
from templates.resources.sweep import STALLED_AFTER
from workflow.proof import AUDIT
from workflow.steps import AUDIT as STEP

MACHINE = AUDIT.logical_id
FUNCTION = STEP.function
FAILED = "A batch of an inventory is audited again, or by the next inventory."
# S3 writes the manifest after the files that it names, with their MD5. The Map reads these, and not manifest.checksum, which comes
# last; a file that it does not find yet is read again.
MANIFEST = f"{INVENTORIES}*/manifest.json"


def add_audit(template: Template, storage: Storage) -> None:
    """Add the function, the state machine, and the rule that starts it for each inventory.

    The rule has no dead-letter queue: the next inventory does the work of one whose event was lost. Raises
    UnprovedDataFlowError if some state may not get what it needs.
    """
    function = add_function(template, _audit(storage))
    files = allow("read inventories and write results", FILES, object_arns(storage.inventory_bucket.title))
    role = template.add_resource(map_role(AUDIT, function, "audit batches", files))
    names = {storage.inventory_bucket.title: Ref(storage.inventory_bucket)}
    machine = add_map_machine(template, AUDIT, function, role, "audits", **names)
    template.add_resource(_rule(storage, machine, template.add_resource(_starter(machine))))


def _audit(storage: Storage) -> FunctionEntry:
    return FunctionEntry(
        FUNCTION,
        "audit",
        "Brings uploads that no sweep would find into the index of open records",
        memory=LIGHT_MEMORY,
        timeout=STEP.timeout,
        environment=variables(
            env.AuditSettings,
            metadata_table=Ref(storage.table),
            upload_bucket=Ref(storage.upload_bucket),
            stalled_after_seconds=str(STALLED_AFTER),
        ),
        statements=[
            allow(
                "read and index records",
                [awacs.dynamodb.BatchGetItem, awacs.dynamodb.PutItem, awacs.dynamodb.UpdateItem],
                GetAtt(storage.table, "Arn"),
            )
        ],
        layers=[RUNTIME_LAYER],
    )


def _rule(storage: Storage, machine: stepfunctions.StateMachine, starter: iam.Role) -> events.Rule:
    """Return the rule that starts an execution for the manifest of each inventory."""
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [Ref(storage.inventory_bucket)]},
            "object": {"key": [{"wildcard": MANIFEST}]},
        },
    }
    transformer = events.InputTransformer(
        InputPathsMap={"key": "$.detail.object.key"},
        InputTemplate=Sub('{"key": <key>, "maxConcurrency": ${AuditConcurrency}}'),
    )
    target = events.Target(Id=MACHINE, Arn=Ref(machine), RoleArn=GetAtt(starter, "Arn"), InputTransformer=transformer)
    return events.Rule("AuditRule", State="ENABLED", EventPattern=pattern, Targets=[target])


def _starter(machine: stepfunctions.StateMachine) -> iam.Role:
    """Return the role with which EventBridge starts the state machine."""
    start = policy_document(allow("start audits", [awacs.states.StartExecution], Ref(machine)))
    return iam.Role(
        "AuditRuleRole",
        AssumeRolePolicyDocument=trust_policy("events", Condition=in_this_account()),
        Policies=[iam.Policy(PolicyName="start", PolicyDocument=start)],
    )
