"""A folder of this machine: each picture is uploaded to the stack, by the rules that hold for a bucket, and once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid5

from botocore.exceptions import ClientError

from lambdas.domain import grants, import_sources, imports, object_keys, objects, upload_versions
from lambdas.domain.expiry import may_have_expired
from lambdas.domain.import_outcomes import Line, new_line
from lambdas.domain.import_sources import Accepted, Listed, Reason, SkippedError
from lambdas.domain.imports import CONFLICT, IMAGES, REFUSED, Outcome
from lambdas.domain.record import is_begun, read_item
from lambdas.runtime import clients, clock
from operations.errors import OperationError
from operations.imports.errors import SourceError
from operations.stack import Stack

AT_ONCE: Final = 8  # files that are uploaded at the same time
PUTS: Final = 5  # attempts at a file while another import uploads it, and may fail


def find_files(folder: Path) -> list[Path]:
    """Return the files below a folder, without hidden ones, by name; raises SourceError if there are none."""
    if not folder.is_dir():
        raise SourceError(f"{folder} is no folder, and no bucket as s3://BUCKET/PREFIX")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_hidden(path.relative_to(folder))]
    if not files:
        raise SourceError(f"{folder} has no files")
    return files


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def check_file(folder: Path, file: Path, owner: str, accepted: Accepted) -> Listed:
    """Return a file as what a source lists; raises SkippedError if it is not imported."""
    one = Listed(file.relative_to(folder).as_posix(), owner=owner)
    import_sources.check_listed(one, accepted.formats)
    import_sources.check_size(file.stat().st_size, accepted.max_bytes)
    return one


def upload_all(stack: Stack, folder: Path, files: list[Path], owner: str, accepted: Accepted) -> Iterator[Line]:
    """Upload files, some at the same time, and yield a line about each in their order.

    After an interruption, the same call goes on where it was: the ID of an image is made from owner, path and content.
    """
    clients.s3(), clients.dynamodb()  # a client may be used by threads, and not be made by several
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda file: _upload(stack, folder, file, owner, accepted), files)


def _upload(stack: Stack, folder: Path, file: Path, owner: str, accepted: Accepted) -> Line:
    key = file.relative_to(folder).as_posix()
    line: Line = {**new_line(Listed(key, owner=owner)), "outcome": Outcome.SKIPPED}
    try:
        line["size"] = file.stat().st_size
        check_file(folder, file, owner, accepted)
        data = file.read_bytes()
    except SkippedError as skipped:
        return {**line, "reason": skipped.reason}
    except FileNotFoundError:
        return {**line, "reason": Reason.NOT_FOUND}
    except OSError:
        return {**line, "reason": Reason.ACCESS_DENIED}
    image_id = str(uuid5(IMAGES, "\n".join((owner, key, sha256(data).hexdigest()))))
    return {**line, "imageId": image_id, "outcome": _put(stack, key, data, owner, image_id)}


def _put(stack: Stack, name: str, data: bytes, owner: str, image_id: str) -> Outcome:
    """Upload a file unless it was uploaded before; its event starts the image, as that of any upload."""
    table = stack.start_settings.metadata_table
    stored = read_item(table, image_id)
    if stored and is_begun(stored):
        return Outcome.ALREADY_IMPORTED
    key, expires = object_keys.upload_key(owner, image_id), clock.now() + imports.COPYING
    filename, kind = imports.filename(name, image_id), imports.content_type(name)
    announced: Any = {"filename": filename, "contentType": kind, "size": len(data), "expiresAt": clock.rfc3339(expires)}
    grants.await_upload(table, grants.Grant(owner, image_id, stack.upload_bucket, key, expires), announced)
    given = {"Key": key, "Body": data, "ContentType": kind, "Metadata": objects.upload_metadata(filename)}
    return _put_once(stack, given)


def _put_once(stack: Stack, given: dict[str, Any]) -> Outcome:
    """Put an object, unless there is one of an import that is not forgotten: its event is on its way."""
    bucket, days = stack.upload_bucket, stack.start_settings.record_retention_days
    condition: Any = {"IfNoneMatch": "*"}
    for _ in range(PUTS):
        try:
            clients.s3().put_object(Bucket=bucket, **given, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] not in (*REFUSED, CONFLICT):
                raise
            upload = upload_versions.find_upload(bucket, given["Key"])
            if upload and not may_have_expired(upload.image, days):
                return Outcome.ALREADY_IMPORTED
            condition = {} if upload else condition
        else:
            return Outcome.COPIED
    raise OperationError(f"{given['Key']} is written by others all the time: import the folder again")
