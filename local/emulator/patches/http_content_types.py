"""The content type of responses is found without a session of the AWS SDK.

AWS: The content type of a response depends on the protocol of the service.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html

ministack: To find the protocol, each service creates a session of the SDK, which takes 30 ms of processor time.

Patched: The protocol is read from the data of the SDK, with one loader for all services.

Upstream: No report found.
"""

from functools import cache
from typing import Any, NamedTuple

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from local.emulator.patch import SourcePatch


class Description(NamedTuple):
    """The part of a botocore service model that ministack reads to find the content type."""

    metadata: dict[str, Any]


@cache
def described_service(name: str) -> Description | None:
    """Return the description of a service in the SDK; None if the SDK does not have the service."""
    try:
        return Description(_loader().load_service_model(name, "service-2")["metadata"])
    except UnknownServiceError:
        return None


@cache
def _loader() -> Loader:
    return Loader()


_METADATA = SourcePatch(
    module="ministack.core.responses",
    name="_expected_envelope_content_type",
    found="model = _service_model(service)",
    replacement="model = described_service(_BOTOCORE_NAME.get(service, service))",
    helpers=(described_service,),
)
PATCHES = (_METADATA,)
