"""Patches of moto and botocore: time, AWS calls, writes and notifications."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient
from moto.dynamodb.models import DynamoDBBackend
from moto.s3 import models as s3_models
from moto.sns.models import SNSBackend
from moto.sqs import models as sqs_models

from lambdas.domain import back_pressure
from lambdas.runtime import clock
from tests.chaos import interpreter_patches
from tests.chaos.shortcuts import fast_call
from tests.lambdas import sandboxed

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.chaos.hooks import Hooks

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Patches:
    """The patches, made once for many schedules; hooks are those of the running schedule."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """Install the patches."""
        self.hooks: Hooks | None = None
        self.shortcuts = True  # False: every call is made as a request
        self._patch = patch
        self._clocks()
        self._calls()
        self._stores()
        interpreter_patches.install(patch, self.here)
        sandboxed.run_here(patch)  # a process for each image is of no interest here
        # No statement depends on back-pressure: the schedules start as many executions as they like.
        patch.setattr(back_pressure, "wait_for_outcomes", lambda *_: None)

    def here(self) -> Hooks:
        """Return the hooks of the running schedule."""
        assert self.hooks, "no schedule runs"
        return self.hooks

    def _clocks(self) -> None:
        def naive() -> datetime:
            return self._now().replace(tzinfo=None)

        def seconds(moment: datetime | None = None) -> float:
            return ((moment or naive()).replace(tzinfo=UTC) - EPOCH) / timedelta(seconds=1)

        self._patch.setattr(clock, "now", lambda: self.hooks.clock() if self.hooks else datetime.now(UTC))
        self._patch.setattr(s3_models, "utcnow", naive)
        self._patch.setattr(sqs_models, "unix_time", seconds)
        self._patch.setattr(sqs_models, "unix_time_millis", lambda moment=None: seconds(moment) * 1000)
        self._patch.setattr(sqs_models.Queue, "wait_for_messages", lambda _, timeout: self.here().pass_time(timeout))

    def _now(self) -> datetime:
        return self.hooks.now() if self.hooks else datetime.now(UTC)

    def _calls(self) -> None:
        call = BaseClient._make_api_call  # type: ignore[attr-defined] # noqa: SLF001 - botocore has no other place for it

        def called(client: Any, operation: str, params: dict[str, Any]) -> Any:
            def do(params: dict[str, Any]) -> Any:
                if operation == "Invoke":
                    return self.here().invoke_directly(params)
                short = fast_call(client, operation, params) if self.shortcuts else None
                return short() if short else call(client, operation, params)

            if not self.hooks:
                return call(client, operation, params)
            return self.hooks.call(client, operation, params, do)

        self._patch.setattr(BaseClient, "_make_api_call", called)

    def _stores(self) -> None:
        for name in ("put_item", "update_item", "delete_item"):
            self._patch.setattr(DynamoDBBackend, name, self._watched(getattr(DynamoDBBackend, name)))
        publish = SNSBackend.publish

        @wraps(publish)
        def published(backend: Any, message: str, *arguments: Any, **named: Any) -> Any:
            if self.hooks:
                self.hooks.published(message, named["message_attributes"])
            return publish(backend, message, *arguments, **named)

        self._patch.setattr(SNSBackend, "publish", published)

    def _watched(self, write: Callable[..., Any]) -> Callable[..., Any]:
        """Return the write of one item, which also calls the hooks if it succeeds."""

        @wraps(write)
        def watched(backend: Any, table: str, item: dict[str, Any], *arguments: Any, **named: Any) -> Any:
            image_id = item["imageId"]["S"]
            old = stored(backend, table, image_id)
            done = write(backend, table, item, *arguments, **named)
            if self.hooks:
                self.hooks.written(old, stored(backend, table, image_id))
            return done

        return watched


def stored(backend: Any, table: str, image_id: str) -> dict[str, Any] | None:
    """Return the item of that id in a table of moto's, as DynamoDB has it."""
    found = next((item for key, item in backend.tables[table].items.items() if key.value == image_id), None)
    attributes: dict[str, Any] | None = found.to_json()["Attributes"] if found else None
    return attributes
