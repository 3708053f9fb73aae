"""Deploy the template: upload what is missing, then apply it by a change set. The same for AWS and the emulator.

`python -m local.deploy --stack NAME --artifacts BUCKET` deploys to AWS; it honours AWS_ENDPOINT_URL.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any
from uuid import uuid4

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from generate import render
from local.layers import VersionMismatchError, write_installed
from templates import assets


class DeploymentError(RuntimeError):
    """CloudFormation refused the template or failed to apply it; the message says what and why."""


# What a person can put right: template, packages, credentials, region, bucket, network.
FAULTS = (DeploymentError, VersionMismatchError, BotoCoreError, Boto3Error, ClientError, CalledProcessError, OSError)


@dataclass(frozen=True)
class Target:
    """Where to deploy: the clients of an account and region, and the bucket for artifacts there."""

    cloudformation: Any
    s3: Any
    bucket: str
    poll_seconds: float = 5

    @property
    def waiter(self) -> dict[str, float]:
        """How long and how often to look: half an hour at most."""
        return {"Delay": self.poll_seconds, "MaxAttempts": int(1800 / self.poll_seconds)}


def deploy(
    target: Target,
    stack: str,
    folder: Path,
    *,
    parameters: dict[str, str] | None = None,
    installed_layers: bool = False,
) -> dict[str, str]:
    """Build code and layers below folder, upload what is missing, apply the template, and return the stack's outputs.

    parameters are set anew; others keep the value that the stack has, or else the template's default.
    installed_layers takes the layers from this interpreter's packages, for an emulator that runs functions on it.
    Raises DeploymentError.
    """
    template = render()
    for path in _missing(target, folder, installed_layers=installed_layers):
        target.s3.upload_file(str(path), target.bucket, path.relative_to(folder).as_posix())
    given = {**(parameters or {}), "ArtifactBucket": target.bucket}
    _apply(target, stack, template, given)
    return outputs(target.cloudformation, stack)


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """Return the outputs of stack by name."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in found}


def _missing(target: Target, folder: Path, *, installed_layers: bool) -> Iterable[Path]:
    """Make and yield the zips that the bucket does not hold; a key names its content, so one that is there is right."""
    if not _exists(target, assets.code_key()):
        yield assets.write_code(folder)
    for layer in assets.LAYERS:
        if not _exists(target, layer.key):
            yield write_installed(layer, folder) if installed_layers else layer.write(folder)


def _exists(target: Target, key: str) -> bool:
    try:
        target.s3.head_object(Bucket=target.bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
            return False
        raise
    return True


def _upload_template(target: Target, template: str) -> str:
    """Upload template, of whatever size, and return its URL."""
    body = template.encode()
    key = f"templates/{sha256(body).hexdigest()[:32]}.json"
    target.s3.put_object(Bucket=target.bucket, Key=key, Body=body)
    return f"{target.s3.meta.endpoint_url}/{target.bucket}/{key}"


def _apply(target: Target, stack: str, template: str, given: dict[str, str]) -> None:
    """Create or update stack by a change set; a template that changes nothing is no error."""
    cloudformation = target.cloudformation
    known = _described(cloudformation, stack)
    kind = "CREATE" if known.get("StackStatus", "REVIEW_IN_PROGRESS") == "REVIEW_IN_PROGRESS" else "UPDATE"
    change_set = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"deploy-{uuid4().hex}",  # one that an interrupted deployment left is not in the way
        ChangeSetType=kind,
        TemplateURL=_upload_template(target, template),
        Parameters=_parameters(known, template, given),
        Capabilities=["CAPABILITY_IAM"],
    )["Id"]
    if _has_changes(target, stack, change_set):
        cloudformation.execute_change_set(StackName=stack, ChangeSetName=change_set)
        _await_stack(target, stack, kind)


def _parameters(known: dict[str, Any], template: str, given: dict[str, str]) -> list[dict[str, Any]]:
    """Return given, and the known stack's own value for every other parameter that both it and template have."""
    own = {one["ParameterKey"] for one in known.get("Parameters", [])}
    kept = own & set(json.loads(template)["Parameters"]) - set(given)
    return [
        *({"ParameterKey": name, "ParameterValue": value} for name, value in given.items()),
        *({"ParameterKey": name, "UsePreviousValue": True} for name in sorted(kept)),
    ]


def _described(cloudformation: Any, stack: str) -> dict[str, Any]:
    """Return what CloudFormation says of stack, nothing if there is none."""
    try:
        return dict(cloudformation.describe_stacks(StackName=stack)["Stacks"][0])
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise


def _has_changes(target: Target, stack: str, change_set: str) -> bool:
    waiter = target.cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(StackName=stack, ChangeSetName=change_set, WaiterConfig=target.waiter)
    except WaiterError as error:
        found = target.cloudformation.describe_change_set(StackName=stack, ChangeSetName=change_set)
        reason = found.get("StatusReason", "")
        target.cloudformation.delete_change_set(StackName=stack, ChangeSetName=change_set)
        if "didn't contain changes" not in reason and "No updates" not in reason:
            raise DeploymentError(f"the change set of stack {stack} failed: {reason}") from error
        return False
    return True


def _await_stack(target: Target, stack: str, kind: str) -> None:
    waiter = target.cloudformation.get_waiter(f"stack_{kind.lower()}_complete")
    try:
        waiter.wait(StackName=stack, WaiterConfig=target.waiter)
    except WaiterError as error:
        raise DeploymentError(
            f"stack {stack} failed:\n" + "\n".join(_failures(target.cloudformation, stack))
        ) from error


def _failures(cloudformation: Any, stack: str) -> Iterable[str]:
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    for event in pages.search("StackEvents[]"):
        if event["ResourceStatus"].endswith("FAILED"):
            yield f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"


def main() -> int:
    """Deploy as the command line asks; return the exit code."""
    options = _parser().parse_args()
    try:
        target = Target(boto3.client("cloudformation"), boto3.client("s3"), options.artifacts)
        given = dict(options.parameter)
        found = deploy(
            target, options.stack, options.build, parameters=given, installed_layers=options.installed_layers
        )
    except FAULTS as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    for name, value in sorted(found.items()):
        print(f"{name}: {value}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.deploy", description="Deploy the template to AWS.")
    parser.add_argument("--stack", required=True, metavar="NAME", help="name of the stack")
    parser.add_argument(
        "--artifacts", required=True, metavar="BUCKET", help="bucket for code and layers, in the same region"
    )
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="where zips are made (build)")
    parser.add_argument(
        "--parameter", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="set a parameter anew"
    )
    parser.add_argument(
        "--installed-layers", action="store_true", help="for an emulator: layers from this interpreter's packages"
    )
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
