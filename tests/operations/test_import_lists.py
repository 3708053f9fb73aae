"""The list of an import: what a person writes is what the state machine reads, or one sentence says what is broken."""

from pathlib import Path

import pytest

from lambdas.runtime import clients
from operations.imports.errors import SourceError
from operations.imports.sources import read_source, write_list
from tests.operations.imports_in_moto import read_list

URL = "s3://pictures-of-ten-years"
STRANGE = [
    "a\\b.jpg",
    'a"b.jpg',
    "a\nb.jpg",
    "a\r\nb.jpg",
    "a\u2028b\x85.jpg",
    "a,b.jpg",
    " a.jpg ",
    "a+%2F.jpg",
    "{a}.jpg",
]


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"1.jpg\r\n2.jpg\r\n", ["1.jpg", "2.jpg"]),
        (b"\xef\xbb\xbf1.jpg\n", ["1.jpg"]),
        (b'\xef\xbb\xbf{"key": "1.jpg"}\n', ["1.jpg"]),
        ("a\u2028b.jpg\na\x85b.jpg\n".encode(), ["a\u2028b.jpg", "a\x85b.jpg"]),
        (b'"a\nb.jpg","",""\n2.jpg', ["a\nb.jpg", "2.jpg"]),
        (b'"{a}.jpg"\n{"key": "a\\nb.jpg"}\n', ["{a}.jpg", "a\nb.jpg"]),
    ],
)
def test_a_list_of_any_editor(tmp_path: Path, data: bytes, keys: list[str]) -> None:
    """Lines end as in any system, a mark at the beginning is no part of a key, and a key in quotes may have line ends."""
    (tmp_path / "keys").write_bytes(data)
    found = read_source(URL, tmp_path / "keys", None, by_path=False)
    assert [line[0] for line in found.lines or ()] == keys


def test_strange_keys_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state machine reads the keys that the list names, whatever is in them."""
    written = list[bytes]()
    client = type("Client", (), {"put_object": staticmethod(lambda **given: written.append(given["Body"]))})
    monkeypatch.setattr(clients, "s3", client)
    lines = "".join('"{}","","anna"\n'.format(key.replace('"', '""')) for key in STRANGE)
    (tmp_path / "keys").write_bytes(lines.encode())
    write_list(read_source(URL, tmp_path / "keys", None, by_path=False), "bucket", "key")
    assert read_list(written[0].decode()) == [{"key": key, "version": "", "owner": "anna"} for key in STRANGE]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,b,c,d", "line 2 has 4 fields"),
        ('{"key": 1}', "line 2 has a field that is no text"),
        ('{"key": "a", "size": "1"}', "line 2 has unknown fields: size"),
        ("{", "line 2 is no JSON"),
        ("a,,no/owner", "line 2 has an owner that is no user ID"),
        ("a,,deletions", "line 2 has an owner that is no user ID"),
        ("k" * 1025, "line 2 has a key that is no text of 1 to 1024 bytes"),
        ('{"key": "\\ud800"}', "line 2 has a key that is no text"),
        ("a," + "v" * 1025, "line 2 has a version that is no text"),
        ('"a', "line 2 is no CSV"),
        ('"a"b', "line 2 is no CSV"),
        ("\udcff", "is not in UTF-8"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    """The message names the lines that are broken, and nothing is read from such a list."""
    (tmp_path / "keys").write_bytes(f"good.jpg\n{line}\n".encode(errors="surrogateescape"))
    with pytest.raises(SourceError, match=message):
        read_source(URL, tmp_path / "keys", None, by_path=False)


def test_few_of_many_broken_lines_are_named(tmp_path: Path) -> None:
    """The message names three lines, and says how many there are besides."""
    (tmp_path / "keys").write_text("{\n" * 5, encoding="utf-8")
    with pytest.raises(SourceError, match="line 3 is no JSON, and 2 more lines"):
        read_source(URL, tmp_path / "keys", None, by_path=False)


@pytest.mark.parametrize(
    ("url", "inventory", "by_path", "message"),
    [
        (f"{URL}/2019/", "s3://a-bucket/manifest.json", False, "name the bucket alone"),
        (f"{URL}/by-user", None, True, "end s3://pictures-of-ten-years/by-user with a slash"),
        (f"{URL}/by-user/a", "s3://a-bucket/manifest.json", True, "with a slash"),
    ],
)
def test_a_prefix_that_would_not_count(url: str, inventory: str | None, by_path: bool, message: str) -> None:
    """A prefix that a list would not heed, or that ends in the middle of an owner, is refused."""
    with pytest.raises(SourceError, match=message):
        read_source(url, None, inventory, by_path=by_path)


def test_a_prefix_that_counts() -> None:
    """Owners may be in the paths after a folder, also of an inventory."""
    assert read_source(f"{URL}/by-user/", None, "s3://a-bucket/m.json", by_path=True).prefix == "by-user/"
    assert read_source(URL, None, None, by_path=True).prefix == ""
