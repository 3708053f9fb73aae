"""Signed URLs of archived images: botocore's own signature, at a time that stays the same for a while."""

from datetime import UTC, datetime
from email.message import Message
from unicodedata import bidirectional, category
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore import auth
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.image_urls import ImageUrls, content_disposition
from lambdas.runtime import clients, clock
from tests.fake_aws.account import ARCHIVE_BUCKET, OWNER

KEY = f"{OWNER}/0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10/5f2c9f0ad1c14b0e8c6d7a3b-1/original.jpg"
LIFETIME = 3600


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Set the time."""
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("name", ["photo.jpg", "a+b %20&c=d;e.jpg", "写真.heic"])
def test_the_signature_is_botocores(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A URL that is signed at the beginning of an interval is the one that botocore signs at that time."""
    moment = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    at(monkeypatch, moment)
    monkeypatch.setattr(auth, "get_current_datetime", lambda **_: moment)
    parameters = {
        "Bucket": ARCHIVE_BUCKET,
        "Key": KEY,
        "ResponseCacheControl": f"private, max-age={LIFETIME}, immutable",
        "ResponseContentDisposition": content_disposition(name, as_download=True),
    }
    expected = clients.s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LIFETIME)
    assert _parts(ImageUrls(LIFETIME, as_download=True).url(ARCHIVE_BUCKET, KEY, name)) == _parts(expected)


def _parts(url: str) -> tuple[str, str, dict[str, list[str]]]:
    parts = urlsplit(url)
    return parts.netloc, parts.path, parse_qs(parts.query, strict_parsing=True)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("minute", [0, 1, 29])
def test_urls_are_the_same_in_an_interval(monkeypatch: pytest.MonkeyPatch, minute: int) -> None:
    """In half a lifetime all URLs are the same, and valid for at least the other half."""
    urls = ImageUrls(LIFETIME)
    at(monkeypatch, datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    first, end = urls.url(ARCHIVE_BUCKET, KEY, "a.jpg"), urls.expires_at
    at(monkeypatch, datetime(2026, 11, 23, 9, 30 + minute, 59, 999_000, tzinfo=UTC))
    assert (urls.url(ARCHIVE_BUCKET, KEY, "a.jpg"), urls.expires_at) == (first, end)
    assert (end - clock.now()).total_seconds() >= LIFETIME / 2
    assert parse_qs(urlsplit(first).query)["X-Amz-Date"] == ["20261123T093000Z"]


# The parser removes blanks from both ends, and then a pair of angle brackets.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=255).map(str.strip)


@given(name=NAMES.filter(lambda name: bool(name) and (name[0], name[-1]) != ("<", ">")))
def test_any_name_is_one_file_name(name: str) -> None:
    """Any file name is the value of the header's one parameter: it ends neither the value nor the header, and names no folder."""
    header = content_disposition(name, as_download=False)
    assert header.isascii()
    assert header.isprintable()
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "inline"
    found = message.get_filename()
    assert found is not None
    assert len(found) == len(name)
    assert not set(found) & set("/\\\r\n\u202e\u2028\x00")


def test_no_character_of_a_name_controls_or_reorders_text() -> None:
    """Neither a terminal nor a browser shows a name as another one: every control, separator and embedding mark is replaced."""
    embedding = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    marks = "".join(
        one for one in map(chr, range(0x2100)) if category(one) in ("Cc", "Zl", "Zp") or bidirectional(one) in embedding
    )
    header = content_disposition(f"a{marks}b", as_download=False)
    assert header.endswith(f"filename*=UTF-8''a{'_' * len(marks)}b")


@pytest.mark.parametrize(
    "name", ["Landscape 8.jpg", "写真.heic", "📷\u200d👩.png", "a\u200fb.png", "quo\"te's.png", "50%.png"]
)
def test_a_harmless_name_is_kept(name: str) -> None:
    """The name in UTF-8 is the name itself."""
    message = Message()
    message["Content-Disposition"] = content_disposition(name, as_download=True).replace(
        content_disposition(name, as_download=True).split("; ")[1] + "; ", ""
    )
    assert message.get_filename() == name
