"""The inventory of the uploads, and what starts its audit."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.events.models import EventPattern

from lambdas.domain.inventories import parse_row
from templates import stack
from templates.refusals.check import refusals
from templates.resources import inventory
from tests.lambdas.audited import row
from tests.templates.emitted import Node, at, definition, properties, ref, resources, template
from workflow import contracts
from workflow.audit_definition import RESULTS

BUCKET = "stack-inventorybucket-1a2b3c"
MANIFEST = contracts.schema("audit-input")["examples"][0]["key"]
(INVENTORY,) = properties("UploadBucket")["InventoryConfigurations"]
OF_ALL_VERSIONS = {"Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker"}  # columns that S3 adds itself


def test_uploads_have_a_daily_inventory_in_a_bucket_of_their_own() -> None:
    """All versions of all uploads are listed every day, in CSV, and nothing else is."""
    assert INVENTORY["Destination"] == {
        "BucketArn": {"Fn::GetAtt": ["InventoryBucket", "Arn"]},
        "BucketAccountId": ref("AWS::AccountId"),
        "Format": "CSV",
        "Prefix": "inventories",
    }
    assert (INVENTORY["Prefix"], INVENTORY["ScheduleFrequency"]) == ("uploads/", "Daily")
    assert (INVENTORY["IncludedObjectVersions"], INVENTORY["Enabled"]) == ("All", True)


def test_uploads_in_parts_have_an_inventory_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """With parts, each has an inventory of its own, whose manifest starts an audit; CloudFormation is given no list that AWS refuses."""
    parts = tuple(f"{number:02x}" for number in range(256))
    monkeypatch.setattr(inventory, "PARTS", parts)
    found = [one.to_dict() for one in inventory.inventories_of_uploads("InventoryBucket")]
    assert [one["Prefix"] for one in found] == [f"uploads/{part}" for part in parts]
    assert len({one["Id"] for one in found}) == len(parts) <= 1000  # S3's limit for a bucket
    assert all(_matches(MANIFEST.replace("/uploads/", f"/{one['Id']}/")) for one in found)
    assert not refusals(stack.build().to_json())


def test_the_columns_of_the_inventory_are_those_that_the_audit_reads() -> None:
    """The audit needs each column of the inventory, and no other one."""
    columns = OF_ALL_VERSIONS | {*INVENTORY["OptionalFields"]}
    assert columns == {*contracts.schema("audit-uploads.input")["properties"]["items"]["items"]["properties"]}
    version: Any = {"Key": "uploads/anna/picture", "VersionId": "v", "IsLatest": True, "Size": 1}
    whole = {**row("uploads", {**version, "LastModified": datetime(2026, 11, 30, tzinfo=UTC)})}
    assert whole.keys() == columns
    assert parse_row(whole, "uploads")
    for name in columns:
        with pytest.raises(KeyError):
            parse_row({other: value for other, value in whole.items() if other != name}, "uploads")


def _matches(key: str, bucket: str = BUCKET) -> bool:
    """Return whether the rule's pattern, as deployed, matches the event of a new object."""
    event = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
    }
    text = json.dumps(properties("AuditRule")["EventPattern"])
    text = text.replace(json.dumps(ref("InventoryBucket")), json.dumps(BUCKET))
    return bool(EventPattern.load(text).matches_event(event))  # type: ignore[arg-type]


def test_each_manifest_starts_an_audit() -> None:
    """The manifest of an inventory starts an execution, once for each inventory."""
    assert _matches(MANIFEST)
    folder = MANIFEST.removesuffix("manifest.json")
    others = ("manifest.checksum", "../data/5f3c.csv.gz", "hive/dt=2026-11-30-01-00/symlink.txt")
    assert not any(_matches(folder + other) for other in others)
    assert not _matches(MANIFEST, "another")


def test_the_results_of_an_audit_start_none() -> None:
    """A Map writes a manifest.json with its results, into the same bucket: it must not start another audit."""
    assert at(definition("AuditPipeline"), "States.AuditInventory.ResultWriter.Parameters.Prefix") == RESULTS
    assert not _matches(f"{RESULTS}/0d5b1a2c-5c1e-4a57-8f4b-2a9b1f1c7d10/manifest.json")


def test_the_input_of_an_audit_keeps_its_contract() -> None:
    """EventBridge makes the input: the key of the manifest, and the concurrency of the parameter."""
    given = at(properties("AuditRule"), "Targets.0.InputTransformer")
    assert given["InputPathsMap"] == {"key": "$.detail.object.key"}
    default = template()["Parameters"]["AuditConcurrency"]["Default"]
    text = given["InputTemplate"]["Fn::Sub"].replace("<key>", json.dumps(MANIFEST))
    contracts.check("audit-input", json.loads(text.replace("${AuditConcurrency}", str(default))))


def test_inventories_and_results_expire() -> None:
    """Whatever is in the bucket is gone after some days, and its old versions a day later."""
    rules: list[Node] = properties("InventoryBucket")["LifecycleConfiguration"]["Rules"]
    assert [(one.get("Prefix"), one["ExpirationInDays"]) for one in rules if "ExpirationInDays" in one] == [(None, 7)]
    assert [at(one, "NoncurrentVersionExpiration.NoncurrentDays") for one in rules if one["Id"] == "tidy"] == [1]


def test_only_buckets_whose_objects_start_something_send_events() -> None:
    """An event of S3 costs as much as a request: the archive, whose objects start nothing, sends none."""
    sending = [name for name, one in resources("AWS::S3::Bucket").items() if "Notification" in json.dumps(one)]
    assert sending == ["UploadBucket", "InventoryBucket"]
