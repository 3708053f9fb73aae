"""The checker's table of AWS's services, which pages/services.py makes from botocore's models."""

import botocore
from botocore.loaders import Loader

from asl.check.service_models import MapOf, Structure, service, version
from pages.services import compact


def test_table_is_of_the_installed_models() -> None:
    """The table was made from the botocore that is installed: after an upgrade, `make models` makes it anew."""
    assert version() == botocore.__version__


def test_table_has_operations_and_shapes() -> None:
    """Each operation of a model is in the table, with the members, types and required members of its shapes."""
    model = Loader().load_service_model("sqs", "service-2")
    table = service("sqs")
    assert table is not None
    assert set(table.operations) == set(model["operations"])
    request = table.kind(table.operations["SendMessage"][0])
    assert isinstance(request, Structure)
    assert request.required == {"QueueUrl", "MessageBody"}
    assert request.members["DelaySeconds"] == "i"
    assert isinstance(table.kind(request.members["MessageAttributes"]), MapOf)


def test_token_that_an_sdk_fills_in_is_not_required() -> None:
    """A required member that an SDK fills in is not required of a request; a shape may refer to itself."""
    shapes = {
        "In": {
            "type": "structure",
            "required": ["Token", "Name"],
            "members": {
                "Token": {"shape": "Text", "idempotencyToken": True},
                "Name": {"shape": "Text"},
                "In": {"shape": "Ins"},
            },
        },
        "Ins": {"type": "list", "member": {"shape": "In"}},
        "Text": {"type": "string"},
    }
    made = compact({"shapes": shapes, "operations": {"Do": {"input": {"shape": "In"}}}})
    assert made == {"o": {"Do": [0, None]}, "s": [[{"Token": "t", "Name": "t", "In": 1}, ["Name"]], [0]]}
