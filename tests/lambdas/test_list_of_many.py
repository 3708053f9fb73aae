"""GET /images for a user with many images, 100,000 of them in `make test-all`, with an index that answers as DynamoDB's does."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from lambdas.domain.attribute_values import serialize
from lambdas.domain.image_list import SEARCHED
from lambdas.domain.outcomes import FAILED, REJECTED
from lambdas.runtime import clients
from lambdas.runtime.clock import rfc3339
from tests.effort import times
from tests.fake_aws.account import OWNER, Payload
from tests.lambdas.account import Account
from tests.lambdas.test_list_images import BEGINNING, EXAMPLES, everything, page

IMAGES = times(3_000, 100_000)
RARE = IMAGES // 3  # of this many images, one has failed
OK = SimpleNamespace(status_code=200)
MEGABYTE = 2**20


class Index:
    """An index by owner and time: a query reads Limit entries or 1 MB before its filter, and says where it ended."""

    def __init__(self, images: int) -> None:
        """Hold so many images, the newest first; two in a row began in the same millisecond."""
        self.queries = 0
        self.ids = [_image_id(images, number) for number in range(images)]
        self._items = _items(images)
        self._sizes = len(json.dumps(self._items[0]))
        self._places = {item["imageId"]["S"]: place for place, item in enumerate(self._items)}

    def query(self, params: Any, **_: object) -> Any:
        """Answer a query of the newest first."""
        asked = json.loads(params["body"])
        assert asked["ScanIndexForward"] is False
        self.queries += 1
        start = asked.get("ExclusiveStartKey")
        first = self._places[start["imageId"]["S"]] + 1 if start else 0
        read = self._items[first : first + min(asked["Limit"], MEGABYTE // self._sizes)]
        ended = {"LastEvaluatedKey": self._key(read[-1])} if first + len(read) < len(self._items) else {}
        wanted = asked["ExpressionAttributeValues"].get(":status")
        found = [item for item in read if wanted in (None, item["status"])]
        return OK, {"Items": found, **ended}

    def _key(self, item: Payload) -> Payload:
        return {name: item[name] for name in ("imageId", "owner", "createdAt")}


@cache
def _items(images: int) -> list[Payload]:
    return [_item(images, number) for number in range(images)]


def _item(images: int, number: int) -> Payload:
    status = FAILED if number % RARE == RARE - 1 else REJECTED
    example = {name: value for name, value in EXAMPLES[status].items() if name not in ("failedIn", "error")}
    at = rfc3339(BEGINNING - timedelta(milliseconds=number // 2))
    return serialize({**example, "imageId": _image_id(images, number), "owner": OWNER, "createdAt": at})


def _image_id(images: int, number: int) -> str:
    return str(UUID(int=images - number, version=4))


@pytest.fixture
def index(account: Account) -> Iterator[Index]:  # noqa: ARG001 - the settings
    """Give the index of a user with many images."""
    made, events = Index(IMAGES), clients.dynamodb().meta.events
    events.register("before-call.dynamodb.Query", made.query)
    yield made
    events.unregister("before-call.dynamodb.Query", made.query)


def test_every_image_is_on_one_page(index: Index) -> None:
    """Page after page has the next images, each image is on one page, and a page is one query."""
    found = everything(limit="100")
    assert [one["imageId"] for one in found] == index.ids
    assert index.queries == -(-IMAGES // 100)


@pytest.mark.parametrize("limit", [1, 100])
def test_a_rare_status_is_found_in_a_bounded_number_of_pages(index: Index, limit: int) -> None:
    """Each page with a status is one query, which looks through a bounded part of the list, and may find nothing."""
    found = everything(limit=str(limit), status=FAILED)
    assert [one["imageId"] for one in found] == index.ids[RARE - 1 :: RARE]
    assert index.queries <= -(-IMAGES // SEARCHED) + len(found) // limit


def test_a_page_that_finds_nothing_has_a_cursor(index: Index) -> None:
    """It says that the list goes on, and does not look on by itself, which could take longer than a request may."""
    first = page(status=FAILED)
    assert index.queries == 1
    assert (first["images"] == [], "cursor" in first) == (RARE > SEARCHED, True)


def test_a_status_that_nearly_all_have_fills_its_pages(index: Index) -> None:
    """A page with a frequent status is full, and the next one goes on after its last image."""
    found = everything(limit="100", status=REJECTED)
    assert [one["imageId"] for one in found] == [
        image_id for place, image_id in enumerate(index.ids) if place % RARE != RARE - 1
    ]
