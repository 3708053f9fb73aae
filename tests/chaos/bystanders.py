"""What others do while the pipeline runs: operators run commands, clients delete uploads and restore them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.domain.object_keys import parse_upload_key
from tests.chaos.faults import CLIENT, OPERATOR, USER, Fault

if TYPE_CHECKING:
    from tests.chaos.context import Context
    from tests.chaos.operators import Operators
    from tests.chaos.uploaders import Uploaders
    from tests.chaos.users import Users

MOST = 4  # acts in one spell
OFTEN = 0.4  # as often as calls fail, at each turn of the world


class Bystanders:
    """Those who act on the images of a schedule beside the pipeline."""

    def __init__(self, context: Context, uploaders: Uploaders, operators: Operators, users: Users) -> None:
        """Let the faults decide who acts when; the image is random."""
        self._context = context
        self._uploaders = uploaders
        self._operators = operators
        self._users = users
        self.begin()

    def begin(self) -> None:
        """Begin another spell."""
        self._left = MOST

    def act(self) -> None:
        """Let somebody act now, or nobody."""
        if not self._left or not self._context.journal.uploads:
            return
        uploads = self._uploads()
        possible = {act: weight for act, weight in (CLIENT | USER).items() if uploads[act]}
        act = self._context.faults.draw({**OPERATOR, **possible}, often=OFTEN)
        if act is None:
            return
        self._left -= 1
        self._context.scheduler.note(act)
        if act in OPERATOR:
            self._operators.act(act)
        else:
            do = {
                Fault.UPLOAD_DELETED: self._uploaders.delete,
                Fault.UPLOAD_RESTORED: self._uploaders.restore,
                Fault.UPLOAD_REMOVED: self._uploaders.remove,
                Fault.IMAGE_DELETED: self._users.delete,
            }[act]
            do(self._context.random.choice(uploads[act]))

    def _uploads(self) -> dict[Fault, list[str]]:
        """Return the ids of the images that each act of a client may be about."""
        account = self._context.account
        there = {parse_upload_key(key)[1]: key for key in account.upload_versions()}
        hidden = [image_id for image_id, key in there.items() if account.hiding(key)]
        return {
            Fault.UPLOAD_DELETED: list(account.visible()),
            Fault.UPLOAD_RESTORED: hidden,
            Fault.UPLOAD_REMOVED: list(there),
            Fault.IMAGE_DELETED: list(account.records()),
        }
