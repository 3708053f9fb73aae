"""`rerender`: images that have succeeded are counted and priced, a run is started and watched, and its report tells what became of each."""

import csv
from pathlib import Path
from typing import Any

import pytest

from lambdas.domain.attribute_values import serialize
from lambdas.domain.record import CLAIM
from lambdas.domain.rerender_record import Rerender
from lambdas.runtime import clients, clock
from operations.imports.outcomes import rerender_status
from tests.fake_aws.account import ARCHIVE_BUCKET, REGION
from tests.operations.imports_in_moto import Imports, counts
from tests.operations.stack_in_moto import OWNER, StackInMoto
from workflow.contracts.payloads import Image

OTHER = "0f0e0d0c-77b0-4e63-8a0e-2f1f0c9b6a55"


class Rerenders(Imports):
    """Images of two owners in the archive, and what happens to a run while a person watches it."""

    def __init__(self, stack: StackInMoto, patch: pytest.MonkeyPatch) -> None:
        """Make two images of one owner, one of another, and one that was rejected."""
        super().__init__(stack, patch)
        clients.s3().create_bucket(Bucket=ARCHIVE_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        patch.setenv("ARCHIVE_BUCKET", ARCHIVE_BUCKET)  # by which the statements of the roles name it
        self.images = [self._succeed(owner) for owner in (OWNER, OWNER, OTHER)]
        stack.upload_with_status("REJECTED")
        self.kept: list[str] = []  # whose executions fail
        patch.setattr(clock, "sleep", lambda _: self.end())

    def _succeed(self, owner: str) -> Image:
        image = self.stack.upload(owner)
        self.stack.write_status(self.stack.begin(image), "SUCCEEDED")
        record = self.stack.record(image)
        item = serialize({**record, "archive": {**record["archive"], "bucket": ARCHIVE_BUCKET}})
        clients.dynamodb().put_item(TableName=self.stack.outputs["MetadataTableName"], Item=item)
        clients.s3().put_object(Bucket=ARCHIVE_BUCKET, Key=record["archive"]["original"]["key"], Body=b"picture")
        return image

    def end(self) -> None:
        """Bring the run and the executions of its images to their ends."""
        self.finish()
        table = self.stack.outputs["MetadataTableName"]
        for image in self.images:
            name = self.stack.record(image).get(CLAIM)
            if name and image["imageId"] in self.kept:
                Rerender(table, image, name).release()
            elif name:
                self._replace(table, image, name)

    def _replace(self, table: str, image: Image, name: str) -> None:
        clients.dynamodb().update_item(
            TableName=table,
            Key={"imageId": {"S": image["imageId"]}},
            UpdateExpression="SET execution = :name REMOVE rerender",
            ExpressionAttributeValues={":name": {"S": name}},
        )


@pytest.fixture
def rerenders(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> Rerenders:
    """Give a stack with three images that have succeeded."""
    return Rerenders(stack, monkeypatch)


@pytest.mark.parametrize(
    ("options", "number"), [((), 3), (("--owner", OWNER), 2), (("--owner", OTHER, "--since", "2026-01-01"), 1)]
)
def test_dry_run_counts_and_prices(rerenders: Rerenders, options: tuple[str, ...], number: int) -> None:
    """A dry run says how many images have succeeded, what they cost, and how long it takes; it starts nothing."""
    result = rerenders.stack.run("rerender", "--dry-run", "--json", *options)
    (found,) = result.objects
    assert (result.code, found["images"], found["bytes"]) == (0, number, 7 * number)
    assert found["estimate"]["total"] > 0
    assert rerenders.executions() == []
    assert ("images", str(number), "0.00 GB of originals") in rerenders.stack.run(
        "rerender", "--dry-run", *options
    ).rows


def test_a_run_makes_all_renditions_anew(rerenders: Rerenders) -> None:
    """The run reads a list of IDs, nothing of their owners, and ends when each image has its new renditions."""
    result = rerenders.stack.run("rerender", "--yes", "--json", "--concurrency", "3")
    assert (result.code, result.objects[-1]["status"]) == (0, "SUCCEEDED")
    assert counts(result.objects[-1]) == {"listed": 3, "STARTED": 3, "RERENDERED": 3}
    key = f"imports/{result.objects[-1]['run']}/keys.csv"
    body = clients.s3().get_object(Bucket=rerenders.stack.outputs["UploadBucketName"], Key=key)["Body"].read()
    assert sorted(csv.reader(body.decode().splitlines())) == sorted(
        [one["imageId"], "", ""] for one in rerenders.images
    )
    assert len(rerenders.stack.started) == 3


def test_a_run_is_watched_until_its_renditions_are_there(rerenders: Rerenders, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command goes on while executions of a run that has ended have their records claimed."""
    pauses = iter([rerenders.finish, rerenders.end])
    monkeypatch.setattr(clock, "sleep", lambda _: next(pauses)())
    result = rerenders.stack.run("rerender", "--yes", "--json")
    assert counts(result.objects[-1]) == {"listed": 3, "STARTED": 3, "RERENDERED": 3}


def test_an_image_that_keeps_its_renditions_is_reported(rerenders: Rerenders, tmp_path: Path) -> None:
    """The exit code is 1 if an image was rejected, and the report names it; one that has to be restored is only skipped."""
    kept, frozen, _ = (one["imageId"] for one in rerenders.images)
    rerenders.kept = [kept]
    original: Any = {
        "Bucket": ARCHIVE_BUCKET,
        "Key": rerenders.stack.record(rerenders.images[1])["archive"]["original"]["key"],
    }
    clients.s3().copy_object(CopySource=original, StorageClass="DEEP_ARCHIVE", **original)
    result = rerenders.stack.run("rerender", "--yes", "--json")
    assert result.code == 1
    assert counts(result.objects[-1]) == {"listed": 3, "STARTED": 2, "SKIPPED": 1, "KEPT": 1, "RERENDERED": 1}
    report = rerenders.stack.run("import", "report", result.objects[-1]["run"], "--output", str(tmp_path))
    assert report.code == 1
    table = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    rows = {row["image"] or row["key"]: row for row in csv.DictReader(table)}
    assert (rows[kept]["status"], rows[frozen]["reason"]) == ("KEPT", "NOT_RESTORED")


def test_without_images_nothing_is_started(rerenders: Rerenders) -> None:
    """Options that name no image are an error."""
    result = rerenders.stack.run("rerender", "--yes", "--since", "2099-01-01")
    assert (result.code, rerenders.executions()) == (1, [])
    assert "no image has succeeded" in result.err


def test_a_day_must_be_one(rerenders: Rerenders, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong day is a wrong command line."""
    with pytest.raises(SystemExit):
        rerenders.stack.run("rerender", "--since", "yesterday")
    assert "is no day such as" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("item", "shown"), [({"status": "PROCESSING"}, ""), ({"status": "REJECTED"}, "REJECTED"), (None, "NONE")]
)
def test_an_image_that_has_no_success_any_more(item: Any, shown: str) -> None:
    """An image that was uploaded again meanwhile is open as long as its new upload, and has its outcome; a record may have expired."""
    assert rerender_status(item, "20260101T000000Z-0123ab") == shown
