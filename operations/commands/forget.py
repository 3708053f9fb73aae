"""`operations forget`: delete all images of one person for good, as the person could by the API."""

import sys
from argparse import Namespace
from collections.abc import Iterator

from lambdas.domain import deletions, tombstones
from lambdas.runtime import clients
from operations.cli.confirm import confirm
from operations.cli.progress import progress_bar, spinner
from operations.cli.tables import print_object, print_table
from operations.commands.outcomes import find_writable_stack
from operations.persons import check_owner, find_images, image_settings
from operations.stack import Stack

WOULD_DELETE, DELETED, OBJECTS_DELETED = "would delete", "deleted", "deleted: it had no record"


def run(options: Namespace) -> int:
    """Delete each image of the owner, and the count of the owner's uploads; a repetition does what an error left."""
    check_owner(options.owner)
    stack = find_writable_stack(options)
    with spinner("searching the person's images", start=True):
        images = find_images(stack, options.owner)
    if not options.dry_run:
        question = f"Delete {len(images)} images of {options.owner} for good? Nothing can restore them."
        confirm(question, yes=options.yes, how="--yes")
    done: list[list[str]] = []
    try:
        for image_id, outcome in progress_bar(_forget(stack, images, options), len(images), "images"):
            done.append([image_id, outcome])
            if options.json:
                print_object({"imageId": image_id, "outcome": outcome})
    finally:
        if not options.json and done:
            print_table(["imageId", "outcome"], done)
    if not options.dry_run:
        _forget_usage(stack, options.owner)
        print(f"the user is still in the user pool: {_delete_user(stack, options.owner)}", file=sys.stderr)
    return 0


def _forget(stack: Stack, images: list[str], options: Namespace) -> Iterator[tuple[str, str]]:
    for image_id in images:
        yield image_id, WOULD_DELETE if options.dry_run else _delete(stack, image_id, options.owner)


def _delete(stack: Stack, image_id: str, owner: str) -> str:
    """Delete an image as DELETE /images/{imageId} does, and return what was done."""
    settings = image_settings(stack)
    try:
        tombstone, _ = tombstones.replace_record(settings.metadata_table, image_id, owner)
    except tombstones.NoSuchImageError:
        deletions.delete_objects(image_id, owner, settings)
        return OBJECTS_DELETED
    deletions.complete(tombstone, settings)
    return DELETED


def _forget_usage(stack: Stack, owner: str) -> None:
    """Delete what the limits know of the owner."""
    clients.dynamodb().delete_item(TableName=stack.physical_id("UsageTable"), Key={"owner": {"S": owner}})


def _delete_user(stack: Stack, owner: str) -> str:
    pool = stack.outputs["UserPoolId"]
    return f"aws cognito-idp admin-delete-user --user-pool-id {pool} --username {owner}"
