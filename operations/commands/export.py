"""`operations export`: write everything of one person to a folder: images.jsonl, and a folder of files for each image."""

import json
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lambdas.domain import object_keys
from lambdas.domain.record import read_item
from lambdas.runtime import clients
from lambdas.runtime.settings import ImageSettings
from operations.cli.progress import progress_bar, spinner
from operations.cli.tables import print_object, print_table
from operations.persons import check_owner, find_images, image_settings
from operations.stack import find_stack

LINES = "images.jsonl"  # one JSON object for each image: record, files, and files in a glacier
UPLOAD = "upload"  # the file's name of an upload, whose type nobody has checked


def run(options: Namespace) -> int:
    """Write records and files, or print only which files there are; return 1 if an original is in a glacier."""
    check_owner(options.owner)
    stack = find_stack(options.stack)
    settings = image_settings(stack)
    with spinner("searching the person's images", start=True):
        images = find_images(stack, options.owner)
    rows: list[list[str]] = []
    complete = True
    for image in progress_bar(_images(settings, images, options), len(images), "images"):
        rows += [[image["imageId"], file] for file in image["files"]]
        complete &= not image["notRestored"]
        if options.json:
            print_object(image)
    if not options.json and rows:
        print_table(["imageId", "file"], rows)
    if not complete:
        print(
            f"some originals are in a glacier: {LINES} has them as notRestored; restore them, and export again",
            file=sys.stderr,
        )
    return int(not complete)


def _images(settings: ImageSettings, images: list[str], options: Namespace) -> Iterator[dict[str, Any]]:
    if options.dry_run:
        yield from (_described(settings, image_id, options.owner, None) for image_id in images)
        return
    options.output.mkdir(parents=True, exist_ok=True)
    with (options.output / LINES).open("w", encoding="utf-8") as lines:
        for image_id in images:
            image = _described(settings, image_id, options.owner, options.output)
            lines.write(json.dumps(image, ensure_ascii=False) + "\n")
            yield image


def _described(settings: ImageSettings, image_id: str, owner: str, output: Path | None) -> dict[str, Any]:
    """Return an image's record and its files, which are written to output if there is one."""
    kept = list(_objects(settings, image_id, owner))
    left = {
        name for bucket, key, version, name in kept if output and not _download(bucket, key, version, output / name)
    }
    files = [name for *_, name in kept if name not in left]
    record = read_item(settings.metadata_table, image_id)
    return {"imageId": image_id, "files": files, "notRestored": sorted(left), "record": record}


def _objects(settings: ImageSettings, image_id: str, owner: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield bucket, key, version and file of each object that is kept of an image: uploads, also older ones, and archived ones."""
    folder = object_keys.image_folder(owner, image_id)
    for key, version in _versions(settings.archive_bucket, folder):
        yield settings.archive_bucket, key, version, f"{image_id}/{key.removeprefix(folder)}"
    for number, (key, version) in enumerate(_versions(settings.upload_bucket, object_keys.upload_key(owner, image_id))):
        yield settings.upload_bucket, key, version, f"{image_id}/{UPLOAD}{f'-{number}' if number else ''}"


def _versions(bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield key and version: of the archive the newest of each key, since no object there is ever replaced."""
    seen = set[str]()
    for page in clients.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for one in page.get("Versions", []):
            if one["Key"] not in seen or one["Key"] == prefix:
                seen.add(one["Key"])
                yield one["Key"], one["VersionId"]


def _download(bucket: str, key: str, version: str, file: Path) -> bool:
    """Write a version to file, and return whether it could be read: one in a glacier has to be restored before."""
    client = clients.s3()
    try:
        answer = client.get_object(Bucket=bucket, Key=key, VersionId=version)
    except client.exceptions.InvalidObjectState:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with answer["Body"] as body, file.open("wb") as target:
        shutil.copyfileobj(body, target)
    return True
