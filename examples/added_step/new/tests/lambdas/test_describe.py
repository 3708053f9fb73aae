"""DescribeImage: the description of an image."""

import pytest

from lambdas import describe
from tests.lambdas.account import CONTEXT, Account
from workflow import contracts


@pytest.mark.parametrize(("width", "shape"), [(900, "landscape"), (600, "square"), (300, "portrait")])
def test_description_has_format_shape_and_size(account: Account, width: int, shape: str) -> None:
    """The description has the format, the orientation and the size."""
    (validation,) = contracts.schema("validate-image.output")["examples"]
    event = {**account.begin(b"data"), "validation": {**validation, "width": width, "height": 600}}
    assert describe.handler(event, CONTEXT) == {"text": f"A JPEG in {shape} format, {width} by 600 pixels"}
