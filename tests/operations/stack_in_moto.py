"""A stack in moto, with the resources that an operator uses, and images in every status."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest

from lambdas.domain import executions, object_keys
from lambdas.domain.image_list import INDEX, INDEXED
from lambdas.domain.outcomes import REJECTED, SUCCEEDED, Failure
from lambdas.domain.record import Record, read_record
from lambdas.runtime import clients
from operations.command_line import main
from operations.stack import DEFAULT_STACK
from templates.release import contracts_digest, version
from tests.fake_aws.events import object_created
from tests.templates.emitted import properties
from workflow import contracts
from workflow.contracts.payloads import Image

OWNER = "9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55"
Resource = tuple[str, dict[str, object]]  # its type and its properties

RETENTION = 90  # days
OUTPUTS = {  # and the resources that they refer to
    "UploadBucketName": "UploadBucket",
    "ArchiveBucketName": "ArchiveBucket",
    "NotificationTopicArn": "NotificationTopic",
    "MetadataTableName": "MetadataTable",
    "DeadLetterQueueUrl": "DeadLetterQueue",
    "ProcessingPipelineArn": "ProcessingPipeline",
    "ImportPipelineArn": "ImportPipeline",
}
PARAMETERS = {
    "RecordRetentionDays": str(RETENTION),
    "MaxConcurrency": "2",
    "ImageUrlExpirySeconds": "3600",
    "ArchiveStorageClass": "STANDARD",
    "ArchiveTransitionDays": "30",
    "EnabledFormats": "JPEG,PNG",
    "MaxBytes": "1000",
    "ImportSources": "arn:aws:s3:::another-bucket,arn:aws:s3:::pictures-of-ten-years",
}
CAUSE = "No more memory for the picture."
FUNCTION_ERROR = {
    "errorMessage": "No more memory\nfor the picture.",
    "stackTrace": ["line 1"],
}  # as a function reports an error
FAILURE = Failure(
    "ResizeImage", "MemoryError", json.dumps({"Error": "MemoryError", "Cause": json.dumps(FUNCTION_ERROR)})
)
EXAMPLE = contracts.schema("metadata-record")["examples"][0]
ENDLESS = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}})
ROLE = "arn:aws:iam::123456789012:role/any"


@dataclass(frozen=True)
class Result:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects that it printed, one on each line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def rows(self) -> set[tuple[str, ...]]:
        """The lines that it printed, in their columns."""
        return {tuple(line.split("\t")) for line in self.out.splitlines()}


class StackInMoto:
    """A stack, and the operator's command line."""

    def __init__(self, capsys: pytest.CaptureFixture[str], workflow_type: str) -> None:
        """Create the stack."""
        self._capsys = capsys
        known = {**_user_pool(), "UploadUrlEndpoint": "https://api.example/v1/upload-url"}
        known |= {"Version": version(), "ContractsDigest": contracts_digest()}
        boto3.client("cloudformation").create_stack(
            StackName=DEFAULT_STACK, TemplateBody=_template(workflow_type, known)
        )
        description = boto3.client("cloudformation").describe_stacks(StackName=DEFAULT_STACK)["Stacks"][0]
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in description["Outputs"]}
        # Moto's CloudFormation ignores it.
        for bucket in ("UploadBucketName", "ArchiveBucketName"):
            clients.s3().put_bucket_versioning(
                Bucket=self.outputs[bucket], VersioningConfiguration={"Status": "Enabled"}
            )

    def run(self, *arguments: str) -> Result:
        """Run `python -m operations`."""
        self._capsys.readouterr()
        code = main(list(arguments))
        return Result(code, *self._capsys.readouterr())

    def upload(self, owner: str = OWNER) -> Image:
        """Upload an image, and return the input that its execution gets."""
        image_id = str(uuid4())
        return self.replace(
            {
                "imageId": image_id,
                "owner": owner,
                "bucket": "",
                "key": object_keys.upload_key(owner, image_id),
                "versionId": "",
            }
        )

    def replace(self, image: Image) -> Image:
        """Upload a newer version of image."""
        bucket = self.outputs["UploadBucketName"]
        version = clients.s3().put_object(Bucket=bucket, Key=image["key"], Body=b"picture")["VersionId"]
        return {**image, "bucket": bucket, "versionId": version, "attempt": 1}

    def record(self, image: Image) -> dict[str, Any]:
        """Return the record of image."""
        return dict(read_record(self.outputs["MetadataTableName"], image["imageId"]) or {})

    def begin(self, image: Image) -> Record:
        """Begin the record of image."""
        record = Record(self.outputs["MetadataTableName"], image, executions.name(image))
        record.begin(RETENTION)
        return record

    def upload_with_status(self, status: str, *, notified: bool = True) -> Image:
        """Upload an image, and write a record with that final status."""
        image = self.upload()
        self.write_status(self.begin(image), status, notified=notified)
        return image

    def write_status(self, record: Record, status: str, *, notified: bool = True) -> None:
        """Write that final status to a record that was begun."""
        if status == SUCCEEDED:
            found = {name: EXAMPLE[name] for name in ("validation", "resized", "thumbnail")}
            record.complete_step("ArchiveImage", {**found, "archive": _archive(record.image)}, SUCCEEDED)
        elif status == REJECTED:
            record.complete_step("ValidateImage", {"reason": "TRUNCATED", "message": "It ends too early."}, REJECTED)
        else:
            record.fail(FAILURE, RETENTION)
        if notified:
            record.mark_notified()

    def add_dead_letter_message(self, content: Image | str) -> str:
        """Send a dead-letter message about an upload, or with any other text, and return its message ID."""
        body = (
            content
            if isinstance(content, str)
            else json.dumps(object_created(content["bucket"], content["key"], content["versionId"]))
        )
        return clients.sqs().send_message(QueueUrl=self.outputs["DeadLetterQueueUrl"], MessageBody=body)["MessageId"]

    @property
    def visible_messages(self) -> set[str]:
        """The message IDs of the dead-letter messages that are visible."""
        found = clients.sqs().receive_message(
            QueueUrl=self.outputs["DeadLetterQueueUrl"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return {message["MessageId"] for message in found.get("Messages", [])}

    def start(self, image: Image) -> str:
        """Start the execution of image, and return its ARN."""
        started = clients.stepfunctions().start_execution(
            stateMachineArn=self.outputs["ProcessingPipelineArn"],
            name=executions.name(image),
            input=json.dumps({"image": image}),
        )
        return started["executionArn"]

    @property
    def started(self) -> set[str]:
        """The names of the executions that were started."""
        machine = self.outputs["ProcessingPipelineArn"]
        found = clients.stepfunctions().list_executions(stateMachineArn=machine)["executions"]
        return {one["name"] for one in found}


def execution_name(image: Image, number: int) -> str:
    """Return the name of the execution of that attempt at image."""
    return executions.name({**image, "attempt": number})


def _archive(image: Image) -> dict[str, Any]:
    folder = object_keys.archive_folder(image, executions.name(image))
    facts = {"contentType": "image/png", "size": 7}
    copies = {name: {"key": f"{folder}{name}.png", **facts} for name in ("original", "resized", "thumbnail")}
    return {"bucket": "archive", **copies, "smaller": [{"key": f"{folder}resized-64.png", **facts}]}


def _user_pool() -> dict[str, str]:
    """Create the template's user pool and client, which moto's CloudFormation does not support, and return outputs."""
    cognito: Any = boto3.client("cognito-idp")
    wanted = ("Policies", "UsernameAttributes", "UsernameConfiguration", "AdminCreateUserConfig")
    own = {name: properties("UserPool")[name] for name in wanted}
    pool = cognito.create_user_pool(PoolName="UserPool", **own)["UserPool"]["Id"]
    flows = properties("UserPoolClient")["ExplicitAuthFlows"]
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="UserPoolClient", ExplicitAuthFlows=flows)
    return {"UserPoolId": pool, "UserPoolClientId": made["UserPoolClient"]["ClientId"]}


def _keys(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def _table(key: str, *indexed: str, **more: object) -> Resource:
    """Return a table with a key; more are its indexes, which have the attributes indexed."""
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in (key, *indexed)]
    own = {"KeySchema": _keys(key), "AttributeDefinitions": attributes, "BillingMode": "PAY_PER_REQUEST"}
    return "DynamoDB::Table", {**own, **more}


def _resources() -> dict[str, Resource]:
    """Return each resource that an operator uses, named as in the real template."""
    projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(INDEXED)}
    index = {"IndexName": INDEX, "KeySchema": _keys("owner", "createdAt"), "Projection": projection}
    pipeline: Resource = ("StepFunctions::StateMachine", {"DefinitionString": ENDLESS, "RoleArn": ROLE})
    return {
        "UploadBucket": ("S3::Bucket", {}),
        "ArchiveBucket": ("S3::Bucket", {}),
        "NotificationTopic": ("SNS::Topic", {}),
        "MetadataTable": _table("imageId", "owner", "createdAt", GlobalSecondaryIndexes=[index]),
        "DeadLetterQueue": ("SQS::Queue", {}),
        "UsageTable": _table("owner"),
        "ProcessingPipeline": pipeline,
        "ImportPipeline": pipeline,
    }


def _template(workflow_type: str, known: dict[str, str]) -> str:
    """Return a template of these resources; known are more outputs."""
    parameters = {"WorkflowType": workflow_type, **PARAMETERS}
    resources = {
        name: {"Type": f"AWS::{kind}", "Properties": properties} for name, (kind, properties) in _resources().items()
    }
    referred = {name: {"Value": {"Ref": resource}} for name, resource in OUTPUTS.items()}
    return json.dumps(
        {
            "Parameters": {name: {"Type": "String", "Default": value} for name, value in parameters.items()},
            "Resources": resources,
            "Outputs": {**referred, **{name: {"Value": value} for name, value in known.items()}},
        }
    )
