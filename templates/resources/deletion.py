"""The function that deletes an image for its user, and what it and the sweep may do for that."""

import awacs.dynamodb
import awacs.s3
import awacs.sns
from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, Template, awslambda

from lambdas.domain.object_keys import STAGED, UPLOADS
from lambdas.runtime import settings as env
from templates.iam.policies import allow, object_arns
from templates.iam.statements import list_all_versions
from templates.packaging import RUNTIME_LAYER
from templates.parameters import variables
from templates.resources import routes
from templates.resources.functions import LIGHT_MEMORY
from templates.resources.lambda_function import FunctionEntry, add_function
from templates.resources.messaging import Messaging
from templates.resources.storage import Storage

OBJECTS = (object_arns("UploadBucket", UPLOADS), object_arns("UploadBucket", STAGED), object_arns("ArchiveBucket"))


def add_deletion(template: Template, storage: Storage, messaging: Messaging) -> dict[str, awslambda.Function]:
    """Add the function of the route to template, and return it by its logical ID."""
    entry = _delete_image(storage, messaging)
    return {entry.logical_id: add_function(template, entry)}


def _delete_image(storage: Storage, messaging: Messaging) -> FunctionEntry:
    bury = [awacs.dynamodb.PutItem, awacs.dynamodb.UpdateItem]
    return FunctionEntry(
        routes.DELETE_IMAGE.function,
        "delete_image",
        "Deletes an image for good, and leaves a tombstone",
        memory=LIGHT_MEMORY,
        timeout=29,  # API Gateway waits no longer
        environment=variables(
            env.DeleteImageSettings,
            metadata_table=Ref(storage.table),
            upload_bucket=Ref(storage.upload_bucket),
            archive_bucket=Ref(storage.archive_bucket),
            notification_topic=Ref(messaging.topic),
        ),
        statements=[
            allow("replace the record by a tombstone", bury, GetAtt(storage.table, "Arn")),
            *deletion_statements(storage, *OBJECTS),
            allow("publish the deletion", [awacs.sns.Publish], Ref(messaging.topic)),
        ],
        layers=[RUNTIME_LAYER],
    )


def deletion_statements(storage: Storage, *hidden: Sub) -> list[Statement]:
    """Return the statements for finding every version of the objects of an image, and deleting them for good.

    hidden are the objects that the function may not delete by another statement: AWS documents that s3:DeleteObject is
    always needed, also for a version.
    """
    return [
        *list_all_versions(storage),
        allow("delete objects", [awacs.s3.DeleteObject], *hidden),
        allow("delete versions for good", [awacs.s3.DeleteObjectVersion], *OBJECTS),
    ]
