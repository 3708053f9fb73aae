"""What the stack costs, from its template and published prices: `python -m pages.costs`, or with --json for programs."""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any, Final

from asl.command import run_command
from pages.monthly_cost import monthly_usage
from pages.prices import STORAGE_CLASSES, Price
from pages.usage import image_usage
from pages.workload_profile import CALL_SECONDS, IMAGES_PER_MONTH, INVOCATIONS, SAMPLE_IMAGE
from templates.stack import build

Node = dict[str, Any]
THOUSAND: Final = 1000
WORKFLOW_TYPES: Final = ("STANDARD", "EXPRESS")
# What may become of a picture, in words, and whether it is rejected.
OUTCOMES: Final = {"archived": False, "rejected": True}


def costs(template: Node) -> Node:
    """Return what 1,000 pictures cost, by service, workflow type and end; what a month costs; and what storage does."""
    pictures = {
        kind: {end: _by_service(image_usage(template, kind, rejected=rejected)) for end, rejected in OUTCOMES.items()}
        for kind in WORKFLOW_TYPES
    }
    month = {what: price.each * units for what, (price, units) in monthly_usage(template).items()}
    offered = template["Parameters"]["ArchiveStorageClass"]["AllowedValues"]
    return {"pictures": pictures, "month": month, "storage": {name: STORAGE_CLASSES[name].kept for name in offered}}


def page(template: Node) -> str:
    """Return all of it in Markdown, with what it rests on."""
    found = costs(template)
    tables = [_images(found["pictures"]), _month(template), _storage(found["storage"]), _prices(template)]
    return "\n\n".join(tables) + "\n"


def _by_service(used: dict[Price, float]) -> dict[str, float]:
    """Return the dollars for 1,000 pictures by service."""
    found: dict[str, float] = {}
    for price, units in used.items():
        found[price.service] = found.get(price.service, 0) + THOUSAND * units * price.each
    return found


def _images(found: Node) -> str:
    columns = [found[kind][end] for kind in WORKFLOW_TYPES for end in OUTCOMES]
    services = sorted(columns[0], key=lambda service: -columns[0][service])
    head = ["dollars for 1,000 pictures", *(f"{kind}, {end}" for kind in WORKFLOW_TYPES for end in OUTCOMES)]
    rows = [[service, *(f"{column.get(service, 0):.4f}" for column in columns)] for service in services]
    total = ["**together**", *(f"**{sum(column.values()):.2f}**" for column in columns)]
    seconds = ", ".join(f"{name.removesuffix('Function')} {taken.seconds:.3f} s" for name, taken in INVOCATIONS.items())
    caption = (
        f"The picture is {SAMPLE_IMAGE}. States, functions and their memory are counted from the template; the calls of each"
        " function, its log, the record's size and the functions' times were measured with that picture on one core in"
        f" November 2026, and every call of AWS is taken to last {CALL_SECONDS:.2f} s: {seconds}. Each picture is taken to come"
        " alone, with a message, an invocation and two traces of its own, as it does below one a second; above that X-Ray"
        " samples one in 20. Nothing is retried, no function starts cold, and a rejected picture is rejected by the first"
        " step. Not in it: what is kept, which is pictures (below), records with DynamoDB's backup for a point in time, and"
        " logs; what subscribers to the topic cost, transfer out of AWS, sign-ins (Cognito is paid for by users a month), a"
        " browser's preflight, and taxes."
    )
    return "\n".join([*_table(head, [*rows, total]), "", caption])


def _month(template: Node) -> str:
    found = monthly_usage(template)
    rows = [[what, f"{units:,.0f}", f"{price.each * units:.2f}"] for what, (price, units) in found.items()]
    total = sum(price.each * units for price, units in found.values())
    caption = (
        "A metric is paid for only in the hours in which it is told, and a key by how often its data keys are asked for. What"
        f" the sweeps take grows with the pictures that are kept: here {IMAGES_PER_MONTH:,} come in a month, and succeed. Of each"
        " that ended otherwise, a sweep lists its place in the archive too, for three days. `SweepMinutes` says how often;"
        " what is less than a cent is left out."
    )
    return "\n".join(
        [*_table(["dollars a month", "how many", ""], [*rows, ["**together**", "", f"**{total:.2f}**"]]), "", caption]
    )


def _storage(offered: Node) -> str:
    rows = [
        [f"`{name}`", f"{STORAGE_CLASSES[name].kept}", f"{STORAGE_CLASSES[name].moved}", STORAGE_CLASSES[name].remark]
        for name in offered
    ]
    caption = (
        "A picture is kept as an upload for `UploadRetentionDays` and 30 days more as an old version, and in the archive as"
        " original, resized images and thumbnail. S3 moves no object of less than 128 KB, so thumbnails stay. Of the 40 KB"
        " that an archived object has beside itself, 8 cost as much as in `STANDARD`."
    )
    return "\n".join(
        [*_table(["`ArchiveStorageClass`", "dollars a GB and month", "for 1,000 objects moved", ""], rows), "", caption]
    )


def _prices(template: Node) -> str:
    by_picture = (
        price
        for kind in WORKFLOW_TYPES
        for rejected in (False, True)
        for price in image_usage(template, kind, rejected=rejected)
    )
    used = dict.fromkeys([*by_picture, *(price for price, _ in monthly_usage(template).values())])
    rows = [
        [
            price.service,
            price.unit,
            f"{price.dollars}",
            f"{price.per:,}",
            f"[{price.page}](https://aws.amazon.com/{price.page}/pricing/)",
            price.as_of,
        ]
        for price in sorted(used, key=lambda price: (price.service, price.unit))
    ]
    caption = "Prices of us-east-1, on demand, the first tier, no free allowance; other regions ask others."
    return "\n".join([*_table(["service", "what", "dollars", "for", "page", "as of"], rows), "", caption])


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def main() -> None:
    """Print the costs as the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m pages.costs", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print dollars, for programs")
    template = build().to_dict()
    print(json.dumps(costs(template), indent=2) if parser.parse_args().json else page(template), end="")


if __name__ == "__main__":
    sys.exit(run_command("costs", main))
