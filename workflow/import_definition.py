"""The import pipeline as a graph; `python -m workflow.import_definition` prints it in the Amazon States Language.

A distributed Map reads the objects of a source, and copies them in batches. Which Map runs depends on the kind of the source.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("import_definition", "workflow.import_definition"))

import json
from typing import Any, Final

from workflow.blocks import task
from workflow.retries import batch_retries, run_retries
from workflow.sdk import Choice, ChoiceRule, DistributedMap, Graph, LambdaStep, Succeed, to_states_language
from workflow.steps import BATCH_SIZE, IMPORT, Step

BATCH_BYTES: Final = 131_072  # of a batch: half of what an execution takes, for keys that JSON has to escape
# What a batch has besides its items.
SHARED: Final = {"run.$": "$.run", "bucket.$": "$.source.bucket", "ownership.$": "$.ownership"}
# By the kind of the source: what reads it, the form of what is read, and what is kept of an item. Inventories say themselves
# which fields they have.
LISTED: Final = {"key.$": "$$.Map.Item.Value.Key", "etag.$": "$$.Map.Item.Value.Etag"}
LIST_FIELDS: Final = ("key", "version", "owner")
IN_LIST: Final = {f"{name}.$": f"$$.Map.Item.Value.{name}" for name in LIST_FIELDS}
IN_INVENTORY: Final = {"entry.$": "$$.Map.Item.Value"}
LIST_OBJECT: Final = {"Bucket.$": "$.source.list.bucket", "Key.$": "$.source.list.key"}


def import_pipeline() -> Graph:
    """Build the graph: one distributed Map for each kind of source, whose executions import a batch each."""
    choice = Choice("ChooseSource")
    listing = _reader("listObjectsV2", {"Bucket.$": "$.source.bucket", "Prefix.$": "$.source.prefix"})
    headers = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": list(LIST_FIELDS)}
    kinds = {
        "BUCKET": ("Bucket", listing, LISTED),
        "LIST": ("List", _reader("getObject", LIST_OBJECT, **headers), IN_LIST),
    }
    for kind, (name, reader, kept) in kinds.items():
        choice.add_choice(ChoiceRule.StringEquals(variable="$.source.kind", value=kind), _map(name, reader, kept))
    choice.default_choice(_map("Inventory", _reader("getObject", LIST_OBJECT, InputType="MANIFEST"), IN_INVENTORY))
    return Graph(choice, comment="Imports the objects of a bucket.")


def _reader(action: str, parameters: dict[str, str], **config: Any) -> dict[str, Any]:
    return {
        "Resource": f"arn:${{Partition}}:states:::s3:{action}",
        "Parameters": parameters,
        "ReaderConfig": {**config, "MaxItemsPath": "$.limit"},
    }


def _map(name: str, reader: dict[str, Any], kept: dict[str, str]) -> DistributedMap:
    """Build the Map over the objects that reader reads. Its results are in S3, since a payload could not hold them."""
    each = DistributedMap(
        f"Import{name}",
        item_reader=reader,
        item_selector=kept,
        item_batcher={
            "BatchInput": SHARED,
            "MaxItemsPerBatch": BATCH_SIZE,
            "MaxInputBytesPerBatch": BATCH_BYTES,
        },
        max_concurrency_path="$.maxConcurrency",
        tolerated_failure_percentage_path="$.toleratedFailurePercentage",
        result_writer={
            "Resource": "arn:${Partition}:states:::s3:putObject",
            "Parameters": {"Bucket": "${UploadBucket}", "Prefix.$": "States.Format('imports/{}/results', $.run)"},
        },
        retry=run_retries(),
    )
    each.attach_iterator(_batch(f"Import{name}Batch"))
    each.next(Succeed(f"{name}Imported"))
    return each


def _batch(state: str) -> LambdaStep:
    """Build the only state of an execution of a Map: it imports a batch."""
    named = Step(state, IMPORT.function, IMPORT.contract, IMPORT.timeout)
    sources = {**{name: f"$.BatchInput.{name}" for name in ("run", "bucket", "ownership")}, "items": "$.Items"}
    return task(named, sources=sources, retry=batch_retries())


def states_language() -> dict[str, Any]:
    """Return the import pipeline in the Amazon States Language; `${Name}` is a placeholder that the template fills."""
    return to_states_language(import_pipeline)


def main() -> None:
    """Print the import pipeline."""
    print(json.dumps(states_language(), indent=2))
