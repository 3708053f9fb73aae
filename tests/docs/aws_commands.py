"""Commands of the AWS CLI in documents: whether AWS has such an operation, with such options."""

import re

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel

OWN = {("cloudformation", "deploy"), ("s3", "cp"), ("s3", "mb"), ("s3", "sync")}  # of the AWS CLI, and of no API
EVERYWHERE = {"query", "output", "max-items"}  # options that the AWS CLI has for every command


def check(service: str, operation: str, rest: str) -> None:
    """Fail if the command has an option that AWS does not know, or lacks one that it must have; rest is its options."""
    if (service, operation) in OWN:
        return
    options = set(re.findall(r"(?<=\s)--([a-z-]+)", rest)) - EVERYWHERE
    model = _operation(service, operation)
    members = (
        {xform_name(name, "-"): shape for name, shape in model.input_shape.members.items()} if model.input_shape else {}
    )
    negated = {f"no-{name}" for name, shape in members.items() if shape.type_name == "boolean"}
    assert options <= members.keys() | negated
    required = model.input_shape.required_members if model.input_shape else []
    assert {xform_name(name, "-") for name in required} <= options


def _operation(service: str, operation: str) -> OperationModel:
    model = botocore.session.get_session().get_service_model("s3" if service == "s3api" else service)
    return model.operation_model(next(name for name in model.operation_names if xform_name(name, "-") == operation))
