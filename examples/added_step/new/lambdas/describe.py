"""DescribeImage: the picture in words."""

from typing import Any

from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import StepSettings


@step_handler("describe-image", StepSettings, found_as="description")
def handler(event: dict[str, Any], _: StepSettings) -> dict[str, Any]:
    """Return what can be said of a picture without looking at it."""
    width, height = event["validation"]["width"], event["validation"]["height"]
    shape = "square" if width == height else "landscape" if width > height else "portrait"
    return {"text": f"A {event['validation']['format']} in {shape} format, {width} by {height} pixels"}
