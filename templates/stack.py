"""The whole template: every resource, the tags, the suppressions and the outputs."""

import json
from typing import Any

from troposphere import AWSObject, Output, Ref, Sub, Tags, Template

from templates.parameters import add_parameters
from templates.refusals.check import check_template
from templates.release import contracts_digest, version
from templates.resources.addresses import API_URL, WEB_URL
from templates.resources.alarms import add_alarms
from templates.resources.api import add_api
from templates.resources.audit import add_audit
from templates.resources.dashboard import add_dashboard
from templates.resources.deletion import add_deletion
from templates.resources.finalization import add_finalization
from templates.resources.functions import TRIGGER_TIMEOUT, add_api_functions, add_steps, sqs_trigger
from templates.resources.imports import add_imports
from templates.resources.lambda_function import add_function, add_layers
from templates.resources.messaging import add_messaging
from templates.resources.operations_topic import add_operations_topic
from templates.resources.routes import GET_UPLOAD_URL
from templates.resources.sign_in import add_sign_in
from templates.resources.state_machine import add_state_machine, add_trigger
from templates.resources.storage import add_storage
from templates.resources.sweep import add_sweep
from templates.resources.web_page import add_web_page
from templates.suppressions import add_suppressions

PROJECT = {
    "Project": "quantum-image-processor"
}  # the tag of every resource; CloudFormation adds one with the name of the stack


def build() -> Template:
    """Return the template of the whole stack."""
    template = Template(
        Description="Quantum Image Processor: uploads validated, described, resized, archived, announced"
    )
    template.set_version("2010-09-09")
    add_parameters(template)
    storage = add_storage(template)
    messaging = add_messaging(template, storage.upload_bucket, TRIGGER_TIMEOUT)
    add_layers(template)
    steps = add_steps(template, storage)
    pipeline = add_state_machine(template, steps, storage.table, messaging.topic)
    trigger = add_function(template, sqs_trigger(storage, messaging.queue, pipeline))
    add_trigger(template, trigger, messaging.queue)
    add_finalization(template, storage, messaging, pipeline)
    add_sweep(template, storage, messaging, pipeline)
    add_imports(template, storage, pipeline)
    add_audit(template, storage)
    pool = add_sign_in(template)
    functions = add_api_functions(template, storage) | add_deletion(template, storage, messaging)
    add_api(template, functions, pool, add_web_page(template, storage, pool))
    add_alarms(template, add_operations_topic(template))
    add_dashboard(template)
    for resource in template.resources.values():
        _tag(resource)
    add_suppressions(template)
    _add_outputs(template)
    return template


def _tag(resource: AWSObject) -> None:
    """Tag resource, if its type has tags."""
    if "Tags" in resource.props:
        resource.Tags = Tags(PROJECT)
    elif "UserPoolTags" in resource.props:
        resource.UserPoolTags = PROJECT


def _add_outputs(template: Template) -> None:
    """Add the outputs for clients and operators."""
    outputs: dict[str, tuple[str, Any]] = {
        "ApiEndpoint": ("URL of the API for signed-in users, without a path", Sub(API_URL)),
        "UploadUrlEndpoint": (
            "URL that returns upload URLs to signed-in users",
            Sub(f"{API_URL}/{GET_UPLOAD_URL.path}"),
        ),
        "UserPoolId": ("User pool of the users who may upload", Ref("UserPool")),
        "UserPoolClientId": ("User pool client for sign-in", Ref("UserPoolClient")),
        "RestApiId": ("REST API", Ref("RestApi")),
        "UploadBucketName": ("Bucket for uploads", Ref("UploadBucket")),
        "ArchiveBucketName": ("Bucket for archived images", Ref("ArchiveBucket")),
        "MetadataTableName": ("Table with the record of each image", Ref("MetadataTable")),
        "ProcessingQueueUrl": ("Queue of events for the pipeline", Ref("ProcessingQueue")),
        "DeadLetterQueueUrl": ("Dead-letter queue", Ref("DeadLetterQueue")),
        "NotificationTopicArn": ("Topic for notifications of final statuses", Ref("NotificationTopic")),
        "OperationsTopicArn": ("Topic for notifications of alarms", Ref("OperationsTopic")),
        "ProcessingPipelineArn": ("State machine", Ref("ProcessingPipeline")),
        "ImportPipelineArn": ("State machine of imports", Ref("ImportPipeline")),
        "AuditPipelineArn": ("State machine of audits", Ref("AuditPipeline")),
        "InventoryBucketName": ("Bucket for inventories of uploads", Ref("InventoryBucket")),
        "DashboardName": ("CloudWatch dashboard", Ref("Dashboard")),
        "Version": ("Deployed version of the project, and a digest of code and layers", version()),
        "ContractsDigest": (
            "Digest of the contracts; operations compares it with its own",
            contracts_digest(),
        ),
    }
    for name, (meaning, value) in outputs.items():
        template.add_output(Output(name, Description=meaning, Value=value))
    template.add_output(
        Output("WebPageUrl", Description="URL of the web page", Value=Sub(WEB_URL), Condition="HasWebPage")
    )


SECTIONS = ["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Conditions", "Resources", "Outputs"]


def render() -> str:
    """Return the template as JSON text, a line a resource, so that changes show.

    Raises TemplateRefusedError if AWS would refuse it.
    """
    template = build().to_dict()
    sections = (f" {json.dumps(name)}: {_section(template[name])}" for name in sorted(template, key=SECTIONS.index))
    text = "{\n" + ",\n".join(sections) + "\n}\n"
    check_template(text)
    return text


def _section(content: Any) -> str:
    if not isinstance(content, dict):
        return json.dumps(content)
    entries = (f"  {json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in content.items())
    return "{\n" + ",\n".join(entries) + "\n }"
