"""What a source has, by what S3 answers: archived objects, a limit, sizes that are not known, and refusals."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.domain.import_sources import Accepted, Listed, Reason
from lambdas.runtime import clients
from operations.imports.counting import Count, count
from operations.imports.errors import SourceError
from operations.imports.sources import Source

ACCEPTED = Accepted(frozenset({"JPEG"}), 1000)
ONE = {"kind": "ONE", "owner": "anna"}
ASKED = {"Bucket": "a-bucket", "Prefix": "2019/", "OptionalObjectAttributes": ["RestoreStatus"]}
COPY = {"IsRestoreInProgress": False, "RestoreExpiryDate": datetime(2026, 12, 24, tzinfo=UTC)}


@pytest.fixture
def s3() -> Iterator[Stubber]:
    """Give S3's answers, which are as its documentation has them."""
    with Stubber(clients.s3()) as stubber:
        yield stubber


def _count(source: Source, limit: int = 100) -> Count:
    return count(source, ONE, ACCEPTED, limit, lambda _: None)


def test_archived_objects_of_a_listing_are_skipped(s3: Stubber) -> None:
    """S3 says of each object whether a copy of it was restored, if it is asked: one whose copy is on its way is skipped."""
    states: list[dict[str, Any]] = [
        {"StorageClass": "GLACIER"},
        {"StorageClass": "DEEP_ARCHIVE", "RestoreStatus": {"IsRestoreInProgress": True}},
        {"StorageClass": "GLACIER", "RestoreStatus": COPY},
        {"StorageClass": "GLACIER_IR"},
    ]
    contents = [{"Key": f"2019/{number}.jpg", "Size": 3, **state} for number, state in enumerate(states)]
    s3.add_response("list_objects_v2", {"Contents": contents, "IsTruncated": False}, ASKED)
    found = _count(Source("a-bucket", "2019/"))
    assert (found.images, found.size, found.looks) == (2, 6, 2)
    assert found.examples == {Reason.NOT_RESTORED: ["2019/0.jpg", "2019/1.jpg"]}


def test_a_bucket_that_may_not_be_listed(s3: Stubber) -> None:
    """A refusal that lasts is a sentence. One that may pass is not called a wrong source."""
    s3.add_client_error("list_objects_v2", "AccessDenied")
    with pytest.raises(SourceError, match="these credentials may not list it"):
        _count(Source("a-bucket", "2019/"))
    s3.add_client_error("list_objects_v2", "SlowDown")
    with pytest.raises(ClientError, match="SlowDown"):
        _count(Source("a-bucket", "2019/"))


def test_no_more_is_counted_than_is_imported() -> None:
    """A limit bounds the objects, of which a list has those that are skipped, too."""
    source = Source("a-bucket", lines=(("1.jpg", "", ""), ("notes.txt", "", ""), ("2.jpg", "", "")))
    found = _count(source, 2)
    assert (found.images, found.skipped, found.looks) == (1, {Reason.UNSUPPORTED: 1}, 0)
    assert _count(source).images == 2


def test_a_size_that_is_not_known_stays_so() -> None:
    """Of bytes that an inventory has of some objects only, the sum is no number to show."""
    found = Count()
    for size in (3, None, 5):
        found.add(Listed("1.jpg"), size, lambda: None)
    assert (found.images, found.to_json()["bytes"]) == (3, None)
