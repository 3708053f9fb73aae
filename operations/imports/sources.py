"""The source of an import, as a person names it: a prefix of a bucket, a list of keys, or an inventory."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any, Final

from lambdas.domain.import_sources import LONGEST_KEY, is_key, is_owner
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


def read_source(text: str, keys: Path | None, inventory: str | None, *, by_path: bool) -> Source:
    """Return the source that a command line names, whose owners are in the paths after its prefix if by_path; raises SourceError."""
    bucket, prefix = parse_url(text)
    if by_path and prefix and not prefix.endswith("/"):
        raise SourceError(f"--owner-from path needs a whole folder: end {text} with a slash")
    if (keys or inventory) and prefix and not by_path:
        raise SourceError(f"a list has whole keys: name the bucket alone, as s3://{bucket}")
    if keys:
        return Source(bucket, prefix, tuple(_read_list(keys)))
    return Source(bucket, prefix, manifest=parse_url(inventory)) if inventory else Source(bucket, prefix)


def _read_list(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the lines of a list, in CSV (key, version, owner) or JSON Lines; raises SourceError if some are broken."""
    faults, count = [], 0
    lines = enumerate(StringIO(_text(file), newline=""), 1)  # a key in quotes may have line ends
    for number, line in lines:
        if not line.strip():
            continue
        try:
            yield _parse(line, (more for _, more in lines))
            count += 1
        except ValueError as error:
            faults.append(f"line {number} {error}")
    if faults:
        more = f", and {len(faults) - MOST_FAULTS} more lines" if len(faults) > MOST_FAULTS else ""
        raise SourceError(f"{file}: {'; '.join(faults[:MOST_FAULTS])}{more}. Nothing was started: correct the list")
    if not count:
        raise SourceError(f"{file} has no keys")


def _text(file: Path) -> str:
    """Return the text of a list, without the mark that some editors put before it; raises SourceError."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file} is not in UTF-8. Nothing was started: convert the list") from error


def _parse(line: str, following: Iterator[str]) -> tuple[str, str, str]:
    """Return key, version and owner of a line, and of following ones in quotes; raises ValueError that says what is wrong."""
    found = _of_json(line) if line.lstrip().startswith("{") else _of_csv(chain([line], following))
    if not 0 < len(found) <= len(FIELDS):
        raise ValueError(f"has {len(found)} fields: key, version and owner are expected")
    key, version, owner = [*found, "", ""][: len(FIELDS)]
    if not is_key(key):
        raise ValueError(f"has a key that is no text of 1 to {LONGEST_KEY} bytes")
    if version and not is_key(version):
        raise ValueError(f"has a version that is no text of up to {LONGEST_KEY} bytes")
    if owner and not is_owner(owner):
        raise ValueError("has an owner that is no user ID")
    return key, version, owner


def _of_csv(lines: Iterator[str]) -> list[str]:
    try:
        return next(csv.reader(lines, strict=True), [])
    except csv.Error:
        raise ValueError("is no CSV: a quote is not closed, or something follows one") from None


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
    text = StringIO()
    # Step Functions takes a backslash for an escape, also in quotes.
    escaped = ([field.replace("\\", r"\\") for field in line] for line in source.lines or ())
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(escaped)
    clients.s3().put_object(Bucket=bucket, Key=key, Body=text.getvalue().encode(), ContentType="text/csv")
