"""Screenshots of the viewer, of a report and of the web page, for the README: `python -m tests.docs.screenshots docs` writes them.

They need Chromium, and photographs sent through the stack on this machine, so that `make docs` does not make them.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, ViewportSize, expect

from local.stack import local_stack
from tests.browser import chromium, opened
from tests.web.visitor import visiting

PHOTOGRAPHS = ("local/photographs/starfish.jpg", "local/photographs/waterfall.jpg")
SELECTED = "ResizeImage"
WIDTH, HEIGHT, PAGE_HEIGHT = 1280, 960, 800  # CSS pixels
OPENED = "starfish.jpg"
TIMELINE = "document.querySelectorAll('details').forEach(one => one.open ||= one.innerText.startsWith('Timeline'))"


def main(folder: Path) -> None:
    """Write viewer.png, report.png and page.jpg to folder."""
    with TemporaryDirectory() as place, chromium() as browser:
        viewer, report = Path(place, "viewer.html"), Path(place, "report.html")
        _run("pages.graph", "--format", "html", "--output", str(viewer))
        _run("local", "process", *PHOTOGRAPHS, "--output", str(Path(place, "output")), "--report", str(report))
        _shoot(browser, f"{viewer.as_uri()}#ParallelProcessing%2F0%2F{SELECTED}", folder / "viewer.png")
        _shoot(browser, report.as_uri(), folder / "report.png")
        _shoot_page(browser, folder / "page.jpg")


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", *arguments], check=True, stdout=subprocess.DEVNULL)


def _shoot(browser: Browser, address: str, file: Path) -> None:
    page = opened(browser, viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(address)
    page.evaluate(TIMELINE)
    page.screenshot(path=file)
    page.close()


def _shoot_page(browser: Browser, file: Path) -> None:
    """Upload photographs on the web page, open one, and write what is then on the screen."""
    photographs = sorted(Path("local/photographs").glob("*.[jp][pn]g"))
    viewport = ViewportSize(width=WIDTH, height=PAGE_HEIGHT)
    with local_stack() as stack, visiting(browser, stack.outputs["WebPageUrl"], viewport=viewport) as visitor:
        visitor.sign_in(stack.user)
        visitor.upload(*photographs)
        expect(visitor.tiles("done")).to_have_count(len(photographs))
        visitor.page.reload()
        visitor.await_list()
        visitor.open(OPENED)
        expect(visitor.page.locator("#details-picture img")).to_have_js_property("complete", True)
        visitor.page.emulate_media(reduced_motion="reduce")
        visitor.page.screenshot(path=file, type="jpeg", quality=85)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
