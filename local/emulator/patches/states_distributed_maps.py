"""A distributed Map has batches, numbers from its input, and results in S3.

AWS: ItemBatcher passes items in batches, with BatchInput; MaxConcurrencyPath and ToleratedFailurePercentagePath read numbers from the
input; ResultWriter writes a manifest and files of executions, and the result of the Map says where.
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html

ministack: It runs an execution for each item, ignores the two paths, and puts all results into the payload.

Patched: Items become batches of at most MaxItemsPerBatch, after ItemSelector; the limit in bytes does not count. The paths are read. Results are
written in one file for each status, when the Map has succeeded. The counts of a Map run are of batches.

Upstream: No report found.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

from local.emulator.patch import SourcePatch

Node = dict[str, Any]
Resolve = Callable[[Any, Any, Any], Any]


def batches_of(state: Node, items: list[Any], given: Any, context: Node, resolve: Resolve) -> tuple[Node, list[Any]]:
    """Return a Map whose numbers are read from its input, and the inputs of its executions."""
    state = dict(state)
    for name in ("MaxConcurrency", "ToleratedFailurePercentage"):
        if f"{name}Path" in state:
            state[name] = resolve({"value.$": state[f"{name}Path"]}, given, context)["value"]
    batcher = state.get("ItemBatcher")
    if not batcher:
        return state, items
    selector, selected = state.pop("ItemSelector", None), []
    for number, item in enumerate(items):
        of_item = {**copy.deepcopy(context), "Map": {"Item": {"Index": number, "Value": item}}}
        selected.append(resolve(selector, given, of_item) if selector else item)
    shared = resolve(batcher.get("BatchInput", {}), given, context)
    size = batcher["MaxItemsPerBatch"]
    return state, [
        {"Items": selected[first : first + size], "BatchInput": shared} for first in range(0, len(items), size)
    ]


def written_results(state: Node, run: Node, executions: list[tuple[Any, Any, Any]], place: Any) -> Any:
    """Return the results of a Map or, with a ResultWriter, write them to the place and return where they are.

    executions have input, output and failure, if any.
    """
    if "ResultWriter" not in state:
        return [result for _, result, _ in executions]
    from ministack.services import s3  # type: ignore[import-untyped]

    folder = f"{place['Prefix']}/{run['mapRunArn'].rpartition(':')[2]}/"
    found: dict[str, list[Node]] = {"SUCCEEDED": [], "FAILED": [], "PENDING": []}
    for given, result, failure in executions:
        one = {"Input": json.dumps(given), "Output": json.dumps(result)}
        found["FAILED" if failure else "SUCCEEDED"].append(one)
    files: dict[str, list[Node]] = {}
    for status, ended in found.items():
        body = json.dumps(ended).encode()
        key = f"{folder}{status}_0.json"
        if ended:
            s3._put_object(place["Bucket"], key, body, {})  # noqa: SLF001 - as the reader of items does
        files[status] = [{"Key": key, "Size": len(body)}] if ended else []
    manifest = {"DestinationBucket": place["Bucket"], "MapRunArn": run["mapRunArn"], "ResultFiles": files}
    s3._put_object(place["Bucket"], f"{folder}manifest.json", json.dumps(manifest).encode(), {})  # noqa: SLF001 - as above
    details = {"Bucket": place["Bucket"], "Key": f"{folder}manifest.json"}
    return {"MapRunArn": run["mapRunArn"], "ResultWriterDetails": details}


PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_run_distributed_map",
        found="""        items = [items]

    parent_sm""",
        replacement="""        items = [items]
    state_def, items = batches_of(state_def, items, effective, ctx, _resolve_params_obj)

    parent_sm""",
        helpers=(batches_of,),
    ),
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_run_distributed_map",
        found="    result = _apply_result_selector(state_def, results)",
        replacement="""    place = _resolve_params_obj(state_def.get("ResultWriter", {}).get("Parameters", {}), effective, ctx)
    results = written_results(state_def, run, [*zip(items, results, failures, strict=True)], place)
    result = _apply_result_selector(state_def, results)""",
        helpers=(written_results,),
    ),
)
