"""Users, who delete their images at any time, also twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lambdas.image_requests import image_request

if TYPE_CHECKING:
    from tests.chaos.context import Context
    from tests.chaos.invocations import Functions

DELETED = (202, 204)  # the answers about an image that is deleted


class Users:
    """The users of one schedule, all of whom have the same images."""

    def __init__(self, context: Context, functions: Functions) -> None:
        """Let them use the API's functions."""
        self._context = context
        self._functions = functions

    def delete(self, image_id: str) -> None:
        """Delete an image, and remember the answer; nobody repeats a request without one."""
        request = {**image_request(image_id), "httpMethod": "DELETE"}
        invocation = self._functions.invoke("lambdas.delete_image", request)

        def follow() -> None:
            self._context.scheduler.wait(lambda: invocation.over)
            if not invocation.error and invocation.answer["statusCode"] in DELETED:
                self._context.journal.answered_deletion(image_id)

        self._context.scheduler.spawn("user", follow)
