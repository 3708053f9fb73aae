"""Screenshots of the viewer and of a report, for the README: `python -m tests.docs.screenshots docs` writes them.

They need Chromium, and photographs sent through the stack on this machine, so that `make docs` does not make them.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from tests.browser import chromium, opened

PHOTOGRAPHS = ("local/photographs/starfish.jpg", "local/photographs/waterfall.jpg")
SELECTED = "ResizeImage"
WIDTH, HEIGHT = 1280, 960  # CSS pixels
TIMELINE = "document.querySelectorAll('details').forEach(one => one.open ||= one.innerText.startsWith('Timeline'))"


def main(folder: Path) -> None:
    """Write viewer.png and report.png to folder."""
    with TemporaryDirectory() as place, chromium() as browser:
        viewer, report = Path(place, "viewer.html"), Path(place, "report.html")
        _run("pages.graph", "--format", "html", "--output", str(viewer))
        _run("local", "process", *PHOTOGRAPHS, "--output", str(Path(place, "output")), "--report", str(report))
        _shoot(browser, f"{viewer.as_uri()}#ParallelProcessing%2F0%2F{SELECTED}", folder / "viewer.png")
        _shoot(browser, report.as_uri(), folder / "report.png")


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", *arguments], check=True, stdout=subprocess.DEVNULL)


def _shoot(browser: Browser, address: str, file: Path) -> None:
    page = opened(browser, viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(address)
    page.evaluate(TIMELINE)
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
