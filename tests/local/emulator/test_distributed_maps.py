"""Patched behaviour of distributed Maps: batches, numbers from the input, and results in S3."""

import json
from typing import Any

from tests.fake_aws.inventories import write_inventory
from tests.local.account import Account, eventually
from tests.local.emulator.test_executions import machine

ITEMS = ["a", "b", "c"]


def mapped(bucket: str) -> dict[str, object]:
    """Return a Map over the input's items in batches of two, whose results go to a bucket."""
    done = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    return {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemSelector": {"item.$": "$$.Map.Item.Value"},
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"run.$": "$.run"}},
        "MaxConcurrencyPath": "$.concurrency",
        "ToleratedFailurePercentagePath": "$.tolerated",
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, **done},
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": bucket, "Prefix.$": "States.Format('imports/{}', $.run)"},
        },
        "End": True,
    }


def test_a_map_has_batches_and_writes_its_results(account: Account) -> None:
    """Each execution gets a batch of selected items with the shared input, and the manifest names the file with their outputs."""
    s3, states = account.client("s3"), account.client("stepfunctions")
    s3.create_bucket(Bucket="results")
    arn = machine(account, "mapping", {"Each": mapped("results")})
    given = {"items": ITEMS, "run": "one", "concurrency": 1, "tolerated": 50}
    execution = states.start_execution(stateMachineArn=arn, name="one", input=json.dumps(given))["executionArn"]
    output = json.loads(eventually(lambda: states.describe_execution(executionArn=execution).get("output")))
    place = output["ResultWriterDetails"]
    assert place["Key"].startswith("imports/one/")

    def read(key: str) -> Any:
        return json.load(s3.get_object(Bucket=place["Bucket"], Key=key)["Body"])

    files = read(place["Key"])["ResultFiles"]
    assert (files["FAILED"], files["PENDING"]) == ([], [])
    outputs = [json.loads(one["Output"]) for one in read(files["SUCCEEDED"][0]["Key"])]
    assert outputs == [
        {"Items": [{"item": "a"}, {"item": "b"}], "BatchInput": {"run": "one"}},
        {"Items": [{"item": "c"}], "BatchInput": {"run": "one"}},
    ]
    listed = s3.list_objects_v2(Bucket="results")
    assert listed["KeyCount"] == 2  # the manifest, and one file of executions
    (run,) = states.list_map_runs(executionArn=execution)["mapRuns"]
    described = states.describe_map_run(mapRunArn=run["mapRunArn"])
    assert (described["maxConcurrency"], described["toleratedFailurePercentage"]) == (1, 50)


def test_a_map_that_fails_writes_no_results(account: Account) -> None:
    """On AWS there would be results; here an import whose Map fails has none, as the documents say."""
    s3, states = account.client("s3"), account.client("stepfunctions")
    s3.create_bucket(Bucket="no-results")
    failing = mapped("no-results")
    processor: Any = failing["ItemProcessor"]
    processor["States"] = {"Done": {"Type": "Fail"}}
    arn = machine(account, "failing", {"Each": failing})
    given = {"items": ITEMS, "run": "one", "concurrency": 1, "tolerated": 0}
    execution = states.start_execution(stateMachineArn=arn, name="one", input=json.dumps(given))["executionArn"]
    assert eventually(lambda: states.describe_execution(executionArn=execution).get("error"))
    assert "Contents" not in s3.list_objects_v2(Bucket="no-results")


def test_a_map_reads_an_inventory(account: Account) -> None:
    """The items of a manifest are the rows of the compressed files that it names, with the names of its columns."""
    s3, states = account.client("s3"), account.client("stepfunctions")
    s3.create_bucket(Bucket="inventories")
    rows = [{"Bucket": "b", "Key": f"uploads/{number}%2C"} for number in range(3)]
    key = write_inventory("inventories", rows, client=s3)
    done = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    reading = {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "Parameters": {"Bucket": "inventories", "Key.$": "$.key"},
            "ReaderConfig": {"InputType": "MANIFEST"},
        },
        "ItemBatcher": {"MaxItemsPerBatch": 5},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, **done},
        "End": True,
    }
    arn = machine(account, "reading", {"Each": reading})
    execution = states.start_execution(stateMachineArn=arn, name="one", input=json.dumps({"key": key}))["executionArn"]
    (batch,) = json.loads(eventually(lambda: states.describe_execution(executionArn=execution).get("output")))
    assert sorted(batch["Items"], key=lambda row: str(row["Key"])) == rows
