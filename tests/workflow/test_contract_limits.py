"""The bounds of names in the contracts are those of what makes the names: neither shorter nor longer."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.session
import pytest

from lambdas.domain import executions, object_keys, objects
from lambdas.domain.step_handler import IDENTIFIER
from workflow import contracts
from workflow.contracts.errors import ContractViolation
from workflow.contracts.payloads import Image

DEFINITIONS: dict[str, Any] = contracts.schema("common")["$defs"]
LONGEST_OWNER = "o" * DEFINITIONS["owner"]["maxLength"]


def longest_of_service(shape: str) -> int:
    """Return the longest value of a shape in the model of Step Functions, in characters."""
    model = botocore.session.get_session().get_service_model("stepfunctions")
    longest: int = model.shape_for(shape).metadata["max"]
    return longest


def longest(name: str) -> int:
    """Return the longest value of a definition of the contracts, in characters."""
    found: int = DEFINITIONS[name]["maxLength"]
    return found


@pytest.mark.parametrize(("name", "shape"), [("execution", "Name"), ("failedIn", "StateName")])
def test_names_are_as_long_as_in_step_functions(name: str, shape: str) -> None:
    """The names of executions and states are as long as Step Functions allows, and no longer."""
    assert longest(name) == longest_of_service(shape)


def image(attempt: int) -> Image:
    """Return an image with names that are as long as their contract allows."""
    image_id = str(uuid4())
    return {
        "imageId": image_id,
        "owner": LONGEST_OWNER,
        "bucket": "b" * longest("bucket"),
        "key": object_keys.upload_key(LONGEST_OWNER, image_id),
        "versionId": "v" * longest("versionId"),
        "attempt": attempt,
    }


def test_the_last_attempt_has_a_name() -> None:
    """The last attempt at an image with the longest names has a name that Step Functions accepts and logs show."""
    last = image(DEFINITIONS["attempt"]["maximum"])
    name = executions.name(last)
    assert len(name) <= longest_of_service("Name")
    assert IDENTIFIER.fullmatch(name)
    assert executions.image_id(name) == last["imageId"]


@pytest.mark.parametrize("name", ["resized-65535.webp", "thumbnail.webp", "original.tiff"])
def test_the_longest_keys_keep_their_contracts(name: str) -> None:
    """The keys of an image with the longest names are within the contracts of archived and staged objects."""
    last = image(DEFINITIONS["attempt"]["maximum"])
    execution = executions.name(last)
    assert len(object_keys.archive_folder(last, execution) + name) <= longest_archived()
    staged = contracts.schema("generate-thumbnail.output")["properties"]["key"]["maxLength"]
    assert len(object_keys.staged_folder(execution) + name) <= staged


def longest_archived() -> int:
    """Return the longest key of an archived object, in characters."""
    found: int = DEFINITIONS["archivedObject"]["properties"]["key"]["maxLength"]
    return found


def test_an_image_id_is_a_uuid() -> None:
    """An image id is as long as the identifiers that the server makes, and nothing longer or shorter keeps the contract."""
    one = str(uuid4())
    assert longest("imageId") == len(one)
    contract = "validate-image.input"
    event = contracts.schema(contract)["examples"][0]
    contracts.check(contract, {**event, "image": {**event["image"], "imageId": one}})
    for wrong in (one[:-1], f"{one}0"):
        with pytest.raises(ContractViolation):
            contracts.check(contract, {**event, "image": {**event["image"], "imageId": wrong}})


def test_a_file_name_is_as_long_as_a_file_system_allows(tmp_path: Path) -> None:
    """The longest name of a file is accepted, and a longer one, which no file can have, is not."""
    (tmp_path / ("x" * objects.MAX_FILENAME)).touch()
    with pytest.raises(OSError, match="too long"):
        (tmp_path / ("x" * (objects.MAX_FILENAME + 1))).touch()
    assert longest("filename") == objects.MAX_FILENAME  # characters of one byte each
