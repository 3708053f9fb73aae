"""The document about an image that its user reads by GET /images/{imageId}, for operators."""

from lambdas.domain.archive_class import ArchiveClass
from lambdas.domain.image_status import describe
from lambdas.domain.image_urls import ImageUrls
from lambdas.domain.outcomes import DELETED
from operations.stack import Stack
from workflow.contracts.payloads import ImageStatusResponse, MetadataRecord


def document(stack: Stack, record: MetadataRecord | None) -> ImageStatusResponse | None:
    """Return what the API answers about an image, None for 404. The URLs are signed with the operator's credentials."""
    if record is None or record["status"] == DELETED:
        return None
    return describe(record, _urls(stack.parameters))


def _urls(parameters: dict[str, str]) -> ImageUrls:
    moves = ArchiveClass(parameters["ArchiveStorageClass"], int(parameters["ArchiveTransitionDays"]))
    return ImageUrls(int(parameters["ImageUrlExpirySeconds"]), archive_class=moves)
