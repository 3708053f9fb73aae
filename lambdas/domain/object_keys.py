"""The keys of objects in both buckets: uploads, staged renditions, archived images."""

from typing import Any

UPLOADS = "uploads/"  # the prefix whose new objects start the pipeline
STAGED = "staged/"  # the prefix where renditions wait; no event rule matches it


def upload_key(owner: str, image_id: str) -> str:
    """Return the key under which owner uploads image_id; nothing of the client's file name is in it."""
    return f"{UPLOADS}{owner}/{image_id}"


def parse_upload_key(key: str) -> tuple[str, str]:
    """Return owner and image id of an upload key; raises ValueError for any other key."""
    prefix, owner, image_id = key.split("/")
    if f"{prefix}/" != UPLOADS:
        raise ValueError("the key is not one of an upload")
    return owner, image_id


def staged_folder(execution: str) -> str:
    """Return the prefix under which an execution's renditions wait for the archive."""
    return f"{STAGED}{execution}/"


def image_folder(image: dict[str, Any]) -> str:
    """Return the prefix under which all executions for a picture archive."""
    return f"{image['owner']}/{image['imageId']}/"


def archive_folder(image: dict[str, Any], execution: str) -> str:
    """Return the prefix under which one execution archives, so that no two can write over each other's."""
    return f"{image_folder(image)}{execution.removeprefix(image['imageId'] + '-')}/"
