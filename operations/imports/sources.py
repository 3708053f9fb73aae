"""The source of an import, as a person names it: a prefix of a bucket, a list of keys, or an inventory."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lambdas.domain.import_sources import LONGEST_KEY, OWNER
from lambdas.runtime import clients
from operations.imports.errors import SourceError

URL: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)
FIELDS: Final = ("key", "version", "owner")  # of a line, in the order of the CSV that the state machine reads
MOST_FAULTS: Final = 3  # broken lines that a message names


@dataclass(frozen=True)
class Source:
    """Objects of one bucket: those with a prefix or, if there are lines, those of a list."""

    bucket: str
    prefix: str = ""
    lines: tuple[tuple[str, str, str], ...] | None = None  # key, version and owner of each
    manifest: tuple[str, str] | None = None  # bucket and key of the manifest of an inventory

    @property
    def url(self) -> str:
        """How a person names it."""
        return f"s3://{self.bucket}/{self.prefix}"


def parse_url(text: str) -> tuple[str, str]:
    """Return bucket and key of a URL such as s3://bucket/prefix; raises SourceError."""
    match = URL.fullmatch(text)
    if not match:
        raise SourceError(f"{text} is no source: name a bucket as s3://BUCKET/PREFIX")
    return match[1], match[2] or ""


def read_source(text: str, keys: Path | None, inventory: str | None) -> Source:
    """Return the source that a command line names; raises SourceError."""
    bucket, prefix = parse_url(text)
    if keys:
        return Source(bucket, prefix, tuple(_read_list(keys)))
    return Source(bucket, prefix, manifest=parse_url(inventory)) if inventory else Source(bucket, prefix)


def _read_list(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the lines of a list, in CSV (key, version, owner) or JSON Lines; raises SourceError if some are broken."""
    faults, count = [], 0
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield _parse(line)
            count += 1
        except ValueError as error:
            faults.append(f"line {number} {error}")
    if faults:
        more = f", and {len(faults) - MOST_FAULTS} more lines" if len(faults) > MOST_FAULTS else ""
        raise SourceError(f"{file}: {'; '.join(faults[:MOST_FAULTS])}{more}. Nothing was started: correct the list")
    if not count:
        raise SourceError(f"{file} has no keys")


def _parse(line: str) -> tuple[str, str, str]:
    """Return key, version and owner of a line; raises ValueError that says what is wrong with it."""
    found = _of_json(line) if line.lstrip().startswith("{") else next(csv.reader([line], strict=True), [])
    if not 0 < len(found) <= len(FIELDS):
        raise ValueError(f"has {len(found)} fields: key, version and owner are expected")
    key, version, owner = [*found, "", ""][: len(FIELDS)]
    if not 0 < len(key.encode()) <= LONGEST_KEY:
        raise ValueError(f"has a key of {len(key.encode())} bytes: 1 to {LONGEST_KEY} are allowed")
    if owner and not OWNER.fullmatch(owner):
        raise ValueError("has an owner that is no user ID")
    return key, version, owner


def _of_json(line: str) -> list[str]:
    try:
        found: Any = json.loads(line)
    except ValueError:
        raise ValueError("is no JSON") from None
    if strange := sorted(set(found) - set(FIELDS)):
        raise ValueError(f"has unknown fields: {', '.join(strange)}")
    if not all(isinstance(value, str) for value in found.values()):
        raise ValueError("has a field that is no text")
    return [found.get(name, "") for name in FIELDS]


def write_list(source: Source, bucket: str, key: str) -> None:
    """Write the lines of a source to S3, in the form that the state machine reads."""
    from io import StringIO

    text = StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(source.lines or ())
    clients.s3().put_object(Bucket=bucket, Key=key, Body=text.getvalue().encode(), ContentType="text/csv")
