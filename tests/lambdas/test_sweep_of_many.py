"""What a sweep costs beside many images that have their outcome: 100,000 of them in `make test-all`."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from lambdas.domain.attribute_values import serialize
from lambdas.domain.object_keys import UPLOADS, upload_key
from lambdas.domain.open_records import QUERIES
from lambdas.domain.record_batches import BATCH_SIZE
from lambdas.runtime import clients
from tests.effort import times
from tests.fake_aws.account import OWNER
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import TABLE
from tests.lambdas.pipeline import Pipeline, Sweep

IMAGES = times(2_000, 100_000)
PAGE = 1000  # versions, as S3 lists them
OPEN = 3
OK = SimpleNamespace(status_code=200)


class Archive:
    """Answers for images that succeeded long ago, in the place of S3 and DynamoDB, and counts all calls."""

    def __init__(self, images: int, fake_clock: FakeClock) -> None:
        """Let so many images have been uploaded a day ago."""
        self.calls: Counter[str] = Counter()
        self._ids = [str(UUID(int=number, version=4)) for number in range(images)]
        self._known = set(self._ids)
        self._uploaded = fake_clock.now() - timedelta(days=1)

    def count(self, model: Any, **_: object) -> None:
        """Count a call."""
        self.calls[model.name] += 1

    def list_versions(self, params: Any, **_: object) -> Any:
        """Return a page of versions for a listing of all uploads; a listing of one goes on to the account."""
        query = params["query_string"]
        if query["prefix"] != UPLOADS:
            return None
        first = int(query.get("version-id-marker", 0))
        ids = self._ids[first : first + PAGE]
        more = first + PAGE < len(self._ids)
        marker = {"NextKeyMarker": "key", "NextVersionIdMarker": str(first + PAGE)} if more else {}
        return OK, {"Versions": [self._version(image_id) for image_id in ids], "IsTruncated": more, **marker}

    def _version(self, image_id: str) -> dict[str, Any]:
        key = upload_key(OWNER, image_id)
        return {"Key": key, "VersionId": "v", "IsLatest": True, "LastModified": self._uploaded, "Size": 1}

    def read_batch(self, params: Any, **_: object) -> Any:
        """Return the records of images that succeeded; a batch of others goes on to the account."""
        ids = [key["imageId"]["S"] for key in json.loads(params["body"])["RequestItems"][TABLE]["Keys"]]
        if not self._known.issuperset(ids):
            return None
        return OK, {"Responses": {TABLE: [self._record(image_id) for image_id in ids]}, "UnprocessedKeys": {}}

    def _record(self, image_id: str) -> dict[str, Any]:
        at = f"{self._uploaded:%Y-%m-%dT%H:%M:%SZ}"
        key = upload_key(OWNER, image_id)
        known = {"imageId": image_id, "key": key, "versionId": "v", "execution": "e", "attempt": 1}
        return serialize({**known, "status": "SUCCEEDED", "createdAt": at, "updatedAt": at, "notifiedAt": at})


@pytest.fixture
def archive(pipeline: Pipeline, fake_clock: FakeClock) -> Iterator[Archive]:
    """Give the images that have their outcome, beside some that are open."""
    for _ in range(OPEN):
        pipeline.start(pipeline.begin(b"data"))
    made = Archive(IMAGES, fake_clock)
    s3, dynamodb = clients.s3().meta.events, clients.dynamodb().meta.events
    answers: list[tuple[Any, str, Any]] = [
        (s3, "before-call.s3.ListObjectVersions", made.list_versions),
        (dynamodb, "before-call.dynamodb.BatchGetItem", made.read_batch),
        *((events, "provide-client-params", made.count) for events in (s3, dynamodb)),
    ]
    for events, name, answer in answers:
        events.register(name, answer)
    yield made
    for events, name, answer in answers:
        events.unregister(name, answer)


def test_a_sweep_by_the_index_costs_what_is_open(archive: Archive, sweep: Sweep) -> None:
    """The calls are those for the open images, however many have their outcome."""
    assert sweep() == {"resumed": 0}
    assert archive.calls == {
        "Query": QUERIES + 1,  # and one of deletions
        "BatchGetItem": 1,
        "ListObjectVersions": OPEN,
        "ListObjectsV2": 1,  # of staged objects
    }


def test_a_sweep_of_everything_costs_what_was_uploaded(archive: Archive, sweep: Sweep) -> None:
    """The daily sweep lists every upload, and reads every record."""
    assert sweep(everything=True) == {"resumed": 0}
    assert archive.calls == {
        "Query": 1,  # of deletions
        "ListObjectVersions": IMAGES // PAGE,
        "BatchGetItem": IMAGES // BATCH_SIZE,
        "ListObjectsV2": 1,
    }
