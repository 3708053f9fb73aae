"""Imports: the state machine that reads a full bucket, the function that imports a batch, and what both may read."""

from typing import Any, ClassVar

import awacs.dynamodb
import awacs.kms
import awacs.s3
import awacs.states
from awacs.aws import Action, Allow, Statement
from troposphere import GetAtt, If, Join, NoValue, Ref, Split, Template, iam, stepfunctions

from lambdas.domain.object_keys import IMPORTS, UPLOADS
from lambdas.runtime import settings as env
from templates.iam.policies import allow, object_arns, policy_document
from templates.iam.statements import list_versions, read_originals, read_uploads
from templates.packaging import RUNTIME_LAYER
from templates.parameters import variables
from templates.resources.distributed_map import FILES, add_map_machine, map_role
from templates.resources.functions import LIGHT_MEMORY
from templates.resources.lambda_function import FunctionEntry, add_function
from templates.resources.storage import Storage
from workflow.proof import IMPORT
from workflow.steps import IMPORT as STEP

MACHINE = IMPORT.logical_id
FUNCTION = STEP.function
FAILED = "A batch of an import is late: it is tried again, and `import resume` imports what is left."


class ListStatement(Statement):
    """A statement whose resources are a list that a parameter has."""

    props: ClassVar[dict[str, Any]] = {**Statement.props, "Resource": (object, False)}  # type: ignore[misc]


def add_imports(template: Template, storage: Storage, pipeline: stepfunctions.StateMachine) -> None:
    """Add the function, the state machine and its role to template.

    Raises UnprovedDataFlowError if some state may not get what it needs.
    """
    function = add_function(template, _import(storage, pipeline))
    lists = allow("read lists and write results", FILES, object_arns("UploadBucket", IMPORTS))
    sources = tuple(source_policies(awacs.s3.GetObject))
    role = template.add_resource(map_role(IMPORT, function, "import batches", lists, policies=sources))
    names = {storage.upload_bucket.title: Ref(storage.upload_bucket)}
    add_map_machine(template, IMPORT, function, role, "imports", **names)


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
