"""DescribeImage: the image in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from lambdas.domain.step_handler import StepInput, step_handler
from lambdas.runtime.settings import StepSettings

if TYPE_CHECKING:
    from workflow.contracts.payloads import ValidateImageOutput

# `make docs` generates these two from the contracts as well: workflow.contracts.payloads then has DescribeImageInput.


class Input(StepInput):
    """The contract `describe-image.input`."""

    validation: ValidateImageOutput


class Output(TypedDict):
    """The contract `describe-image.output`."""

    text: str


@step_handler("describe-image", StepSettings, stored_as="description")
def handler(event: Input, _: StepSettings) -> Output:
    """Return a description of an image from its properties alone."""
    found = event["validation"]
    width, height = found["width"], found["height"]
    shape = "square" if width == height else "landscape" if width > height else "portrait"
    return {"text": f"A {found['format']} in {shape} format, {width} by {height} pixels"}
