"""ImportImages: an image is the owner's whom the source of ownership names, or nobody's."""

from typing import Any

import pytest

from lambdas.domain import tombstones
from lambdas.domain.import_sources import Reason, is_owner
from lambdas.runtime import clients
from tests.fake_aws.account import OWNER
from tests.lambdas.account import TABLE, before_next_call
from tests.lambdas.imported import COPIED, PICTURE, FullBucket, outcomes
from workflow import contracts


@pytest.mark.parametrize(
    ("ownership", "item", "owner"),
    [
        ({"kind": "PATH", "prefix": ""}, {"key": "anna/1.jpg"}, "anna"),
        ({"kind": "PATH", "prefix": "by-user/"}, {"key": "by-user/ben/1.jpg"}, "ben"),
        ({"kind": "LIST"}, {"key": "1.jpg", "version": "", "owner": "cleo"}, "cleo"),
        ({"kind": "ONE", "owner": "dora"}, {"entry": {"Key": "a+picture+%C3%BC.jpg", "IsLatest": "true"}}, "dora"),
    ],
)
def test_an_image_has_an_owner(bucket: FullBucket, ownership: dict[str, str], item: dict[str, Any], owner: str) -> None:
    """The owner is one for all, the first part of the path, or in the list. Keys of inventories are URL-encoded."""
    key = item.get("key", "a picture ü.jpg")
    bucket.put(key)
    (line,) = bucket.run([item], ownership)
    assert (line["owner"], line["outcome"], line["key"]) == (owner, COPIED, key)
    assert bucket.uploads() == [f"uploads/{owner}/{line['imageId']}"]


@pytest.mark.parametrize(
    ("ownership", "item"),
    [
        ({"kind": "PATH", "prefix": ""}, {"key": "1.jpg"}),
        ({"kind": "PATH", "prefix": ""}, {"key": "/1.jpg"}),
        ({"kind": "PATH", "prefix": "by-user/"}, {"key": "by-user//1.jpg"}),
        ({"kind": "PATH", "prefix": "by-user/"}, {"key": "anna/1.jpg"}),
        ({"kind": "PATH", "prefix": "by-user/a"}, {"key": "by-user/anna/1.jpg"}),
        ({"kind": "PATH", "prefix": ""}, {"key": "deletions/1.jpg"}),
        ({"kind": "PATH", "prefix": ""}, {"key": "an\x1bna/1.jpg"}),
        ({"kind": "ONE", "owner": "deletions"}, {"key": "1.jpg"}),
        ({"kind": "LIST"}, {"key": "1.jpg", "version": "", "owner": ""}),
        ({"kind": "LIST"}, {"key": "1.jpg", "version": "", "owner": "a/b"}),
    ],
)
def test_an_object_without_an_owner_is_skipped(
    bucket: FullBucket, ownership: dict[str, str], item: dict[str, str]
) -> None:
    """An image without a valid owner is nobody's, and is not imported."""
    bucket.put(item["key"])
    assert outcomes(bucket.run([item], ownership)) == {item["key"]: Reason.NO_OWNER}


def test_an_owner_is_as_long_as_the_contracts_allow() -> None:
    """A longer one would fail its whole batch by the contract of the pipeline's input, instead of being skipped."""
    longest = "a" * contracts.schema("common")["$defs"]["owner"]["maxLength"]
    assert is_owner(longest)
    assert not is_owner(f"{longest}a")


def test_an_object_has_one_owner(bucket: FullBucket) -> None:
    """An object that was imported for one owner, begun or not, deleted or not, is not imported for another one."""
    bucket.put(PICTURE)
    (line,) = bucket.run(bucket.listed(PICTURE))
    refused = {PICTURE: Reason.OTHER_OWNER}
    other = {"kind": "ONE", "owner": "ben"}
    assert outcomes(bucket.run(bucket.listed(PICTURE), other, "run-2")) == refused
    bucket.set_status()
    assert outcomes(bucket.run(bucket.listed(PICTURE), other, "run-3")) == refused
    tombstones.replace_record(TABLE, line["imageId"], OWNER)
    assert outcomes(bucket.run(bucket.listed(PICTURE), other, "run-4")) == refused
    assert bucket.uploads() == [f"uploads/{OWNER}/{line['imageId']}"]


def test_two_owners_at_once(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two imports of an object for two owners at the same time, one owner gets the image, and the report of the other one says so."""
    bucket.put(PICTURE)
    items = bucket.listed(PICTURE)
    before_next_call(
        monkeypatch, clients.dynamodb(), "put_item", lambda: bucket.run(items, {"kind": "ONE", "owner": "ben"}, "run-2")
    )
    assert outcomes(bucket.run(items)) == {PICTURE: Reason.OTHER_OWNER}
    (line,) = bucket.lines(items, "run-2")
    assert bucket.uploads() == [f"uploads/ben/{line['imageId']}"]
    assert len(bucket.started()) == 1


def test_a_list_with_two_owners_of_one_key(bucket: FullBucket) -> None:
    """The first line counts, and the second one is reported."""
    bucket.put(PICTURE)
    items = [{"key": PICTURE, "version": "", "owner": owner} for owner in ("anna", "ben")]
    lines = bucket.run(items, {"kind": "LIST"})
    assert [(line["owner"], line["outcome"], line["reason"]) for line in lines] == [
        ("anna", COPIED, ""),
        ("ben", "SKIPPED", Reason.OTHER_OWNER),
    ]
