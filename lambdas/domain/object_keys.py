"""The keys of objects in all buckets: uploads, staged renditions, archived images."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

UPLOADS = "uploads/"  # the prefix whose new objects start the pipeline
IMPORTS = "imports/"  # the prefix of the lists, outcomes and results of imports
INVENTORIES = "inventories/"  # the prefix of the inventories of uploads, in a bucket of their own
STAGED = "staged/"  # the prefix of renditions that wait to be archived; no event rule matches it


def upload_key(owner: str, image_id: str) -> str:
    """Return the key under which owner uploads the image; it holds nothing of the client's file name."""
    return f"{UPLOADS}{owner}/{image_id}"


def parse_upload_key(key: str) -> tuple[str, str]:
    """Return the owner and the image id of an upload's key; raises ValueError for any other key."""
    prefix, owner, image_id = key.split("/")
    if f"{prefix}/" != UPLOADS:
        raise ValueError("the key is not one of an upload")
    return owner, image_id


def import_folder(run: str) -> str:
    """Return the prefix of what an import keeps."""
    return f"{IMPORTS}{run}/"


def staged_folder(execution: str) -> str:
    """Return the prefix under which an execution stages its renditions."""
    return f"{STAGED}{execution}/"


def staged_folders(image_id: str) -> str:
    """Return the prefix under which all executions for an image stage: their names begin with its id."""
    return f"{STAGED}{image_id}-"


def image_folder(owner: str, image_id: str) -> str:
    """Return the prefix under which all executions for an image archive."""
    return f"{owner}/{image_id}/"


def archive_folder(image: Image, execution: str) -> str:
    """Return the prefix under which one execution archives, so that no two can overwrite each other's objects."""
    return f"{image_folder(image['owner'], image['imageId'])}{execution.removeprefix(image['imageId'] + '-')}/"
