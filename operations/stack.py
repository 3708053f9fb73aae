"""The stack that is operated: its resources, as CloudFormation tells them, whether on AWS or on a laptop."""

from dataclasses import dataclass
from typing import Any

import boto3

from lambdas.runtime.settings import StartSettings
from operations.cloudformation.stacks import describe
from operations.errors import OperationError
from templates.release import contracts_digest, version

DEFAULT_STACK = "quantum-image-processor"


@dataclass(frozen=True)
class Stack:
    """A stack by its outputs and parameters; the functions' clients reach it where boto3's own settings say."""

    name: str
    outputs: dict[str, str]
    parameters: dict[str, str]

    @property
    def upload_bucket(self) -> str:
        """The bucket where uploads arrive."""
        return self.outputs["UploadBucketName"]

    @property
    def dead_letters(self) -> str:
        """The URL of the queue where failed messages end."""
        return self.outputs["DeadLetterQueueUrl"]

    @property
    def starting(self) -> StartSettings:
        """What starts executions, as the stack's own functions have it."""
        return StartSettings(
            metadata_table=self.outputs["MetadataTableName"],
            state_machine_arn=self.outputs["ProcessingPipelineArn"],
            workflow_type=self.parameters["WorkflowType"],
            record_retention_days=int(self.parameters["RecordRetentionDays"]),
        )

    @property
    def version(self) -> str:
        """What is deployed; nothing if the template did not say so yet."""
        return self.outputs.get("Version", "")

    @property
    def has_own_contracts(self) -> bool:
        """Whether the deployed code and this checkout agree on what payloads and records look like."""
        return self.outputs.get("ContractsDigest") == contracts_digest()

    def check_contracts(self) -> None:
        """Raise OperationError if the deployed code may not understand what this checkout writes."""
        if not self.has_own_contracts:
            raise OperationError(
                f"stack {self.name} runs {self.version or 'an unknown version'}, whose contracts are not those of this "
                f"checkout, {version()}: check out what the stack runs, or deploy this checkout first"
            )

    def function(self, logical_id: str) -> str:
        """Return the name of the stack's function with that logical ID."""
        found: Any = boto3.client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])


def find_stack(name: str) -> Stack:
    """Return the stack called name; raises OperationError if there is none."""
    cloudformation = boto3.client("cloudformation")
    told = describe(cloudformation, name)
    if not told:
        raise OperationError(
            f"there is no stack {name} in {cloudformation.meta.region_name}; name another with --stack"
        )
    outputs = {output["OutputKey"]: output["OutputValue"] for output in told.get("Outputs", [])}
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in told.get("Parameters", [])}
    if "ProcessingPipelineArn" not in outputs:
        raise OperationError(f"stack {name} is none of this project, or not there yet: it has no state machine")
    return Stack(name, outputs, parameters)
