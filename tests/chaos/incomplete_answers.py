"""Answers of AWS that are not the whole truth: stale reads, unprocessed keys, requests that are carried out in part."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.chaos.faults import Fault

if TYPE_CHECKING:
    from datetime import datetime

    from tests.chaos.context import Context
    from tests.chaos.hooks import Call

    Params = dict[str, Any]

HIDDEN = 0.5  # of the executions that were just started
UNSEEN = timedelta(minutes=1)  # an execution that was started within it may not be visible yet
NOT_DELETED = {"Code": "InternalError", "Message": "We encountered an internal error. Please try again."}


class IncompleteAnswers:
    """Makes calls that succeed and yet return, or do, less than what was asked for."""

    def __init__(self, context: Context) -> None:
        """Draw what is left out; the older records are in the journal."""
        self._random = context.random
        self._journal = context.journal

    def answer(self, fault: Fault, operation: str, params: Params, do: Call) -> Any:
        """Make a call, and return its incomplete answer."""
        if operation == "Scan":
            return self._stale_scan(params, do)
        if operation == "DeleteObjects":
            return self._deleted_partially(params, do)
        return (self._stale_batch if fault is Fault.READ_STALE else self._unprocessed)(params, do)

    def _stale_batch(self, params: Params, do: Call) -> Any:
        answer = do(params)
        for table, wanted in params["RequestItems"].items():
            older = (self._older(key["imageId"]["S"]) for key in wanted["Keys"])
            answer["Responses"][table] = [item for item in older if item]
        return answer

    def _stale_scan(self, params: Params, do: Call) -> Any:
        """Return what a scan for one status may return: its only filter."""
        (wanted,) = params["ExpressionAttributeValues"].values()
        older = [self._older(image_id) for image_id in self._journal.items]
        return {**do(params), "Items": [item for item in older if item and item["status"] == wanted]}

    def _older(self, image_id: str) -> Any:
        """Return a record as it was at some time, None if there was none."""
        return self._random.choice(self._journal.items.get(image_id, [None]))

    def _unprocessed(self, params: Params, do: Call) -> Any:
        """Process at least one key, because DynamoDB throttles the request otherwise."""
        ((table, wanted),) = params["RequestItems"].items()
        keys = self._random.sample(wanted["Keys"], len(wanted["Keys"]))
        processed = self._random.randint(1, len(keys))
        answer = do({"RequestItems": {table: {"Keys": keys[:processed]}}})
        left = keys[processed:]
        return {**answer, "UnprocessedKeys": {table: {"Keys": left}} if left else {}}

    def describe(self, client: Any, params: Params, do: Call, now: datetime) -> Any:
        """Hide an execution that was just started, or show one that has ended as running."""
        starts = (start for start in self._journal.starts if start.execution.exec_arn == params["executionArn"])
        start = next(starts, None)
        if start and now - start.at < UNSEEN and self._random.random() < HIDDEN:
            error = {"Error": {"Code": "ExecutionDoesNotExist", "Message": "Execution Does Not Exist"}}
            raise client.exceptions.ExecutionDoesNotExist(error, "DescribeExecution")
        return {**do(params), "status": "RUNNING"}

    def _deleted_partially(self, params: Params, do: Call) -> Any:
        """Delete some of the objects, perhaps none, and never all."""
        objects = params["Delete"]["Objects"]
        keys = self._random.sample(objects, len(objects))
        deleted = self._random.randrange(len(keys))
        if deleted:
            do({**params, "Delete": {**params["Delete"], "Objects": keys[:deleted]}})
        return {"Errors": [{**one, **NOT_DELETED} for one in keys[deleted:]]}
