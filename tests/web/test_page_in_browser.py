"""The web page in a real browser, with the stack on this machine: what a person does, and what is then on the screen."""

import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from math import dist
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image
from PIL.ImageOps import exif_transpose
from playwright.sync_api import Browser, expect

from imaging.features.blurhash import blurhash
from local.stack import LocalStack, User
from operations.users import Users, generate_password
from tests.browser import chromium
from tests.effort import repetition, times
from tests.local.account import eventually
from tests.needed import web_tool
from tests.web.sign_in import HTTP, SignIn, sign_in_of
from tests.web.sign_in_pages import SignInPages
from tests.web.visitor import DESKTOP, PHONE, Visitor, visiting

pytestmark = pytest.mark.heavy

PHOTOGRAPHS = Path("local/photographs")
PICTURES = [PHOTOGRAPHS / name for name in ("waterfall.jpg", "coffee.png", "rocket.jpg", "starfish.jpg")]


class TestSignInPages(SignInPages):
    """The sign-in pages themselves."""


@pytest.fixture(scope="module")
def pages(stack: LocalStack) -> SignIn:
    """Give the sign-in of the web page."""
    return sign_in_of(stack)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    with chromium() as found:
        yield found


@pytest.fixture
def visitor(browser: Browser, stack: LocalStack) -> Iterator[Visitor]:
    """Give a person who has not signed in."""
    with visiting(browser, stack.outputs["WebPageUrl"]) as found:
        yield found


@pytest.fixture(scope="module")
def new_user(stack: LocalStack) -> Callable[[str], User]:
    """Give a function that adds a user."""

    def add(email: str) -> User:
        user = User(email, generate_password())
        users = Users(
            stack.emulator.client("cognito-idp"), stack.outputs["UserPoolId"], stack.outputs["UserPoolClientId"]
        )
        users.add(user.email, user.password)
        return user

    return add


@pytest.fixture(scope="module")
def gallery(browser: Browser, stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Upload five files at once, of which one is hostile, one loses its request and one its answer."""
    hostile = tmp_path_factory.mktemp("hostile") / "holiday <i>1.jpg"
    hostile.write_bytes((PHOTOGRAPHS / "dogs.jpg").read_bytes()[:40_000])
    with visiting(browser, stack.outputs["WebPageUrl"]) as found:
        found.sign_in(stack.user)
        found.faults.coming += ["LOST_REQUEST", "LOST_ANSWER"]
        found.upload(*PICTURES, hostile)
        expect(found.tiles("done")).to_have_count(4)
        expect(found.tiles("bad")).to_have_count(1)
        yield found


@pytest.fixture
def uploaded(gallery: Visitor) -> Iterator[Visitor]:
    """Give the person who has uploaded five files, and leave the page as it was."""
    yield gallery
    gallery.page.evaluate("document.querySelectorAll('dialog').forEach((dialog) => dialog.close())")
    gallery.page.evaluate("document.documentElement.dir = 'ltr'")
    gallery.page.emulate_media(color_scheme="light")
    gallery.page.set_viewport_size(DESKTOP)


def test_five_images_end_as_they_should(uploaded: Visitor) -> None:
    """Each image passes its states in their order, and four end with the thumbnail that the pipeline made."""
    before = ["queued", "sending", "queued"]
    for picture in PICTURES:
        # An image may end before the page asks for the first time.
        assert uploaded.states(picture.name) in ([*before, "open", "done"], [*before, "done"])
    thumbnails = uploaded.tiles("done").locator("img")
    expect(thumbnails).to_have_count(4)
    for number in range(4):
        expect(thumbnails.nth(number)).to_have_js_property("naturalWidth", 256)


def test_lost_connections_are_repaired(uploaded: Visitor) -> None:
    """Five files are stored by seven PUTs: a lost request is sent again, and 412 after a lost answer is a success."""
    assert sorted(uploaded.faults.statuses) == [200, 200, 200, 200, 200, 412]
    assert uploaded.faults.coming == []


def test_rejection_shows_its_sentence_and_what_to_do(uploaded: Visitor) -> None:
    """The tile has the sentence of the rejection, and the dialog a hint too; the file's name is text, not markup."""
    expect(uploaded.tiles("bad")).to_contain_text("holiday <i>1.jpg")
    expect(uploaded.tiles("bad")).to_contain_text("Not accepted")
    body = uploaded.open("holiday")
    expect(body.locator(".hint")).to_have_text(
        "A part of the file is missing. Copy it again from where it came, and upload it again."
    )


def test_details_show_what_was_found(uploaded: Visitor) -> None:
    """The dialog has the metadata of the image, a link to a map, and the picture in full."""
    body = uploaded.open("starfish.jpg")
    for fact in ("Nokia Lumia 820", "ISO 100", "1,278 \u00d7 720", "JPEG"):
        expect(body).to_contain_text(fact)
    place = body.get_by_role("link", name="Show on a map").get_attribute("href")
    assert place is not None
    assert place.startswith("https://www.openstreetmap.org/?mlat=")
    expect(uploaded.page.locator("#details-picture img")).to_have_js_property("naturalWidth", 1278)


def test_rendition_is_downloaded(uploaded: Visitor) -> None:
    """The resized image is saved under a name made of the original's."""
    body = uploaded.open("coffee.png")
    with uploaded.page.expect_download() as download:
        body.get_by_role("link", name="Resized").click()
    assert download.value.suggested_filename == "coffee-resized.png"
    with Image.open(io.BytesIO(download.value.path().read_bytes())) as image:
        assert image.size == (600, 400)


def test_keyboard_opens_and_closes(uploaded: Visitor) -> None:
    """Enter opens the image that has the focus, Escape closes it, and the focus is where it was."""
    button = uploaded.page.get_by_role("button", name="Open rocket.jpg")
    button.focus()
    uploaded.page.keyboard.press("Enter")
    expect(uploaded.page.locator("#details")).to_be_visible()
    uploaded.page.keyboard.press("Escape")
    expect(uploaded.page.locator("#details")).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=repetition)])
def test_accessibility_rules_find_nothing(uploaded: Visitor, scheme: Literal["light", "dark"]) -> None:
    """Axe finds nothing in the gallery, in the details of an image, and in the question before its deletion."""
    page = uploaded.page
    page.emulate_media(color_scheme=scheme)
    assert _violations(uploaded) == []
    uploaded.open("waterfall.jpg").get_by_role("button", name="Delete").click()
    assert _violations(uploaded) == []
    page.get_by_role("button", name="Keep").click()
    assert _violations(uploaded) == []


def _violations(visitor: Visitor) -> list[str]:
    """Return what axe finds, each with its elements. It is evaluated by the debugger, which the page's policy does not bind."""
    if not visitor.page.evaluate("'axe' in window"):
        visitor.page.evaluate(web_tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = visitor.page.evaluate("axe.run()")
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found["violations"]]


def test_nothing_moves_for_those_who_ask_for_it(uploaded: Visitor) -> None:
    """With reduced motion nothing is animated when an image is opened; otherwise its dialog is."""
    page = uploaded.page
    uploaded.open("rocket.jpg")
    assert page.evaluate("document.getAnimations().length") == 0
    page.keyboard.press("Escape")
    page.emulate_media(reduced_motion="no-preference")
    animated = page.evaluate("getComputedStyle(document.querySelector('.tile img')).animationName")
    page.emulate_media(reduced_motion="reduce")
    assert animated == "appear"
    assert page.evaluate("getComputedStyle(document.querySelector('.tile img')).animationName") == "none"


def test_placeholder_is_the_picture_of_its_hash(uploaded: Visitor) -> None:
    """The page draws a BlurHash as it was meant: a smooth picture comes back, within the steps of the hash."""
    pixels = bytes(value for y in range(32) for x in range(32) for value in (40 + 6 * x, 30 + 6 * y, 128))
    drawn = uploaded.page.evaluate(
        """async ([module, hash]) => {
          const { blurred } = await import(module);
          return [...blurred(hash).getContext("2d").getImageData(0, 0, 32, 32).data];
        }""",
        [f"{uploaded.url}/elements.js", blurhash(pixels, (32, 32), (4, 3))],
    )
    colors = [value for number, value in enumerate(drawn) if number % 4 != 3]
    differences = [abs(one - other) for one, other in zip(colors, pixels, strict=True)]
    assert sum(differences) / len(differences) < 10
    assert max(differences) < 60


def test_preview_of_a_turned_photograph_is_upright(uploaded: Visitor) -> None:
    """The preview of a file with an orientation shows it as its thumbnail does, and not as it is stored."""
    photograph = PHOTOGRAPHS / "waterfall.jpg"
    shown = uploaded.page.evaluate(
        """async ([module, data]) => {
          const { Tile } = await import(module);
          const tile = new Tile("turned.jpg", () => {});
          await tile.preview(new File([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], "turned.jpg"));
          const canvas = new OffscreenCanvas(8, 6).getContext("2d");
          canvas.drawImage(tile.picture.querySelector("canvas"), 0, 0, 8, 6);
          return [...canvas.getImageData(0, 0, 8, 6).data];
        }""",
        [f"{uploaded.url}/tiles.js", b64encode(photograph.read_bytes()).decode()],
    )
    with Image.open(photograph) as stored:
        upright, lying = (one.convert("RGBA").resize((8, 6)).tobytes() for one in (exif_transpose(stored), stored))
    assert dist(shown, upright) < dist(shown, lying) / 2


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_phone_shows_two_columns_without_scrolling_sideways(uploaded: Visitor, direction: str) -> None:
    """On a phone the tiles stand in two columns, in both directions of text, and nothing is wider than the screen."""
    page = uploaded.page
    page.set_viewport_size(PHONE)
    page.evaluate("(direction) => (document.documentElement.dir = direction)", direction)
    lefts = page.evaluate("[...document.querySelectorAll('.tile')].map((tile) => tile.getBoundingClientRect().left)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert len(set(lefts)) == 2
    assert (lefts[0] == min(lefts)) is (direction == "ltr")


def test_second_user_sees_nothing_of_the_first(
    uploaded: Visitor, browser: Browser, stack: LocalStack, new_user: Callable[[str], User]
) -> None:
    """Another user has an empty gallery, and signing out leaves nothing in the browser."""
    assert uploaded.tiles("done").count() > 0
    with visiting(browser, stack.outputs["WebPageUrl"]) as other:
        other.sign_in(new_user("second@example.com"))
        expect(other.page.get_by_role("heading", name="No images yet")).to_be_visible()
        expect(other.page.locator("#email")).to_have_text("second@example.com")
        assert _violations(other) == []
        other.page.get_by_role("button", name="Sign out").click()
        expect(other.page.get_by_role("heading", name="Drop an image")).to_be_visible()
        assert other.page.evaluate("sessionStorage.length + localStorage.length") == 0
        assert _violations(other) == []


def test_reload_keeps_the_session_and_an_old_token_is_refreshed(visitor: Visitor, stack: LocalStack) -> None:
    """A token that has expired is replaced by the refresh token; a revoked one ends the session, in words."""
    visitor.sign_in(stack.user)
    expire = "() => sessionStorage.tokens = JSON.stringify({...JSON.parse(sessionStorage.tokens), expires: 0})"
    before = visitor.page.evaluate("sessionStorage.tokens")
    visitor.page.evaluate(expire)
    visitor.page.reload()
    visitor.await_list()
    assert visitor.page.evaluate("JSON.parse(sessionStorage.tokens).idToken") != json.loads(before)["idToken"]
    sign_in = sign_in_of(stack)
    sign_in.post("/oauth2/revoke", {"token": json.loads(before)["refreshToken"], "client_id": sign_in.client})
    visitor.page.evaluate(expire)
    visitor.page.reload()
    expect(visitor.page.locator("#welcome-problem")).to_have_text("Your session has ended. Sign in again.")


@pytest.mark.parametrize(
    "query", ["?code=stolen&state=other", *["?error=access_denied&state=other", "?code=stolen"][: times(0, 2)]]
)
def test_sign_in_that_this_tab_has_not_begun_is_refused(visitor: Visitor, query: str) -> None:
    """A code that comes without a sign-in of this tab is not exchanged, and leaves the address."""
    sent = list[str]()
    visitor.page.on("request", lambda request: sent.append(request.url))
    visitor.page.goto(visitor.url + query)
    expect(visitor.page.locator("#welcome-problem")).to_have_text("The sign-in did not work. Try again.")
    assert visitor.page.url == visitor.url
    assert not [url for url in sent if "/oauth2/" in url]


def test_upload_waits_for_the_connection_and_can_be_deleted(
    visitor: Visitor, stack: LocalStack, new_user: Callable[[str], User]
) -> None:
    """Without a connection the page says so, and an upload goes on when it is back. A deletion is asked for, and final."""
    page = visitor.page
    visitor.sign_in(new_user("offline@example.com"))
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    visitor.upload(PHOTOGRAPHS / "coffee.png")
    expect(page.locator(".tile .picture canvas")).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    expect(visitor.tiles("done")).to_have_count(1)
    ask = visitor.open("coffee.png").get_by_role("button", name="Delete")
    ask.click()
    page.get_by_role("button", name="Keep").click()
    ask.click()
    page.locator("#confirm").click()
    expect(page.get_by_role("heading", name="No images yet")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("coffee.png is deleted")
    page.reload()
    visitor.await_list()
    expect(page.locator(".tile")).to_have_count(0)
    assert _images(visitor, stack) == []


def _images(visitor: Visitor, stack: LocalStack) -> list[Any]:
    """Return the images of a person as the API has them."""
    token = visitor.page.evaluate("JSON.parse(sessionStorage.tokens).idToken")
    answer = HTTP.request("GET", stack.api_url("images"), headers={"Authorization": token})
    return list(answer.json()["images"])


def test_upload_is_dropped_pasted_and_canceled(
    visitor: Visitor, stack: LocalStack, new_user: Callable[[str], User]
) -> None:
    """Files that are dropped and pasted are uploaded; one that is canceled disappears, here and from the API."""
    visitor.sign_in(new_user("dropping@example.com"))
    visitor.faults.coming += ["HELD", "HELD"]
    give = """(kind) => {
      const data = new DataTransfer();
      data.items.add(new File(["not an image"], `${kind}.png`, { type: "image/png" }));
      const options = { bubbles: true, cancelable: true };
      if (kind === "drop") dispatchEvent(new DragEvent(kind, { ...options, dataTransfer: data }));
      else document.body.dispatchEvent(new ClipboardEvent(kind, { ...options, clipboardData: data }));
    }"""
    for kind in ("drop", "paste"):
        visitor.page.evaluate(give, kind)
    expect(visitor.tiles("sending")).to_have_count(2)
    assert len(_images(visitor, stack)) == 2
    for kind in ("drop", "paste"):
        visitor.page.get_by_role("button", name=f"Cancel the upload of {kind}.png").click()
    expect(visitor.page.locator(".tile")).to_have_count(0)
    expect(visitor.page.get_by_role("heading", name="No images yet")).to_be_visible()
    eventually(lambda: not _images(visitor, stack))


def test_list_that_cannot_be_loaded_is_offered_again(visitor: Visitor, stack: LocalStack) -> None:
    """An error of the list is shown with a button, which loads it."""
    visitor.page.route("**/images?**", lambda route: route.fulfill(status=400, json={"reason": "INVALID"}), times=1)
    visitor.sign_in(stack.user)
    expect(visitor.page.get_by_role("heading", name="could not be loaded")).to_be_visible()
    assert _violations(visitor) == []
    visitor.page.get_by_role("button", name="Try again").click()
    expect(visitor.page.locator("#problem")).to_be_hidden()
    empty = visitor.page.get_by_role("heading", name="No images yet")  # unless another test has uploaded some
    expect(visitor.page.locator(".tile").first.or_(empty)).to_be_visible()
