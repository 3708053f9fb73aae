"""What the stack costs, from its template and published prices: `python -m pages.costs`, or with --json for programs."""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("costs", "pages.costs"))

import json
from typing import Any, Final

from asl.command import Parser
from costs.prices import STORAGE_CLASSES, Price
from costs.usage import image_usage
from costs.workload_profile import (
    CALL_SECONDS,
    DELETION,
    DELETION_LOOKS,
    FAILED_SHARE,
    IMAGES_PER_MONTH,
    INVOCATIONS,
    SAMPLE_IMAGE,
    STATUS,
    STATUS_REQUESTS,
    UNUSED_SHARE,
    VARIANTS,
)
from pages.markdown import code, table
from pages.monthly_cost import monthly_usage
from pages.request_usage import request_usage
from templates.stack import build

Node = dict[str, Any]
THOUSAND: Final = 1000
WORKFLOW_TYPES: Final = ("STANDARD", "EXPRESS")
# The outcome of an image, and whether it is a rejection.
OUTCOMES: Final = {"archived": False, "rejected": True}
TOTAL: Final = "**total**"


def costs(template: Node) -> Node:
    """Return the dollars for 1,000 images by workflow type, outcome and service, for 1,000 times each request, and others."""
    images = {
        kind: {
            outcome: _by_service(image_usage(template, kind, rejected=rejected))
            for outcome, rejected in OUTCOMES.items()
        }
        for kind in WORKFLOW_TYPES
    }
    month = {item: price.each * units for item, (price, units) in monthly_usage(template).items()}
    classes = template["Parameters"]["ArchiveStorageClass"]["AllowedValues"]
    requests = {what: _by_service(used) for what, used in request_usage(template).items()}
    return {
        "images": images,
        "requests": requests,
        "month": month,
        "storage": {name: STORAGE_CLASSES[name].kept for name in classes},
    }


def page(template: Node) -> str:
    """Return the tables of all costs in Markdown, each with its assumptions."""
    found = costs(template)
    tables = [
        _images(found["images"]),
        _requests(found["requests"]),
        _month(template),
        _storage(found["storage"]),
        _prices(template),
    ]
    return "\n\n".join(tables) + "\n"


def _by_service(used: dict[Price, float]) -> dict[str, float]:
    """Return the dollars for 1,000 images by service."""
    found: dict[str, float] = {}
    for price, units in used.items():
        found[price.service] = found.get(price.service, 0) + THOUSAND * units * price.each
    return found


def _images(found: Node) -> str:
    columns = [found[kind][outcome] for kind in WORKFLOW_TYPES for outcome in OUTCOMES]
    services = sorted(columns[0], key=lambda service: -columns[0][service])
    head = ["dollars for 1,000 images", *(f"{kind}, {outcome}" for kind in WORKFLOW_TYPES for outcome in OUTCOMES)]
    rows = [[service, *(f"{column.get(service, 0):.4f}" for column in columns)] for service in services]
    total = [TOTAL, *(f"**{sum(column.values()):.2f}**" for column in columns)]
    seconds = ", ".join(f"{name.removesuffix('Function')} {taken.seconds:.3f} s" for name, taken in INVOCATIONS.items())
    caption = (
        f"The image is {SAMPLE_IMAGE}. States, functions and their memory are counted from the template. The calls of each"
        " function, its log, the size of the record and the functions' times were measured with that image on one core in"
        f" November 2026; every call of AWS is assumed to take {CALL_SECONDS:.2f} s: {seconds}. Its uploader asks for its status"
        f" {STATUS_REQUESTS} times, which takes {STATUS.seconds:.3f} s each. Each image is assumed to come"
        " alone, with its own message, invocations and traces, as it does below one image a second; above that, X-Ray"
        " samples one in 20. SqsTriggerFunction waits for the outcome as long as all tasks take together. Nothing is retried, no function has a cold start, and the first step rejects a rejected image."
        " Not included: storage of images (below), of records with DynamoDB's point-in-time recovery, and of logs;"
        " deliveries to subscribers of the topic; transfer out of AWS; sign-ins (Cognito has a price per user and month);"
        " preflight requests of browsers; and taxes."
    )
    return _with_caption(table(head, [*rows, total]), caption)


def _requests(found: Node) -> str:
    services = list(dict.fromkeys(service for used in found.values() for service in used))
    rows = [
        [what, *(f"{used.get(service, 0):.4f}" for service in services), f"**{sum(used.values()):.2f}**"]
        for what, used in found.items()
    ]
    caption = (
        f"The image has succeeded. A deletion is one request of {len(DELETION.calls)} calls, and the sweep looks for leftovers"
        f" {DELETION_LOOKS} more times: each look lists three prefixes, which is most of the price. S3 deletes for nothing."
        " The images of a page of the list come from S3 once; after that they are in the browser's cache for as long as"
        " their URLs are the same. A further format is that of a photograph at the default sizes: encoding it was measured"
        f" ({_encoding()}), and each of its two images is staged, archived and listed. Larger edges and more of them"
        " take proportionally more."
    )
    return _with_caption(table(["dollars for 1,000 times", *services, TOTAL], rows), caption)


def _encoding() -> str:
    return ", ".join(f"{name} {sum(seconds):.2f} s" for name, seconds in VARIANTS.items())


def _month(template: Node) -> str:
    found = monthly_usage(template)
    rows = [[item, f"{units:,.0f}", f"{price.each * units:.2f}"] for item, (price, units) in found.items()]
    total = sum(price.each * units for price, units in found.values())
    caption = (
        "A metric is billed only for the hours in which it is published, and a key also by the requests for data keys. The"
        f" cost of the sweeps grows with the images that are open, and that of the daily audits with those that are"
        f" kept: here, {IMAGES_PER_MONTH:,} images a month, of which {FAILED_SHARE:.0%} fail, and upload URLs of which"
        f" {UNUSED_SHARE:.0%} are not used."
        " `SweepMinutes` sets the interval. Items below one cent are left out."
    )
    return _with_caption(
        table(["dollars a month", "units", "dollars"], [*rows, [TOTAL, "", f"**{total:.2f}**"]]), caption
    )


def _storage(classes: Node) -> str:
    rows = [
        [code(name), f"{STORAGE_CLASSES[name].kept}", f"{STORAGE_CLASSES[name].moved}", STORAGE_CLASSES[name].remark]
        for name in classes
    ]
    caption = (
        "An image is stored as an upload for `UploadRetentionDays`, and for 30 more days as a noncurrent version; the archive"
        " holds the original, the resized images and the thumbnail. Only originals of 128 KB and more move; all others"
        " stay in `STANDARD`. Each original has one tag for this, $0.01 a month for 10,000. Of the 40 KB of overhead of an archived object, 8 KB are billed as `STANDARD`."
    )
    return _with_caption(
        table(["`ArchiveStorageClass`", "dollars per GB and month", "for 1,000 objects moved", ""], rows), caption
    )


def _prices(template: Node) -> str:
    of_images = (
        price
        for kind in WORKFLOW_TYPES
        for rejected in OUTCOMES.values()
        for price in image_usage(template, kind, rejected=rejected)
    )
    of_requests = (price for used in request_usage(template).values() for price in used)
    used = dict.fromkeys([*of_images, *of_requests, *(price for price, _ in monthly_usage(template).values())])
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
    caption = "On-demand prices of us-east-1, first tier, without free tier; other regions have other prices."
    return _with_caption(table(["service", "unit", "dollars", "for", "page", "as of"], rows), caption)


def _with_caption(text: str, caption: str) -> str:
    return f"{text}\n\n{caption}"


def main() -> None:
    """Print the costs as the command line asks."""
    parser = Parser(prog="python -m pages.costs", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print dollars, for programs")
    template = build().to_dict()
    print(json.dumps(costs(template), indent=2) if parser.parse_args().json else page(template), end="")
