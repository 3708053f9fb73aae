"""What an upload URL is good for: one file, by its owner, for a short while, at the bucket's own host."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.domain import object_keys, objects
from lambdas.get_upload_url import handler
from lambdas.runtime import clients
from tests.effort import times
from tests.fake_aws.account import OWNER, UPLOAD_BUCKET
from tests.fake_aws.session import shared_session
from tests.lambdas.account import CONTEXT, URL_SETTINGS
from tests.lambdas.url_requests import DIGEST, granted_url, query_parameters, request_url, url_request
from tests.lambdas.url_requests import PARAMETERS as ASKED

ANOTHER = "0d6a3c7e-1f52-4d8b-b1c4-7e3f9a2b5c60"  # somebody else

pytestmark = pytest.mark.usefixtures("account")


@pytest.mark.parametrize("checksum", [{}, {"sha256": DIGEST}], ids=["plain", "with a checksum"])
def test_signature_covers_every_header(checksum: dict[str, str]) -> None:
    """Type, exact length, file name and checksum are signed, so that nothing else can be put in the file's place."""
    body = granted_url(**checksum)
    signed = set(query_parameters(body)["X-Amz-SignedHeaders"].split(";"))
    assert signed == {"host", *(name.lower() for name in body["headers"])}
    assert {"content-type", "content-length", "x-amz-meta-filename"} <= signed
    assert ("x-amz-checksum-sha256" in signed) == bool(checksum)


def test_headers_are_those_of_the_request() -> None:
    """Length and type are those of the request, and the checksum is the same digest in S3's encoding."""
    headers = granted_url(sha256=DIGEST)["headers"]
    assert (headers["Content-Type"], headers["Content-Length"]) == (ASKED["contentType"], ASKED["size"])
    assert b64decode(headers["x-amz-checksum-sha256"]).hex() == DIGEST


def test_url_expires_at_the_time_in_the_response() -> None:
    """The URL is valid for the configured time, and the response has the time of its expiry."""
    body = granted_url()
    assert int(query_parameters(body)["X-Amz-Expires"]) == URL_SETTINGS.url_expiry_seconds
    signed_at = datetime.strptime(query_parameters(body)["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
    expires_at = datetime.fromisoformat(body["expiresAt"])
    assert abs(expires_at - signed_at - timedelta(seconds=URL_SETTINGS.url_expiry_seconds)) <= timedelta(seconds=1)
    assert expires_at > datetime.now(UTC)


def test_owner_is_the_caller() -> None:
    """The key is of the signed-in user, regardless of any user in the parameters."""
    owner = "another-user"
    status, body = request_url({**ASKED, "owner": OWNER, "sub": OWNER}, owner=owner)
    assert status == 200
    assert object_keys.parse_upload_key(body["key"]) == (owner, body["imageId"])


# What a user may try to reach another's objects with, in each parameter that is read and in some that are not.
OTHERS = [
    ANOTHER,
    object_keys.upload_key(ANOTHER, "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"),
    f"../{ANOTHER}/0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10",
    f"%2e%2e%2f{ANOTHER}",
]
PARAMETERS = [*ASKED, "sha256", "owner", "sub", "key", "Key", "imageId", "bucket", "prefix", "versionId"]


@pytest.mark.parametrize("value", OTHERS[:: times(3, 1)])
@pytest.mark.parametrize("name", PARAMETERS)
def test_no_user_reaches_objects_of_another(name: str, value: str) -> None:
    """With another user's name in any parameter, the request is refused or the URL is for a new key of the caller."""
    status, body = request_url({**ASKED, name: value})
    if status == 200:
        assert body["key"] == object_keys.upload_key(OWNER, body["imageId"])
        assert urlsplit(body["uploadUrl"]).path == f"/{body['key']}"
        assert body["imageId"] not in value
    else:
        assert (status, body["field"]) == (400, name)


def test_only_the_token_identifies_the_user() -> None:
    """Neither a header nor another claim stands for the user."""
    asked = url_request(ASKED)
    asked["headers"] |= {"sub": ANOTHER, "x-user": ANOTHER}
    asked["pathParameters"] = {"owner": ANOTHER}
    asked["requestContext"]["authorizer"]["claims"] |= {"cognito:username": ANOTHER, "email": f"{ANOTHER}@example.com"}
    answer = handler(asked, CONTEXT)
    assert answer["statusCode"] == 200
    assert OWNER in answer["body"]
    assert ANOTHER not in answer["body"]


def test_without_a_user_there_is_no_url() -> None:
    """Without the claims of the authorizer, nothing is signed."""
    asked = url_request(ASKED)
    del asked["requestContext"]["authorizer"]
    with pytest.raises(KeyError):
        handler(asked, CONTEXT)


def test_signature_is_for_one_key() -> None:
    """Two URLs differ in signature, so that one's cannot be used for the other's key; no part of them is optional."""
    first, second = query_parameters(granted_url()), query_parameters(granted_url())
    assert first["X-Amz-Signature"] != second["X-Amz-Signature"]
    assert {name for name in first if not name.startswith("X-Amz-")} <= {"x-id"}


@settings(max_examples=times(15, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.sampled_from("./\\%?#&=+: ~é\u200d\u200f"), min_size=1, max_size=40))
def test_a_file_name_is_no_path(name: str) -> None:
    """No special character of a file name gets into the key or breaks a header."""
    body = granted_url(filename=name)
    assert urlsplit(body["uploadUrl"]).path == f"/{object_keys.upload_key(OWNER, body['imageId'])}"
    assert body["headers"][f"x-amz-meta-{objects.FILENAME}"].isprintable()


HOSTS = {
    "us-east-1": "s3.us-east-1.amazonaws.com",
    "eu-central-1": "s3.eu-central-1.amazonaws.com",
    "cn-north-1": "s3.cn-north-1.amazonaws.com.cn",
    "us-gov-west-1": "s3.us-gov-west-1.amazonaws.com",
}


@pytest.mark.parametrize("region", HOSTS)
def test_url_has_the_regional_host_of_the_bucket(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    """In every partition a browser is not redirected, which would break its upload."""
    clients.dynamodb()  # stays in the region of the table
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", shared_session(region))
    clients.s3.cache_clear()
    body = granted_url()
    url = urlsplit(body["uploadUrl"])
    assert (url.scheme, url.hostname, url.port) == ("https", f"{UPLOAD_BUCKET}.{HOSTS[region]}", None)
    assert f"/{region}/s3/aws4_request" in query_parameters(body)["X-Amz-Credential"]
