"""The viewer in a browser: by mouse, by keyboard, on a phone, in dark mode."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from pages.graph import main
from tests.browser import chromium, opened

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of the pipeline."""
    path = tmp_path_factory.mktemp("viewer") / "pipeline.html"
    assert main(["--format", "html", "--output", str(path)]) == 0
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """Give the page, opened on a desktop; it must raise no error and make no request."""
    faults: list[str] = []
    page = opened(browser, viewport=DESK)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.on("request", lambda request: faults.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(file.as_uri())
    yield page
    page.close()
    assert faults == []


def test_click_shows_a_state(page: Page) -> None:
    """A click shows its definition, its contracts with examples, its proved sizes and its permissions."""
    panel = page.locator("#panel")
    expect(panel).to_be_hidden()
    page.locator('[data-state="ArchiveImage"]').click()
    expect(panel.locator("h2")).to_have_text("ArchiveImage")
    for shown in ("archive-image.input", "archive-image.output", "Largest payload", "s3:PutObject", '"Type": "Task"'):
        expect(panel).to_contain_text(shown)
    page.locator("#close").click()
    expect(panel).to_be_hidden()


def test_keyboard_is_enough(page: Page) -> None:
    """Tab reaches the states, arrows follow the edges, Enter opens and Escape closes."""
    page.locator('[data-state="ValidateImage"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("ExtractMetadata")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("ValidateImage")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


def test_state_has_an_address(page: Page, file: Path) -> None:
    """The URL has the open state, so that links lead to it, to states in branches too."""
    page.locator("#states").select_option(label="ResizeImage")
    assert page.url.endswith("#ParallelProcessing%2F0%2FResizeImage")
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}#ParallelProcessing%2F0%2FResizeImage")
    expect(page.locator("#panel h2")).to_have_text("ResizeImage")


def test_drawing_grows_and_fits(page: Page) -> None:
    """Buttons enlarge the drawing, and fit it to the window again."""
    width = "document.querySelector('#drawing svg').getBoundingClientRect().width"
    fitted = page.evaluate(width)
    page.locator("#larger").click()
    assert page.evaluate(width) > fitted
    page.locator("#fit").click()
    assert page.evaluate(width) == fitted


def test_phone_shows_drawing_and_state(browser: Browser, file: Path) -> None:
    """On a phone only the drawing is wider than the screen, within its frame, and the selected state is visible."""
    page = opened(browser, viewport=PHONE, has_touch=True)
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#states").select_option(label="HandleError")
    expect(page.locator("#panel h2")).to_be_in_viewport()
    expect(page.locator('[data-state="HandleError"]')).to_be_in_viewport()
    panel, state = page.locator("#panel").bounding_box(), page.locator('[data-state="HandleError"]').bounding_box()
    assert panel is not None
    assert state is not None
    assert state["y"] + state["height"] <= panel["y"]
    page.close()


def test_dark_and_light_differ(browser: Browser, file: Path) -> None:
    """The page follows the reader's color scheme."""
    papers = set()
    for scheme in ("light", "dark"):
        page = opened(browser, color_scheme="dark" if scheme == "dark" else "light")
        page.goto(file.as_uri())
        papers.add(page.evaluate("getComputedStyle(document.querySelector('.paper')).fill"))
        page.close()
    assert len(papers) == 2
