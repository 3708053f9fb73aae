"""The page about images that were processed; test_command_line.py makes one of a whole stack."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from local.emulator.process import Emulator
from local.process import Outcome
from local.report import report
from local.stack import LocalStack, User

# Nothing listens there; of no execution with this ARN could anything be shown.
STACK = LocalStack(Emulator("http://127.0.0.1:9"), {"ProcessingPipelineArn": "no-arn"}, User("", ""), "")


class Parsed(HTMLParser):
    """A page as a browser reads it: its elements with the `alt` of each, the values of `style`, and its text."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.elements: list[tuple[str, str | None]] = []
        self.styles: list[str | None] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        found = dict(attrs)
        self.elements.append((tag, found.get("alt")))
        self.styles += [found["style"]] if "style" in found else []

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def page(*outcomes: Outcome) -> str:
    """Return the page about outcomes whose executions cannot be read."""
    return report(STACK, list(outcomes))


@pytest.mark.parametrize(("number", "title"), [(0, "0 images"), (1, "1 image"), (2, "2 images")])
def test_title_counts_the_images(number: int, title: str) -> None:
    """The title has the number of images, with the singular for one."""
    refused = Outcome("a.txt", None, "REJECTED", "UNSUPPORTED_CONTENT_TYPE", 0.1)
    assert f"<title>{title}</title>" in page(*[refused] * number)


def test_an_image_without_execution_has_name_status_and_reason() -> None:
    """A file that was refused, and one without a final status, have their place, without thumbnail, metadata or drawing."""
    found = page(
        Outcome("dir/a.txt", None, "REJECTED", "UNSUPPORTED_CONTENT_TYPE", 0.1),
        Outcome("b.jpg", "id", None, "NOT_FINISHED", 300),
    )
    assert '<strong class="rejected">REJECTED</strong> UNSUPPORTED_CONTENT_TYPE' in found
    assert '<strong class="unfinished">UNFINISHED</strong> NOT_FINISHED' in found
    assert found.count("<bdi>a.txt</bdi>") == 2
    assert not [part for part in ("<img", "<svg", "<details") if part in found]


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("</title></style><script>alert(1)</script>", "</title></style><script>alert(1)</script>"),
        ("\"><img src=x onerror='alert(1)'>", "\"><img src=x onerror='alert(1)'>"),
        ("{{ 7 * 7 }}{% raw %}&amp;", "{{ 7 * 7 }}{% raw %}&amp;"),
        ("a\u2028b\u202egpj.exe", r"a\u2028b\u202egpj.exe"),
    ],
)
def test_names_and_reasons_are_text(hostile: str, shown: str, tmp_path: Path) -> None:
    """A file's name and a reason add no element to the page; what would break lines or turn text around is shown as an escape."""
    thumbnail = tmp_path / "thumbnail.png"
    Image.new("RGB", (2, 2)).save(thumbnail)

    def shows(name: str, reason: str) -> Parsed:
        return Parsed(page(Outcome(name, "id", None, reason, 0, outputs={"thumbnail": str(thumbnail)})))

    slash = str.maketrans("/", "\u2215")  # else only what follows it is the name
    found, plain = shows(hostile.translate(slash), hostile), shows("NAME", "REASON")
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements]
    assert ("img", f"Thumbnail of {shown.translate(slash)}") in found.elements
    assert found.text == plain.text.replace("NAME", shown.translate(slash)).replace("REASON", shown)


@pytest.mark.parametrize("color", ["#0a1B2c", "#0a1b2", "#0a1b2g", "red; background: url(//example.com)"])
def test_only_colors_have_a_swatch(color: str) -> None:
    """A value of the form #rrggbb has a patch of that color beside it, and no other value becomes a style."""
    record = {"metadata": {"dominantColor": color}, "execution": "x"}
    found = Parsed(page(Outcome("a.jpg", "id", "SUCCEEDED", None, 1, record)))
    assert found.styles == ([f"background:{color}"] if color == "#0a1B2c" else [])
    assert color in found.text


def test_an_execution_that_cannot_be_read_says_why() -> None:
    """A record's page has the reason in place of drawings."""
    found = Parsed(page(Outcome("a.jpg", "id", "SUCCEEDED", None, 1, {"execution": "<x>"})))
    assert "Its execution cannot be shown: no-arn:<x> is no execution's ARN" in found.text


def test_thumbnail_is_within_the_page(tmp_path: Path) -> None:
    """The bytes of the thumbnail are in the page, with their type and an alternative text."""
    thumbnail = tmp_path / "thumbnail.png"
    Image.new("RGB", (2, 2)).save(thumbnail)
    found = page(Outcome("a.png", "id", "SUCCEEDED", None, 1, outputs={"thumbnail": str(thumbnail)}))
    assert '<img alt="Thumbnail of a.png" src="data:image/png;base64,iVBOR' in found
    assert str(tmp_path) not in found


def test_every_image_that_was_made_is_listed(tmp_path: Path) -> None:
    """Each file has its size and its bytes, and thumbnails are shown in every format; a page holds no large image."""
    for name in ("resized.jpg", "resized.avif", "thumbnail.avif"):
        Image.new("RGB", (20, 10)).save(tmp_path / name)
    made = [
        {
            "kind": name.partition(".")[0],
            "format": "-",
            "width": 20,
            "height": 10,
            "bytes": 12_345,
            "key": f"a/b/c/{name}",
        }
        for name in ("resized.jpg", "resized.avif", "thumbnail.avif")
    ]
    archive = {"archive": {"renditions": made}}
    outputs = {"original": str(tmp_path / "original.jpg")}
    found = page(Outcome("a.jpg", "id", "SUCCEEDED", None, 1, notification=archive, outputs=outputs))
    rows = Parsed(found).text.partition("3 images")[2].split("bytes")
    for row, one in zip(rows, made, strict=False):
        assert row.split() == [f"{one['key']}20".rpartition("/")[2], "x", "1012,345"]
    assert found.count("data:image/avif;base64,") == 1
    assert "data:image/jpeg" not in found
