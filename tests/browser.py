"""A browser for the tests of pages: Chromium, if it is installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing is to be asked of the network, and containers offer Chromium no sandbox of its own.
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser for the length of a block; skips the test where none is installed, but not in CI."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        assert not os.environ.get("NEEDS_BROWSER"), "there is no Chromium, and NEEDS_BROWSER says there has to be"
        pytest.skip("no Chromium is installed: the viewer cannot be clicked through")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
