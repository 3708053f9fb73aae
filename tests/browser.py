"""A browser for the tests of pages: Chromium, if it is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.needed import program
from tests.patience import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome")
# What Chromium would do beside showing a page: pages of its own for the address bar of each window, a process kept
# for the next page, and what looks for other machines. Chromium takes the last such list, so Playwright's does not count.
NOT_NEEDED = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "SpareRendererForSitePerProcess"),
    *("MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PreconnectToSearch"),
)
# Containers offer Chromium no sandbox of its own. It resolves no host but this machine, for pages and for itself.
FLAGS = [
    f"--disable-features={','.join(NOT_NEEDED)}",
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser for the length of a block; it has as much time as it takes."""
    path = program(*NAMES)
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=PATIENCE * 1000)
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, **options: Any) -> Page:
    """Open a page in browser, with the options of its new_page."""
    page = browser.new_page(**options)
    page.set_default_timeout(PATIENCE * 1000)
    return page
