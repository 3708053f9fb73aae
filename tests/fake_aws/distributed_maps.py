"""What moto lacks of distributed Maps: batches, EXPRESS executions, inventories, and listings of more than one page.

Its interpreter reads the items, and runs an execution for each of them. Here the items become batches before that. The fields that it
does not know are taken out of the definition, and are applied to the same values.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval.resource_eval_s3 import (
    ResourceEvalS3,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval.resource_output_transformer.transformer_json import (
    ResourceOutputTransformerJson,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.result_writer.result_writer_decl import ResultWriter

from asl.language import each_state, is_distributed
from tests.fake_aws.inventories import rows_of

Node = dict[str, Any]

UNKNOWN = ("ItemBatcher", "ItemSelector", "Retry", "ToleratedFailurePercentage")  # it reads no integer as a percentage
ITEM = "$$.Map.Item.Value"


class DistributedMaps:
    """The fields of the distributed Maps of a machine that moto does not know, by state."""

    def __init__(self) -> None:
        """Know none."""
        self._fields: dict[str, Node] = {}
        self.executions = 0  # of all Maps

    def without_unknown(self, machine: Node) -> Node:
        """Return a machine that moto can read, and keep what it lacks."""
        known = copy.deepcopy(machine)
        for name, state in each_state(known):
            if is_distributed(state):
                self._fields[name] = {field: state.pop(field) for field in UNKNOWN if field in state}
                state["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = "STANDARD"  # all that moto knows
                if state["ItemReader"]["Resource"].endswith("listObjectsV2"):
                    del state["ItemReader"]["ReaderConfig"]  # the limit is applied below
                elif state["ItemReader"]["ReaderConfig"]["InputType"] == "MANIFEST":
                    state["ItemReader"]["ReaderConfig"]["InputType"] = "JSON"  # the files that it names are read below
        return known

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Patch moto to make batches of the items that it has read."""
        run = DistributedIterationComponent._map_run  # noqa: SLF001 - moto offers no other place

        def run_batches(component: Any, env: Any, eval_input: Any) -> None:
            items, given = env.stack.pop(), env.states.get_input()
            batches = list(self._batches(eval_input.state_name, items[: given.get("limit")], given))
            self.executions += len(batches)
            eval_input.item_selector = None
            env.stack.append(batches)
            run(component, env, eval_input)

        patch.setattr(DistributedIterationComponent, "_map_run", run_batches)
        patch.setattr(ResultWriter, "_eval_body", _write_result)
        patch.setattr(ResourceOutputTransformerJson, "_eval_body", _reader(ResourceOutputTransformerJson._eval_body))  # noqa: SLF001 - as above
        patch.setattr(ResourceEvalS3, "_handle_list_objects_v2", staticmethod(_list_all))

    def _batches(self, state: str, items: list[Node], given: Node) -> Iterator[Node]:
        fields = self._fields[state]
        selector, batcher = fields.get("ItemSelector"), fields["ItemBatcher"]
        selected = [_filled(selector, given, item) for item in items] if selector else items
        shared = {"BatchInput": _filled(batcher["BatchInput"], given, {})} if "BatchInput" in batcher else {}
        for batch in batched_of(selected, batcher["MaxItemsPerBatch"]):
            yield {"Items": batch, **shared}


def batched_of(items: list[Node], size: int) -> Iterator[list[Node]]:
    """Yield items in lists of size, the last of which may be shorter."""
    yield from (items[first : first + size] for first in range(0, len(items), size))


def _filled(template: Node, given: Node, item: Node) -> Node:
    """Return a template with its paths replaced by values of the Map's input, or of the item."""
    return {name.removesuffix(".$"): _value(path, given, item) for name, path in template.items()}


def _value(path: str, given: Node, item: Node) -> Any:
    value: Any = item if path.startswith(ITEM) else given
    for part in path.removeprefix(ITEM).removeprefix("$").split(".")[1:]:
        value = value[part]
    return value


def _reader(read: Any) -> Any:
    """Return what reads a file of JSON, and the files of an inventory if it is a manifest."""

    def read_rows(transformer: ResourceOutputTransformerJson, env: Any) -> None:
        content = json.loads(env.stack[-2])
        env.stack[-2] = json.dumps(rows_of(content)) if isinstance(content, dict) else env.stack[-2]
        read(transformer, env)

    return read_rows


def _write_result(writer: ResultWriter, env: Any) -> None:
    """Evaluate the parameters of a ResultWriter on the input of the execution, where moto takes the results."""
    env.stack.append(env.states.context_object.context_object_data["Execution"]["Input"])
    writer.parargs.eval(env)
    parameters, _ = env.stack.pop(), env.stack.pop()
    env.stack.append(parameters)
    writer.resource_eval.eval_resource(env)


def _list_all(env: Any, runtime: Any, credentials: Any) -> None:
    """Put every object of a listing on the stack, in the form of Step Functions."""
    client: Any = ResourceEvalS3._get_s3_client(runtime, credentials)  # noqa: SLF001 - as above
    pages = client.get_paginator("list_objects_v2").paginate(**env.stack.pop())
    found = [one for page in pages for one in page.get("Contents", [])]
    env.stack.append([{"Key": one["Key"], "Etag": one["ETag"], "Size": one["Size"]} for one in found])
