"""What an import costs, and how long it takes, by the stack's template and the published prices."""

from dataclasses import dataclass
from typing import Any

from costs.import_usage import import_seconds, import_usage
from costs.prices import STORAGE_CLASSES
from costs.workload_profile import IMPORT, ImportProfile
from operations.imports.counting import Count
from operations.stack import Stack

GB = 2**30


@dataclass(frozen=True)
class Estimate:
    """Dollars by service, seconds, and dollars for each month in which the originals are stored once."""

    dollars: dict[str, float]
    seconds: float
    stored: float

    @property
    def total(self) -> float:
        """All dollars but those of storage."""
        return sum(self.dollars.values())

    def to_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        rounded = {name: round(value, 4) for name, value in self.dollars.items()}
        return {"dollars": rounded, "total": round(self.total, 4), "seconds": round(self.seconds)}


def estimate(stack: Stack, count: Count, concurrency: int, profile: ImportProfile = IMPORT) -> Estimate:
    """Return the estimate for what was counted, with so many images at the same time; profile is the work for an image."""
    from templates.stack import build  # takes half a second

    template = build().to_dict()
    kind, looks = stack.parameters["WorkflowType"], count.looks
    used = import_usage(template, kind, images=count.images, others=count.others, looks=looks, profile=profile)
    dollars: dict[str, float] = {}
    for price, units in used.items():
        dollars[price.service] = dollars.get(price.service, 0) + units * price.each
    seconds = import_seconds(template, images=count.images, looks=looks, concurrency=concurrency, profile=profile)
    stored = count.size / GB * STORAGE_CLASSES["STANDARD"].kept  # uploads and the archive begin in it
    return Estimate(dict(sorted(dollars.items(), key=lambda one: -one[1])), seconds, stored)


def duration(seconds: float) -> str:
    """Return a duration for people."""
    for unit, name in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"
