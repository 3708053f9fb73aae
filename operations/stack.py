"""A deployed stack of this project: its resources, by the outputs that CloudFormation returns."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3

from lambdas.domain.back_pressure import Pace
from lambdas.runtime.settings import StartSettings
from operations.cloudformation.stacks import describe, outputs_of
from operations.errors import OperationError
from templates.release import contracts_digest, version

DEFAULT_STACK = "quantum-image-processor"
# Of AWS's own endpoints, also of a VPC, in all partitions.
AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


@dataclass(frozen=True)
class Stack:
    """A deployed stack, by its outputs and parameters."""

    name: str
    outputs: dict[str, str]
    parameters: dict[str, str]

    @property
    def upload_bucket(self) -> str:
        """The name of the bucket for uploads."""
        return self.outputs["UploadBucketName"]

    @property
    def dead_letter_queue_url(self) -> str:
        """The URL of the dead-letter queue."""
        return self.outputs["DeadLetterQueueUrl"]

    @property
    def upload_url_endpoint(self) -> str:
        """The URL of GET /upload-url, at the endpoint that the SDK is configured for."""
        return upload_url_endpoint(self.outputs, boto3.client("cloudformation").meta.endpoint_url)

    @property
    def start_settings(self) -> StartSettings:
        """The settings with which the stack's own functions start executions."""
        return StartSettings(
            metadata_table=self.outputs["MetadataTableName"],
            state_machine_arn=self.outputs["ProcessingPipelineArn"],
            workflow_type=self.parameters["WorkflowType"],
            record_retention_days=int(self.parameters["RecordRetentionDays"]),
        )

    @cached_property
    def pace(self) -> Pace:
        """How fast a command may start executions beside the stack's own functions."""
        return Pace(int(self.parameters["MaxConcurrency"]), self.start_settings.metadata_table)

    @property
    def version(self) -> str:
        """The deployed version; empty if the stack is older than that output."""
        return self.outputs.get("Version", "")

    @property
    def has_own_contracts(self) -> bool:
        """Whether the deployed code has the same contracts as this checkout."""
        return self.outputs.get("ContractsDigest") == contracts_digest()

    def check_contracts(self) -> None:
        """Raise OperationError if the deployed code has other contracts, and may not read what this checkout writes."""
        if not self.has_own_contracts:
            raise OperationError(
                f"stack {self.name} runs {self.version or 'an unknown version'}, whose contracts differ from those of this "
                f"checkout, {version()}: check out the version that the stack runs, or deploy this checkout first"
            )

    def function(self, logical_id: str) -> str:
        """Return the name of the function with that logical ID."""
        return self.physical_id(logical_id)

    def physical_id(self, logical_id: str) -> str:
        """Return the physical ID of the resource with that logical ID."""
        found: Any = boto3.client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])


def upload_url_endpoint(outputs: dict[str, str], service_endpoint: str) -> str:
    """Return the URL of GET /upload-url: on AWS the host name identifies the API, on an emulator the path does."""
    host = urlsplit(service_endpoint).hostname or ""
    if host.endswith(AWS_DOMAINS):
        return outputs["UploadUrlEndpoint"]
    from templates.resources.addresses import STAGE
    from templates.resources.routes import GET_UPLOAD_URL  # takes a quarter of a second

    return f"{service_endpoint}/restapis/{outputs['RestApiId']}/{STAGE}/_user_request_/{GET_UPLOAD_URL.path}"


def find_stack(name: str) -> Stack:
    """Return the stack with that name; raises OperationError if there is none, or if it is not of this project."""
    cloudformation = boto3.client("cloudformation")
    description = describe(cloudformation, name)
    if not description:
        raise OperationError(
            f"there is no stack {name} in {cloudformation.meta.region_name}; name another stack with --stack"
        )
    outputs = outputs_of(description)
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in description.get("Parameters", [])}
    if "ProcessingPipelineArn" not in outputs:
        raise OperationError(f"stack {name} belongs to another project, or is not created yet: it has no state machine")
    return Stack(name, outputs, parameters)
