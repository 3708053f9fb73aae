"""The outcomes of an import: for each batch an object with a line for each source object, in the upload bucket."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, TypedDict

from lambdas.domain.imports import DONE
from lambdas.domain.object_keys import import_folder
from lambdas.runtime import clients

if TYPE_CHECKING:
    from collections.abc import Iterable


class Line(TypedDict):
    """What became of a source object; what is not known is empty, or 0."""

    key: str
    version: str
    owner: str
    imageId: str
    outcome: str
    reason: str
    size: int


def outcomes_key(run: str, items: object) -> str:
    """Return the key of the lines of a batch: the same for each attempt at the batch."""
    digest = sha256(json.dumps(items, sort_keys=True).encode()).hexdigest()[:32]
    return f"{import_folder(run)}outcomes/{digest}.jsonl"


def read_done(bucket: str, key: str) -> dict[str, Line]:
    """Return the lines of an earlier attempt about objects that were imported, by the keys of the objects."""
    client = clients.s3()
    try:
        answer = client.get_object(Bucket=bucket, Key=key)
    except client.exceptions.NoSuchKey:
        return {}
    with answer["Body"] as body:
        return {line["key"]: line for line in parse(body.read()) if line["outcome"] in DONE}


def parse(data: bytes) -> Iterable[Line]:
    """Yield the lines of an object of outcomes."""
    yield from (json.loads(line) for line in data.decode().split("\n") if line)


def write(bucket: str, key: str, lines: Iterable[Line]) -> None:
    """Write the lines of a batch."""
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    clients.s3().put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="application/x-ndjson")
