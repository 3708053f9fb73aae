"""Problem details, the form of the API's errors: RFC 9457."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from http import HTTPStatus

    from workflow.contracts.payloads import ApiError

MEDIA_TYPE: Final = "application/problem+json"


def problem(status: HTTPStatus | None, reason: str, detail: str, title: str = "") -> ApiError:
    """Return an error with the contract api-error; without a status, which several share, it has the title given."""
    found: ApiError = {
        "type": "about:blank",
        "title": status.phrase if status else title,
        "detail": detail,
        "reason": reason,
    }
    if status:
        found["status"] = status.value
    return found
