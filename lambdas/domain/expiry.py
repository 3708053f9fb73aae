"""When an image without a record may have had one: DynamoDB deletes the record of an image that did not succeed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.runtime import clock

if TYPE_CHECKING:
    from workflow.contracts.payloads import PipelineInputImage

# A record may be gone this long before it is expected to be: clocks differ by seconds, and a sweep takes minutes.
MARGIN = timedelta(hours=1)


def may_have_expired(image: PipelineInputImage, retention_days: int) -> bool:
    """Return whether the record of an image that has none now may have expired, because its upload is that old.

    Nobody knows then which attempts there were. Another one could have the name of an earlier one, which is the ID of its
    notification.
    """
    return datetime.fromisoformat(image["uploadedAt"]) < clock.now() - timedelta(days=retention_days) + MARGIN
