"""What a source has: images and bytes, and how many objects are skipped for which reason, without reading any content."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, cast

from botocore.exceptions import ClientError

from lambdas.domain import import_sources
from lambdas.domain.import_sources import Accepted, Listed, Reason, SkippedError
from lambdas.runtime import clients
from operations.imports import inventories
from operations.imports.errors import SourceError
from operations.imports.sources import Source

EXAMPLES: Final = 3  # keys that are shown for each reason
# Of what is skipped: the function learns it from S3, and everything else from the key.
ASKED: Final = (Reason.EMPTY, Reason.TOO_MANY_BYTES, Reason.NOT_RESTORED)
UNREADABLE: Final = {
    "NoSuchBucket": "there is no such bucket",
    "AccessDenied": "these credentials may not list it",
    "AllAccessDisabled": "nobody may read it",
}


@dataclass
class Count:
    """The objects of a source; sizes are bytes. Those of a list are not looked at, and have no known ones."""

    images: int = 0
    size: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    sizes_known: bool = True

    @property
    def others(self) -> int:
        """The objects that are skipped."""
        return sum(self.skipped.values())

    @property
    def looks(self) -> int:
        """The objects that are skipped, and about which the function asks S3."""
        return sum(self.skipped[reason] for reason in ASKED)

    def to_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        size = self.size if self.sizes_known else None
        return {"images": self.images, "bytes": size, "skipped": dict(self.skipped), "examples": self.examples}

    def add(self, one: Listed, size: int | None, check: Callable[[], None]) -> None:
        """Count an object, whose size may not be known: check raises SkippedError if it is not imported."""
        self.sizes_known &= size is not None
        try:
            check()
        except SkippedError as skipped:
            self.skipped[skipped.reason] += 1
            shown = self.examples.setdefault(skipped.reason, [])
            shown.extend([one.key] if len(shown) < EXAMPLES else [])
            return
        self.images += 1
        self.size += size or 0


def count(source: Source, ownership: Any, accepted: Accepted, limit: int, tick: Callable[[list[str]], None]) -> Count:
    """Return what source has, of limit objects at most; raises SourceError if it cannot be read, or has nothing."""
    found = Count()
    for number, (one, size, check) in enumerate(islice(_objects(source, ownership, accepted), limit)):
        found.add(one, size, check)
        if number % 1000 == 0:
            tick([f"{number:,} objects"])
    if not found.images + found.others:
        raise SourceError(f"{source.url} has no objects. Nothing was started: check the prefix")
    return found


def _objects(
    source: Source, ownership: Any, accepted: Accepted
) -> Iterator[tuple[Listed, int | None, Callable[[], None]]]:
    if source.lines is not None:
        for key, version, owner in source.lines:
            one = import_sources.listed({"key": key, "version": version, "owner": owner}, ownership)
            yield one, None, lambda one=one: import_sources.check_listed(one, accepted.formats)  # type: ignore[misc]
        return
    if source.manifest:
        for row in inventories.read_rows(source.bucket, source.manifest):
            one = import_sources.listed({"entry": cast("Any", row)}, ownership)
            size = inventories.size_of(row)
            item: Any = {"Size": 1 if size is None else size, "StorageClass": inventories.storage_class_of(row)}
            yield one, size, lambda one=one, item=item: _check(one, item, accepted)  # type: ignore[misc]
        return
    for item in _listing(source):
        one = import_sources.listed({"key": item["Key"]}, ownership)
        yield one, item["Size"], lambda one=one, item=item: _check(one, item, accepted)  # type: ignore[misc]


def _check(one: Listed, item: Any, accepted: Accepted) -> None:
    import_sources.check_listed(one, accepted.formats)
    import_sources.check_size(item["Size"], accepted.max_bytes)
    restored = "RestoreExpiryDate" in item.get("RestoreStatus", {})
    import_sources.check_storage_class(item.get("StorageClass", ""), is_restored=restored)


def _listing(source: Source) -> Iterator[Any]:
    """Yield the objects with the prefix, as S3 lists them; raises SourceError if it does not."""
    pages = clients.s3().get_paginator("list_objects_v2")
    try:
        for page in pages.paginate(
            Bucket=source.bucket, Prefix=source.prefix, OptionalObjectAttributes=["RestoreStatus"]
        ):
            yield from page.get("Contents", [])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in UNREADABLE:
            raise
        raise SourceError(f"{source.url} cannot be read: {UNREADABLE[code]}. Nothing was started") from error
