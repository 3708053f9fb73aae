"""The content types of the emulator's responses."""

import botocore.session
import pytest

from local.emulator.patches.http_content_types import described_service
from tests.local.account import Account


@pytest.mark.share(1)
@pytest.mark.parametrize("service", ["apigateway", "s3", "sns", "stepfunctions"])
def test_description_is_that_of_the_sdk(service: str) -> None:
    """The metadata of a service are the same as in a session of the SDK."""
    described = described_service(service)
    assert described
    assert described.metadata == botocore.session.get_session().get_service_model(service).metadata


def test_unknown_service_has_no_description() -> None:
    """A service that the SDK does not have has no description."""
    assert described_service("nobody") is None


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("service", "call", "expected"),
    [
        ("sns", "list_topics", "text/xml"),
        ("sqs", "list_queues", "application/x-amz-json-1.0"),
        ("s3", "list_buckets", "application/xml"),
        ("apigateway", "get_rest_apis", "application/json"),
    ],
)
def test_response_has_the_content_type_of_the_protocol(
    account: Account, service: str, call: str, expected: str
) -> None:
    """The content type of a response is that of the service's protocol."""
    response = getattr(account.client(service), call)()
    assert response["ResponseMetadata"]["HTTPHeaders"]["content-type"] == expected
