"""GET /upload-url: a URL for exactly the announced file, or a 400 that names the parameter."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from unicodedata import bidirectional, category
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.formats import CONTENT_TYPES, FORMATS
from lambdas.domain import object_keys, objects
from lambdas.domain.objects import MAX_FILENAME
from tests.effort import times
from tests.fake_aws.account import OWNER, UPLOAD_BUCKET
from tests.lambdas.account import MAX_BYTES, Account
from tests.lambdas.url_requests import DATA, DIGEST, PARAMETERS, granted_url, put_object, request_url

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

pytestmark = pytest.mark.usefixtures("account")


def test_uploaded_object_has_the_granted_key_and_type(account: Account) -> None:
    """An upload with the URL and headers of the response is stored under the granted key with its type."""
    body = granted_url()
    put_object(body)
    assert account.content(UPLOAD_BUCKET, body["key"]) == DATA
    assert account.content_type(UPLOAD_BUCKET, body["key"]) == PARAMETERS["contentType"]


# By Unicode's properties: control characters, line separators, and embeddings, overrides and isolates.
REFUSED_CATEGORIES = {"Cc", "Zl", "Zp"}
REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
REFUSED_CHARACTERS = [
    one
    for one in map(chr, range(0x10000))  # there are none behind the basic plane
    if category(one) in REFUSED_CATEGORIES or bidirectional(one) in REORDERING
]
NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=REFUSED_CHARACTERS), min_size=1, max_size=MAX_FILENAME
).filter(lambda name: len(name.encode()) <= MAX_FILENAME)


@settings(max_examples=times(20, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
def test_any_file_name_is_preserved(name: str) -> None:
    """A file name with any characters that are not refused is unchanged after URL, header and storage."""
    body = granted_url(filename=name)
    image: Image = {
        "imageId": body["imageId"],
        "owner": OWNER,
        "bucket": UPLOAD_BUCKET,
        "key": body["key"],
        "versionId": put_object(body),
    }
    assert objects.read_upload(image, MAX_BYTES).filename == name


@pytest.mark.parametrize(
    "name",
    [
        "a b.jpg",
        "a+b%20.jpg",
        "quo\"te's.png",
        "Füße.jpeg",
        "写真.heic",
        "📷.png",
        "../../etc/passwd",
        "a\u200f\u200db",
        "é" * 127,
    ],
)
def test_a_key_holds_nothing_of_the_file_name(name: str) -> None:
    """The key is the owner's and the image's, and nothing else: a file name is data, never a path."""
    body = granted_url(filename=name)
    assert body["key"] == object_keys.upload_key(OWNER, body["imageId"])
    assert urlsplit(body["uploadUrl"]).path == f"/{body['key']}"


def test_every_url_is_for_a_new_image() -> None:
    """The same request twice gives two images."""
    assert granted_url()["imageId"] != granted_url()["imageId"]


@pytest.mark.parametrize("size", [1, MAX_BYTES])
def test_sizes_up_to_the_limit_are_granted(size: int) -> None:
    """The limit itself is allowed."""
    assert granted_url(size=str(size))["headers"]["Content-Length"] == str(size)


MARK = "a-value-that-no-response-may-hold"


def refusals() -> Iterator[tuple[str, str, str]]:
    """Yield parameter, bad value and the code it is refused with."""
    yield from ((name, "", "MISSING") for name in PARAMETERS)
    yield from (("filename", bad, "INVALID") for bad in ("x" * (MAX_FILENAME + 1), "é" * MAX_FILENAME))
    yield from (("filename", f"a{bad}", "INVALID") for bad in (*REFUSED_CHARACTERS, "\r\nb", "\ud800"))
    yield from (
        ("contentType", bad, "UNSUPPORTED_CONTENT_TYPE") for bad in (MARK, "image/svg+xml", "IMAGE/JPEG", "image")
    )
    yield from (("size", bad, "INVALID") for bad in (MARK, "-1", "1.5", "1e3", " 5", "٣", "²", "0x10"))
    yield from (("size", bad, "TOO_MANY_BYTES") for bad in (str(MAX_BYTES + 1), "9" * 15, "9" * 400))
    yield ("size", "0", "EMPTY")
    yield from (
        ("focus", bad, "INVALID") for bad in ("", MARK, "0.5", "0.5,1.1", "0.5,-0.1", "0.12345,0", "0.5, 0.5", "1,1,1")
    )
    yield from (("sha256", bad, "INVALID") for bad in ("", MARK, DIGEST.upper(), DIGEST[1:], DIGEST + "\n", "g" * 64))


@pytest.mark.parametrize(("field", "value", "reason"), list(refusals())[:: times(4, 1)])
def test_a_bad_parameter_is_named_and_not_repeated(field: str, value: str, reason: str) -> None:
    """A response 400 has the parameter, a stable code and the requirement, but not the value."""
    status, body = request_url({**PARAMETERS, field: value})
    assert (status, body["field"], body["reason"]) == (400, field, reason)
    assert body["detail"].startswith(field)
    assert len(value) < 6 or value not in body["detail"]


@pytest.mark.parametrize("focus", ["0.31,0.6", "0,1", "1.0,0.0001"])
def test_a_focal_point_goes_with_the_upload(focus: str) -> None:
    """It is signed as object metadata, from where the thumbnail's step reads it."""
    body = granted_url(focus=focus)
    assert body["headers"]["x-amz-meta-focus"] == focus
    image: Image = {
        "imageId": body["imageId"],
        "owner": OWNER,
        "bucket": UPLOAD_BUCKET,
        "key": body["key"],
        "versionId": put_object(body),
    }
    x, y = map(float, focus.split(","))
    assert objects.read_upload(image, MAX_BYTES).focus == (x, y)


@pytest.mark.share(2)
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_type_whose_format_is_off_is_refused(content_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No URL is signed for an upload that would be rejected; the message names the types that are accepted."""
    off = CONTENT_TYPES[content_type].name
    monkeypatch.setenv("ENABLED_FORMATS", ",".join(name for name in FORMATS if name != off))
    status, body = request_url({**PARAMETERS, "contentType": content_type})
    assert (status, body["field"], body["reason"]) == (400, "contentType", "FORMAT_DISABLED")
    accepted = body["detail"].partition(": ")[2].rstrip(".").split(", ")
    assert accepted == [found.content_type for name, found in FORMATS.items() if name != off]
    for other in accepted:
        granted_url(contentType=other)


@pytest.mark.parametrize("field", PARAMETERS)
def test_a_missing_parameter_is_named(field: str) -> None:
    """If a required parameter is missing, the response names it."""
    status, body = request_url({name: value for name, value in PARAMETERS.items() if name != field})
    assert (status, body["field"], body["reason"]) == (400, field, "MISSING")


def test_no_parameters_are_a_bad_request() -> None:
    """API Gateway sends null for no parameters."""
    status, body = request_url(None)
    assert status == 400
    assert body["field"] in PARAMETERS


@given(name=st.sampled_from(sorted({*PARAMETERS, "sha256"})), value=st.text(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_is_granted_or_refused(name: str, value: str) -> None:
    """For any parameters, the response is a grant or names the wrong parameter, and never repeats its value."""
    status, body = request_url({**PARAMETERS, name: MARK + value})
    assert status == 200 or body["field"] == name
    assert status == 200 or MARK not in json.dumps(body)
