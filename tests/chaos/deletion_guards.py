"""Guards of deletions: what keeps a deleted image from coming back, and from leaving anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.domain import deletions, objects, record, tombstones
from lambdas.domain.object_keys import upload_key
from lambdas.domain.outcomes import DELETED
from tests.chaos.faults import Fault
from tests.chaos.guard import Guard
from tests.fake_aws import interpreter
from workflow.definition import states_language
from workflow.retries import DYNAMODB_CONDITION_FAILED

if TYPE_CHECKING:
    import pytest


def _real_key(patch: pytest.MonkeyPatch) -> None:
    """Let a tombstone have the key of the upload, so that a newer version replaces it."""
    made = tombstones._tombstone  # noqa: SLF001 - the only place of the key

    def with_key(image_id: str, user: str) -> dict[str, Any]:
        return {**made(image_id, user), "key": upload_key(user, image_id)}

    patch.setattr(tombstones, "_tombstone", with_key)


def _no_looks(patch: pytest.MonkeyPatch) -> None:
    """Let no sweep look at tombstones."""
    patch.setattr(deletions, "look_again", lambda *_: False)


def _versions_kept(patch: pytest.MonkeyPatch) -> None:
    """Hide objects behind delete markers instead of deleting their versions."""
    patch.setattr(objects, "delete_versions", objects.delete_prefix)


def _taken_for_a_grant(patch: pytest.MonkeyPatch) -> None:
    """Let executions begin where they find a tombstone, as where they find a grant."""
    patch.setattr(record, "AWAITING", {"awaiting": DELETED})


def _conditions_that_fail(patch: pytest.MonkeyPatch) -> None:
    """Let an execution fail if it cannot write its outcome because the record is a tombstone."""
    machine = states_language()
    for state in machine["States"].values():
        state["Catch"] = [
            catch for catch in state.get("Catch", []) if DYNAMODB_CONDITION_FAILED not in catch["ErrorEquals"]
        ]
    patch.setattr(interpreter, "states_language", lambda: machine)


OFTEN = {Fault.IMAGE_DELETED: 0.2}
DELETION_GUARDS = [
    Guard("the key that a tombstone does not have", _real_key, "6 deletion", OFTEN),
    Guard("looks at tombstones", _no_looks, "6 deletion", OFTEN | {Fault.CALL_OUTDATED: 0.05}, start=12),
    Guard("the deletion of every version", _versions_kept, "6 deletion", OFTEN),
    Guard("a deletion before the outcome that is no failure", _conditions_that_fail, "6 deletion", OFTEN, start=14),
    Guard("a tombstone that is no grant", _taken_for_a_grant, "6 deletion", OFTEN),
]
