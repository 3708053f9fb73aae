"""The tables of simulated bursts in docs/reliability.md: `python -m tests.bursts FILE` writes them."""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from costs import prices
from operations.cloudformation.concurrency import fitting
from pages.markdown import table
from tests.bursts import imports
from tests.bursts.policy import deployed, version_0_2_0
from tests.bursts.simulation import simulate
from tests.templates.emitted import properties

if TYPE_CHECKING:
    from tests.bursts.account import Burst

BEGIN, END = "<!-- bursts -->", "<!-- /bursts -->"
CONCURRENCIES: Final = (10, 100, 1000)
IMAGES: Final = (100, 1000, 10_000, 100_000)
CELLS: Final = tuple((concurrency, images) for concurrency in CONCURRENCIES for images in IMAGES)
COLUMNS: Final = [
    "Lambda concurrency",
    "`MaxConcurrency`",
    "images",
    "FAILED (`STANDARD`, `EXPRESS`)",
    "median",
    "95 %",
    "last",
    "upload URLs refused",
    "dollars for 1,000 images to wait",
    "FAILED with 0.2.0",
    "with 0.2.0, upload URLs refused",
]


def row(cell: tuple[int, int]) -> list[str]:
    """Return the row of the table for a Lambda concurrency and a number of images."""
    concurrency, images = cell
    policies = [deployed(kind, fitting(concurrency)) for kind in ("STANDARD", "EXPRESS")]
    standard, express = (simulate(policy, concurrency, images) for policy in policies)
    before = simulate(version_0_2_0("STANDARD"), concurrency, images)
    return [
        f"{concurrency:,}",
        str(policies[0].max_concurrency),
        f"{images:,}",
        f"{_failed(standard, images)}, {_failed(express, images)}",
        *(_duration(quantile(standard, share)) for share in (0.5, 0.95, 1)),
        _refused(standard),
        f"{1000 * dollars(standard) / images:.4f}",
        _failed(before, images),
        _refused(before),
    ]


def quantile(burst: Burst, share: float) -> float:
    """Return after how many seconds that share of the successes had ended."""
    ended = sorted(burst.ended)
    return ended[max(0, round(share * len(ended)) - 1)]


def dollars(burst: Burst) -> float:
    """Return what waiting costs: repeated tasks, and the triggers while images are processed."""
    memory = properties("SqsTriggerFunction")["MemorySize"] / 1024
    waiting = burst.waited * memory * prices.LAMBDA_COMPUTE.each
    return float(burst.retries * prices.STATE_TRANSITION.each + waiting)


def _failed(burst: Burst, images: int) -> str:
    return f"{(burst.failed + burst.dead) / images:.0%}"


def _refused(burst: Burst) -> str:
    return f"{burst.urls[False] / burst.urls.total():.0%}"


def _duration(seconds: float) -> str:
    """Return seconds as s, min or h, with two digits or more."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def page() -> str:
    """Return the table in Markdown, simulated on all processors."""
    with ProcessPoolExecutor() as pool:
        rows = list(pool.map(row, CELLS))
    return table(COLUMNS, rows)


def fill(text: str, content: str, begin: str = BEGIN, end: str = END) -> str:
    """Return text with content between the marks; raises ValueError if one is missing."""
    before, begun, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise ValueError(f"the page has no {begin} with its {end}")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def main(arguments: list[str] | None = None) -> None:
    """Update the file that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bursts", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="the page, with the marks of the table")
    file: Path = parser.parse_args(arguments).file
    text = fill(file.read_text(encoding="utf-8"), page())
    file.write_text(fill(text, imports.page(), *imports.MARKS), encoding="utf-8")
