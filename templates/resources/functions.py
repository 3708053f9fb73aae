"""The functions that an image passes: memory, timeout, settings and permissions of each in one entry."""

import awacs.dynamodb
import awacs.s3
import awacs.sqs
import awacs.states
from awacs.aws import Statement
from troposphere import GetAtt, Ref, Template, awslambda, sqs, stepfunctions

from lambdas.domain.back_pressure import LONGEST_WAIT
from lambdas.domain.image_list import INDEX
from lambdas.domain.object_keys import STAGED
from lambdas.runtime import settings as env
from templates.iam.policies import allow, object_arns
from templates.iam.statements import (
    index_arn,
    keep_record,
    learn_of_deletion,
    list_versions,
    read_originals,
    read_uploads,
    sign_uploads,
    stage_renditions,
)
from templates.packaging import HEIF_LAYER, IMAGING_LAYER, RUNTIME_LAYER
from templates.parameters import variables
from templates.resources import routes
from templates.resources.lambda_function import FunctionEntry, add_function
from templates.resources.storage import Storage
from workflow.steps import ARCHIVE, METADATA, RESIZE, THUMBNAIL, VALIDATE

FULL_CORE = 1769  # MB: one full vCPU; image processing is bound by the processor, not by memory
LIGHT_MEMORY = 256  # MB: these functions wait for AWS, not for the processor
TRIGGER_TIMEOUT = LONGEST_WAIT + 30  # seconds; the queue's visibility follows from it

IMAGING_LAYERS = [RUNTIME_LAYER, IMAGING_LAYER, HEIF_LAYER]


def add_steps(template: Template, storage: Storage) -> list[awslambda.Function]:
    """Add the functions of the pipeline's steps to template."""
    entries = [_validate(storage), _metadata(storage), _resize(storage), _thumbnail(storage), _archive(storage)]
    return [add_function(template, entry) for entry in entries]


def _validate(storage: Storage) -> FunctionEntry:
    return FunctionEntry(
        VALIDATE.function,
        "validate",
        "Validates an upload and creates its record",
        memory=FULL_CORE,
        timeout=VALIDATE.timeout,
        environment=variables(env.ValidateSettings, metadata_table=Ref(storage.table)),
        statements=[
            read_uploads(),
            read_originals(),
            list_versions(storage),
            learn_of_deletion(storage),
            keep_record(storage, awacs.dynamodb.PutItem),
        ],
        layers=IMAGING_LAYERS,
    )


def _metadata(storage: Storage) -> FunctionEntry:
    return FunctionEntry(
        METADATA.function,
        "metadata",
        "Extracts properties and embedded metadata",
        memory=FULL_CORE,
        timeout=METADATA.timeout,
        environment=variables(env.ImageStepSettings, metadata_table=Ref(storage.table)),
        statements=[read_uploads(), read_originals(), learn_of_deletion(storage), keep_record(storage)],
        layers=IMAGING_LAYERS,
    )


def _make_renditions(storage: Storage) -> list[Statement]:
    return [read_uploads(), read_originals(), stage_renditions(), learn_of_deletion(storage), keep_record(storage)]


def _resize(storage: Storage) -> FunctionEntry:
    return FunctionEntry(
        RESIZE.function,
        "resize",
        "Resizes the image to the configured edges",
        memory=FULL_CORE,
        timeout=RESIZE.timeout,
        environment=variables(env.ResizeSettings, metadata_table=Ref(storage.table)),
        statements=_make_renditions(storage),
        layers=IMAGING_LAYERS,
    )


def _thumbnail(storage: Storage) -> FunctionEntry:
    return FunctionEntry(
        THUMBNAIL.function,
        "thumbnail",
        "Crops and scales the image to thumbnails",
        memory=FULL_CORE,
        timeout=THUMBNAIL.timeout,
        environment=variables(env.ThumbnailSettings, metadata_table=Ref(storage.table)),
        statements=_make_renditions(storage),
        layers=IMAGING_LAYERS,
    )


def _archive(storage: Storage) -> FunctionEntry:
    staged = object_arns("UploadBucket", STAGED)
    # Without ListBucket, S3 answers 403 for an object that does not exist, and a repeated step could not distinguish the two.
    # A request for one object has no prefix, so that this cannot be restricted to one.
    list_both = allow(
        "learn that an object does not exist",
        [awacs.s3.ListBucket],
        GetAtt(storage.upload_bucket, "Arn"),
        GetAtt(storage.archive_bucket, "Arn"),
    )
    return FunctionEntry(
        ARCHIVE.function,
        "archive",
        "Copies original and renditions to the archive and removes the staged ones",
        memory=LIGHT_MEMORY,
        timeout=ARCHIVE.timeout,
        environment=variables(
            env.ArchiveSettings, metadata_table=Ref(storage.table), archive_bucket=Ref(storage.archive_bucket)
        ),
        statements=[
            read_uploads(),
            allow("delete staged renditions", [awacs.s3.GetObject, awacs.s3.DeleteObject], staged),
            allow(
                "write the archive and delete stale copies",
                [awacs.s3.GetObject, awacs.s3.PutObject, awacs.s3.PutObjectTagging, awacs.s3.DeleteObject],
                object_arns("ArchiveBucket"),
            ),
            list_both,
            learn_of_deletion(storage),
            keep_record(storage),
        ],
        layers=[RUNTIME_LAYER],
    )


def add_api_functions(template: Template, storage: Storage) -> dict[str, awslambda.Function]:
    """Add the functions of the API's routes to template, and return them by their logical IDs."""
    entries = [_get_upload_url(storage), _get_image(storage), _list_images(storage)]
    return {entry.logical_id: add_function(template, entry) for entry in entries}


def _get_upload_url(storage: Storage) -> FunctionEntry:
    return FunctionEntry(
        routes.GET_UPLOAD_URL.function,
        "get_upload_url",
        "Creates a key and a signed URL for an upload",
        memory=LIGHT_MEMORY,
        timeout=29,  # API Gateway waits no longer
        environment=variables(
            env.GetUploadUrlSettings,
            metadata_table=Ref(storage.table),
            usage_table=Ref(storage.usage),
            upload_bucket=Ref(storage.upload_bucket),
        ),
        statements=[
            sign_uploads(),
            allow("count uploads", [awacs.dynamodb.UpdateItem, awacs.dynamodb.PutItem], GetAtt(storage.usage, "Arn")),
            allow("find uploads that are over", [awacs.dynamodb.BatchGetItem], GetAtt(storage.table, "Arn")),
            allow("begin the record", [awacs.dynamodb.PutItem], GetAtt(storage.table, "Arn")),
        ],
        layers=[RUNTIME_LAYER],
    )


def _get_image(storage: Storage) -> FunctionEntry:
    return FunctionEntry(
        routes.GET_IMAGE.function,
        "get_image",
        "Reads the status of an image, and signs URLs of its renditions",
        memory=LIGHT_MEMORY,
        timeout=29,  # API Gateway waits no longer
        environment=variables(env.GetImageSettings, metadata_table=Ref(storage.table)),
        statements=[
            allow("read the record", [awacs.dynamodb.GetItem], GetAtt(storage.table, "Arn")),
            allow("sign downloads", [awacs.s3.GetObject], object_arns("ArchiveBucket")),
        ],
        layers=[RUNTIME_LAYER],
    )


def _list_images(storage: Storage) -> FunctionEntry:
    return FunctionEntry(
        routes.LIST_IMAGES.function,
        "list_images",
        "Lists the images of a user, and signs URLs of their thumbnails",
        memory=LIGHT_MEMORY,
        timeout=29,  # API Gateway waits no longer
        environment=variables(
            env.ListImagesSettings,
            metadata_table=Ref(storage.table),
            cursor_key=Ref("AWS::StackId"),  # has a random part, which users do not know
        ),
        statements=[
            allow("list the records of an owner", [awacs.dynamodb.Query], index_arn(storage, INDEX)),
            allow("sign downloads", [awacs.s3.GetObject], object_arns("ArchiveBucket")),
        ],
        layers=[RUNTIME_LAYER],
    )


def sqs_trigger(storage: Storage, queue: sqs.Queue, pipeline: stepfunctions.StateMachine) -> FunctionEntry:
    """Return the entry of the function that starts the pipeline."""
    receive = [awacs.sqs.ReceiveMessage, awacs.sqs.DeleteMessage, awacs.sqs.GetQueueAttributes]
    claim = [awacs.dynamodb.UpdateItem, awacs.dynamodb.PutItem, awacs.dynamodb.DeleteItem]
    return FunctionEntry(
        "SqsTriggerFunction",
        "sqs_trigger",
        "Starts one execution for each object-created event, and waits for its outcome",
        memory=LIGHT_MEMORY,
        timeout=TRIGGER_TIMEOUT,
        environment=variables(
            env.SqsTriggerSettings,
            upload_bucket=Ref(storage.upload_bucket),
            state_machine_arn=Ref(pipeline),
            metadata_table=Ref(storage.table),
        ),
        statements=[
            allow("receive from the queue", receive, GetAtt(queue, "Arn")),
            allow("start the pipeline", [awacs.states.StartExecution], Ref(pipeline)),
            # An EXPRESS state machine accepts a name twice: there the record shows that an event is a duplicate.
            allow("claim and release the record", claim, GetAtt(storage.table, "Arn")),
            allow("wait for the outcome", [awacs.dynamodb.GetItem], GetAtt(storage.table, "Arn")),
            list_versions(storage),
        ],
        layers=[RUNTIME_LAYER],
    )
