"""The steps that process an image, one after another, without AWS."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from unittest import mock

from PIL import Image

from lambdas import metadata, resize, thumbnail, validate
from lambdas.runtime import clients
from lambdas.runtime.sandbox import client
from lambdas.runtime.sandbox.bounds import BOUNDS
from tests.patience import PATIENCE
from workflow import contracts
from workflow.contracts.errors import ImageRejected

IMAGE = "image"  # the outcome of a file that all steps have processed

STEPS: dict[str, Callable[[dict[str, Any], object], dict[str, Any]]] = {
    "validate-image": validate.handler,
    "extract-metadata": metadata.handler,
    "resize-image": resize.handler,
    "generate-thumbnail": thumbnail.handler,
}


@dataclass(frozen=True)
class Context:
    """The fields of Lambda's context that the steps read."""

    aws_request_id: str = "6f0e5f3c-5b0f-4d57-a1b5-0f3f1f0d4f11"


class Records:
    """DynamoDB as the steps use it: every condition holds, and nothing is deleted."""

    def get_item(self, **_: object) -> dict[str, Any]:
        """Return no record."""
        return {}

    def put_item(self, **_: object) -> dict[str, Any]:
        """Accept a record."""
        return {}

    def update_item(self, **_: object) -> dict[str, Any]:
        """Accept a change of a record."""
        return {}


@dataclass(frozen=True)
class Store:
    """S3 as the steps use it: one upload, and what they stage."""

    upload: bytes
    staged: list[bytes] = field(default_factory=list)

    def get_object(self, **_: object) -> dict[str, Any]:
        """Return the upload."""
        return {"Body": BytesIO(self.upload), "ContentLength": len(self.upload), "Metadata": {}}

    def put_object(self, *, Body: bytes, **_: object) -> None:  # noqa: N803 - S3's name
        """Keep what is staged."""
        self.staged.append(Body)


def passed(data: bytes) -> str:
    """Keep a staged object."""
    store = Store(data)
    with (
        mock.patch.object(clients, "s3", return_value=store),
        mock.patch.object(clients, "dynamodb", Records),
        # On a busy machine the clock would come before the processor time, which is to decide.
        mock.patch.object(client, "BOUNDS", replace(BOUNDS, time=PATIENCE)),
    ):
        try:
            for contract, step in STEPS.items():
                step(contracts.schema(f"{contract}.input")["examples"][0], Context())
        except ImageRejected as rejected:
            contracts.check("rejection", {"reason": rejected.reason, "message": rejected.message})
            return rejected.reason
    for rendition in store.staged:
        Image.open(BytesIO(rendition)).load()
    return IMAGE
