"""The second statement: the archive holds the images that succeeded, and nothing else is left anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.domain import executions
from lambdas.domain.object_keys import STAGED
from lambdas.domain.outcomes import SUCCEEDED
from tests.fake_aws.account import OWNER
from tests.fake_aws.resources import ARCHIVE, UPLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.account import Account
    from tests.chaos.journal import Journal


def violations(account: Account, records: dict[str, dict[str, Any]], journal: Journal) -> Iterator[str]:
    """Yield what is missing, and what is left of images whose uploads are not removed for good."""
    left = set(account.keys(ARCHIVE))
    for image_id, record in records.items():
        if record["status"] == SUCCEEDED:
            recorded = set(archived(record["archive"]))
            yield from (f"{image_id} misses {key}" for key in sorted(recorded - left))
            left -= recorded
        for execution in record.get("earlier", []):
            folder = f"{OWNER}/{image_id}/{execution.removeprefix(image_id + '-')}/"
            earlier = {key for key in left if key.startswith(folder)}
            names = {key.removeprefix(folder).partition(".")[0] for key in earlier}
            # Renditions that are made anew have the original of the first execution.
            again = journal.rerendered & {execution, record["execution"], *record.get("earlier", [])}
            wanted = {"resized", "thumbnail"} if again else {"original", "resized", "thumbnail"}
            if not wanted <= names:
                yield f"{image_id} misses some of what {execution} archived: {sorted(names)}"
            left -= earlier
    images = {key: key.split("/")[1] for key in left}
    staged = (key for key in account.keys(UPLOADS) if key.startswith(STAGED))
    images |= {key: executions.image_id(key.split("/")[1]) for key in staged}
    yield from (f"left behind: {key}" for key in sorted(images) if images[key] not in journal.removed)


def archived(archive: dict[str, Any]) -> Iterator[str]:
    """Yield the keys that the archive of a record names; some are there twice."""
    yield from (archive[name]["key"] for name in ("original", "resized", "thumbnail"))
    yield from (smaller["key"] for smaller in archive["smaller"])
    yield from (rendition["key"] for rendition in archive["renditions"])
