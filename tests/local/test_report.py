"""The page about pictures that were processed; test_command_line.py makes one of a whole stack."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from PIL import Image

from local.process import Outcome
from local.report import report

if TYPE_CHECKING:
    from local.stack import LocalStack

NOWHERE = cast("LocalStack", None)  # no execution is asked for unless there is a record


def page(*outcomes: Outcome) -> str:
    """Return the page about outcomes that no execution was for."""
    return report(NOWHERE, list(outcomes))


@pytest.mark.parametrize(("number", "said"), [(0, "0 pictures"), (1, "1 picture"), (2, "2 pictures")])
def test_title_counts_the_pictures(number: int, said: str) -> None:
    """One is no plural."""
    refused = Outcome("a.txt", None, "REJECTED", "UNSUPPORTED_CONTENT_TYPE", 0.1)
    assert f"<title>{said}</title>" in page(*[refused] * number)


def test_what_never_ran_has_name_status_and_reason_only() -> None:
    """A file that was refused, and one that did not end, have their place, without picture, metadata or drawing."""
    found = page(
        Outcome("dir/a.txt", None, "REJECTED", "UNSUPPORTED_CONTENT_TYPE", 0.1),
        Outcome("b.jpg", "id", None, "NOT_FINISHED", 300),
    )
    assert '<strong class="rejected">REJECTED</strong> UNSUPPORTED_CONTENT_TYPE' in found
    assert '<strong class="unfinished">UNFINISHED</strong> NOT_FINISHED' in found
    assert found.count(">a.txt<") == 2
    assert not [part for part in ("<img", "<svg", "<details") if part in found]


def test_what_a_file_brings_is_text() -> None:
    """Neither a name nor a reason becomes a part of the page."""
    found = page(Outcome('<script>alert("1")</script>&.jpg', None, None, "NOT_SENT: <b>", 0))
    assert "<script" not in found
    assert "<b>" not in found
    assert "script&gt;&amp;.jpg" in found


def test_thumbnail_is_within_the_page(tmp_path: Path) -> None:
    """Its bytes are in the page, with their type, and a name for those who cannot see it."""
    thumbnail = tmp_path / "thumbnail.png"
    Image.new("RGB", (2, 2)).save(thumbnail)
    found = page(Outcome("a.png", "id", "SUCCEEDED", None, 1, outputs={"thumbnail": str(thumbnail)}))
    assert '<img alt="Thumbnail of a.png" src="data:image/png;base64,iVBOR' in found
    assert str(tmp_path) not in found
