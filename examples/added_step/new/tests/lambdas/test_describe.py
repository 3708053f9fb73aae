"""DescribeImage: what is said of a picture."""

import pytest

from lambdas import describe
from tests.lambdas.account import CONTEXT, Account
from workflow import contracts


@pytest.mark.parametrize(("width", "shape"), [(900, "landscape"), (600, "square"), (300, "portrait")])
def test_shape_is_told(bench: Account, width: int, shape: str) -> None:
    """The words name the format, which way the picture lies, and its size."""
    (validation,) = contracts.schema("validate-image.output")["examples"]
    event = {**bench.begun(b"data"), "validation": {**validation, "width": width, "height": 600}}
    assert describe.handler(event, CONTEXT) == {"text": f"A JPEG in {shape} format, {width} by 600 pixels"}
