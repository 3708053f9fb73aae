"""A person at the web page, in a browser session of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from local.stack import User
from tests.patience import PATIENCE

DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
# Notes the states of every tile, in their order. It is added before the page's own script runs.
WATCH = """
window.seen = {};
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const name = target.querySelector?.(".name")?.textContent;
    if (name) (window.seen[name] ??= []).push(target.dataset.state);
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-state"] });
"""


class Faults:
    """Faults of the network between the page and the bucket."""

    def __init__(self, page: Page) -> None:
        """Take each fault in coming for the next PUT: LOST_REQUEST before it arrives, LOST_ANSWER afterwards, HELD without an end."""
        self.coming, self.statuses = list[str](), list[int]()
        page.route(lambda url: "X-Amz-Signature" in url, self._handle)

    def _handle(self, route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        fault = self.coming.pop(0) if self.coming else ""
        if fault == "LOST_REQUEST":
            route.abort("connectionreset")
        if fault in ("LOST_REQUEST", "HELD"):
            return
        answer = route.fetch()
        self.statuses.append(answer.status)
        if fault == "LOST_ANSWER":
            route.abort("connectionreset")
        else:
            route.fulfill(response=answer)


@dataclass
class Visitor:
    """A person with a browser."""

    page: Page
    url: str  # of the web page
    faults: Faults
    problems: list[str] = field(default_factory=list)  # what the console says that nobody expects

    def sign_in(self, user: User) -> None:
        """Sign in on the sign-in pages, and wait for the list of images."""
        self.page.goto(self.url)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_label("Username").fill(user.email)
        self.page.get_by_label("Password").fill(user.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.await_list()

    def await_list(self) -> None:
        """Wait until the images, or that there are none, are shown."""
        expect(self.page.locator("#app")).to_be_visible()
        expect(self.page.locator(".skeleton")).to_have_count(0)

    def upload(self, *files: Path) -> None:
        """Choose files."""
        self.page.locator("#files").set_input_files(files)

    def tiles(self, state: str) -> Locator:
        """Return the tiles in a state."""
        return self.page.locator(f".tile[data-state={state}]")

    def states(self, name: str) -> list[str]:
        """Return the states that a tile has had, in their order, each once in a row."""
        seen: list[str] = self.page.evaluate("(name) => window.seen[name]", name)
        return [state for number, state in enumerate(seen) if number == 0 or seen[number - 1] != state]

    def open(self, name: str) -> Locator:
        """Open an image, and return the dialog with what was found."""
        self.page.get_by_role("button", name=f"Open {name}").first.click()
        return self.page.locator("#details-body")


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visitor]:
    """Let a person visit the page at url within the block; any error in the page is one of the test."""
    # Without a graphics card, an animation that nobody watches takes a processor.
    context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    visitor = Visitor(page, url, Faults(page))
    page.on("pageerror", lambda error: visitor.problems.append(str(error)))
    page.on("console", lambda line: visitor.problems.append(line.text) if "Security" in line.text else None)
    try:
        yield visitor
    finally:
        context.close()
    assert visitor.problems == []
