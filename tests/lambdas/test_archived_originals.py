"""Originals in an archive that moves them to a glacier: the document gives no URL that fails."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.domain.archive_class import GLACIERS, MOVED, SMALLEST_MOVED, ArchiveClass
from lambdas.runtime import clients
from lambdas.runtime.clock import rfc3339
from tests import pictures
from tests.fake_aws.account import ARCHIVE_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, IMAGE_SETTINGS, STEPS, Account, export
from tests.lambdas.image_requests import ask, document
from workflow import contracts

ARCHIVED = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 24, tzinfo=UTC)  # at which S3 moves it at the earliest, after 30 days
DAYS = timedelta(days=IMAGE_SETTINGS.archive_transition_days)


@pytest.fixture
def record(account: Account, fake_clock: FakeClock) -> Payload:
    """Give the record of a success that was archived just now, whose original moves."""
    example = contracts.schema("metadata-record")["examples"][0]
    stored = {**example, "finishedAt": rfc3339(fake_clock.now()), "archive": {**example["archive"]}}
    stored["archive"] |= {"bucket": ARCHIVE_BUCKET, "original": {**example["archive"]["original"], "size": 352_067}}
    account.store(stored)
    return stored


def test_only_originals_move(account: Account) -> None:
    """The original has the tag of the rule that moves objects; no rendition has a tag."""
    result = STEPS["archive-image"](account.run_steps(pictures.examples()["PNG"]), CONTEXT)
    tags = {
        name: clients.s3().get_object_tagging(Bucket=ARCHIVE_BUCKET, Key=result[name]["key"])["TagSet"]
        for name in ("original", "resized", "thumbnail")
    }
    assert tags == {
        "original": [{"Key": key, "Value": value} for key, value in MOVED.items()],
        "resized": [],
        "thumbnail": [],
    }


@pytest.mark.parametrize("name", GLACIERS)
def test_an_original_in_a_glacier_has_no_url(
    record: Payload, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It has the storage class instead, and its facts; the renditions keep their URLs."""
    export(monkeypatch, replace(IMAGE_SETTINGS, archive_storage_class=name))
    before = document(record["imageId"])["renditions"]
    fake_clock.advance(seconds=DAYS.total_seconds())
    after = document(record["imageId"])["renditions"]
    assert before["original"].keys() - after["original"].keys() == {"url"}
    assert after["original"]["storageClass"] == name
    assert [after[kind].keys() for kind in ("resized", "thumbnail")] == [before["resized"].keys()] * 2


def test_no_url_outlives_the_move(record: Payload, fake_clock: FakeClock) -> None:
    """Until the move, a URL is given only if it expires before the day of the move begins."""
    moves = datetime.fromisoformat(record["finishedAt"]) + DAYS
    day = moves.replace(hour=0, minute=0, second=0, microsecond=0)
    fake_clock.advance(seconds=(day - fake_clock.now()).total_seconds() - 3 * 3600)
    seen = []
    while fake_clock.now() < day:
        found = document(record["imageId"])
        seen.append("url" in found["renditions"]["original"])
        assert not seen[-1] or datetime.fromisoformat(found["urlsExpireAt"]) < day
        fake_clock.advance(minutes=10)
    assert seen == sorted(seen, reverse=True)
    assert (seen[0], seen[-1]) == (True, False)


def test_the_move_changes_the_tag(record: Payload, fake_clock: FakeClock) -> None:
    """A client that asks with the ETag of the document with the URL gets the one without it."""
    known = {"if-none-match": ask(record["imageId"])["headers"]["ETag"]}
    fake_clock.advance(seconds=DAYS.total_seconds())
    assert ask(record["imageId"], headers=known)["statusCode"] == 200


@pytest.mark.parametrize(
    ("name", "size", "until", "hidden"),
    [
        ("GLACIER", SMALLEST_MOVED, MIDNIGHT, True),
        ("DEEP_ARCHIVE", SMALLEST_MOVED, MIDNIGHT, True),
        ("GLACIER", SMALLEST_MOVED - 1, MIDNIGHT + timedelta(days=365), False),
        ("GLACIER", SMALLEST_MOVED, MIDNIGHT - timedelta(days=1, seconds=1), False),
        ("GLACIER", SMALLEST_MOVED, MIDNIGHT - timedelta(days=1), True),  # a margin of a day
        *((name, SMALLEST_MOVED, MIDNIGHT, False) for name in ("STANDARD", "STANDARD_IA", "GLACIER_IR")),
    ],
)
def test_a_glacier_hides_large_originals_after_the_days(name: str, size: int, until: datetime, hidden: bool) -> None:
    """Only the two classes that need a restoration hide an original, only of 128 KB and more, and not before the move."""
    assert ArchiveClass(name, DAYS.days).hides(size, ARCHIVED, until) == hidden
