"""What a run uses on moto, counted where the requests arrive: calls, units of DynamoDB, invocations and transitions.

The units of a write are those of DynamoDB's documentation, from the items before and after it: one for each KB of the larger item, and for an
entry of an index one, or two if its key changes.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from functools import cache, wraps
from threading import RLock
from typing import Any

import boto3
import pytest
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.responses import DynamoHandler

from costs import prices
from costs.prices import Price
from costs.usage import CALLS, START_AND_END, WRITE_UNIT
from tests.fake_aws.resources import TABLE
from tests.fake_aws.stores import backend
from tests.templates.emitted import properties

Node = dict[str, Any]
KEYS_AND_VALUES = ("Key", "Item")  # parameters that name the written item


class Meter:
    """Counts the units of prices while it is installed."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """Begin to count."""
        self.used = defaultdict[Price, float](float)
        self._lock = RLock()
        patch.setattr(BotocoreStubber, "__call__", self._counting(BotocoreStubber.__call__))
        patch.setattr(DynamoHandler, "call_action", self._metered(DynamoHandler.call_action))

    def _counting(self, send: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(send)
        def counting(stubber: Any, event_name: str, **given: Any) -> Any:
            if price := CALLS.get(event_name.rpartition(".")[2]):
                self.used[price] += 1
            return send(stubber, event_name=event_name, **given)

        return counting

    def _metered(self, call: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
        @wraps(call)
        def metered(handler: DynamoHandler) -> Any:
            given: Any = getattr(handler, "params", {})
            with self._lock:
                before = _item(given)
                try:
                    return call(handler)
                finally:  # a refused write has its price, too
                    action = handler._get_action()  # noqa: SLF001 - moto has no public name for it
                    self._count(action, given, before, _item(given))

        return metered

    def _count(self, action: str, given: Node, before: Node, after: Node) -> None:
        if action == "GetItem":
            self.used[prices.DYNAMODB_READ] += 1 if given.get("ConsistentRead") else 0.5
        elif action.endswith("Item"):
            self.used[prices.DYNAMODB_WRITE] += written_units(before, after)


def _item(given: Node) -> Node:
    """Return the item that a request names, with its types, or an empty one."""
    place = next((given[name] for name in KEYS_AND_VALUES if name in given), None)
    found = place and backend("dynamodb").get_item(TABLE, {"imageId": place["imageId"]})
    return dict(found.to_json()["Attributes"]) if found else {}


def written_units(before: Node, after: Node) -> int:
    """Return the write units of a table and its indexes for a change of an item; what changes nothing is a write of the table."""
    units = _units(max(_size(before), _size(after)))
    for index in _indexes():
        old, new = _entry(index, before), _entry(index, after)
        if old != new:
            keys = [one["AttributeName"] for one in index["KeySchema"]]
            moved = old and new and any(old[key] != new[key] for key in keys)
            units += _units(_size(old)) + _units(_size(new)) if moved else _units(max(_size(old), _size(new)))
    return units


@cache
def _indexes() -> tuple[Node, ...]:
    """Return the indexes of the table, also the one that a parameter may leave out."""
    found = properties("MetadataTable")["GlobalSecondaryIndexes"]
    return tuple(one["Fn::If"][1] if "Fn::If" in one else one for one in found)


def _entry(index: Node, item: Node) -> Node:
    """Return what an index holds of an item: nothing if the item lacks a key of it."""
    keys = [one["AttributeName"] for one in index["KeySchema"]]
    if not all(key in item for key in keys):
        return {}
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return item
    kept = {"imageId", *keys, *projection.get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in kept}


def _units(size: int) -> int:
    return max(1, math.ceil(size / WRITE_UNIT))


def _size(value: Any) -> int:
    """Return about how many bytes DynamoDB counts for an item: names, and texts and digits of the values."""
    if isinstance(value, dict):
        return sum(len(name) + _size(one) for name, one in value.items())
    return sum(map(_size, value)) if isinstance(value, list) else len(str(value).encode())


def transitions(execution: str) -> int:
    """Return the transitions of a STANDARD execution."""
    pages = boto3.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution)
    return START_AND_END + sum(one["type"].endswith("StateEntered") for page in pages for one in page["events"])
