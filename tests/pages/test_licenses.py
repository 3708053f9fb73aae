"""LICENSES.md: up to date, and in agreement with the wheels that are installed."""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pillow_heif
import pytest
from PIL import _avif, features

from imaging.formats import FORMATS
from pages.licenses import BUNDLED, CRATES, PACKAGES, Bundled, page, pinned
from templates.packaging import HEIF_LAYER, LAYERS

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the layers hold wheels for Linux")
# What metadata says where it has no SPDX expression.
OTHER_NAMES = {"Apache-2.0": "Apache", "MIT-0": "MIT-0", "MIT-CMU": "MIT-CMU", "BSD-3-Clause": "BSD-3-Clause"}
# The heading of a library in the license file of Pillow's wheel, and the name on the page.
HEADINGS = {
    "AOM": "aom",
    "BROTLI": "Brotli",
    "BZIP2": "bzip2",
    "DAV1D": "dav1d",
    "FREETYPE2": "FreeType",
    "HARFBUZZ": "HarfBuzz",
    "LCMS2": "Little CMS",
    "LIBAVIF": "libavif",
    "LIBJPEG": "libjpeg-turbo",
    "LIBLZMA": "xz (liblzma)",
    "LIBPNG": "libpng",
    "LIBTIFF": "libtiff",
    "LIBWEBP": "libwebp",
    "LIBYUV": "libyuv",
    "OPENJPEG": "OpenJPEG",
    "RAQM": "raqm",
    "XAU": "libXau",
    "XCB": "libxcb",
    "ZSTD": "zstd",
}
ABSENT = {"TCL_TK", "XDMCP", "ZLIB"}  # headings of what the wheel for Linux takes from the system, or does not have
PART = "libsharpyuv, a part of libwebp"


def bundled(package: str) -> dict[str, Bundled]:
    """Return what the page says is in the wheel of package, by name."""
    return {one.name: one for one in BUNDLED[package]}


def installed() -> Iterator[tuple[str, Distribution]]:
    """Yield the packages of all layers that have a wheel here."""
    for name in (name for layer in LAYERS for name in pinned(layer)):
        try:
            yield name, distribution(name)
        except PackageNotFoundError:
            # The first has wheels for x86-64 only; Pillow does what they do.
            assert name in {"cykooz-resizer", "isal", "pyspng", "zlib-ng"}


def license_file(package: str, name: str) -> str:
    """Return a license file in the wheel of package."""
    (found,) = (file for file in distribution(package).files or [] if file.name == name and "licenses" in file.parts)
    return Path(str(found.locate())).read_text(encoding="utf-8")


def test_page_is_up_to_date() -> None:
    """LICENSES.md is what `make docs` would generate now."""
    assert Path("LICENSES.md").read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_package_has_a_license_and_no_other() -> None:
    """The page has exactly the packages that the locks of all layers pin."""
    names = {name for layer in LAYERS for name in pinned(layer)}
    assert names == PACKAGES.keys()
    assert BUNDLED.keys() | CRATES.keys() <= names


def test_licenses_are_those_of_the_metadata() -> None:
    """Each license of a package is in the metadata of its wheel, as an expression, a text or a classifier."""
    for name, found in installed():
        fields = ("License", "License-Expression", "Classifier")
        stated = " ".join(value for field in fields for value in found.metadata.get_all(field) or [])
        for part in re.split(r" AND | OR ", PACKAGES[name]):
            assert OTHER_NAMES.get(part, part) in stated, name


@on_linux
@pytest.mark.parametrize("package", BUNDLED)
def test_every_shared_library_is_on_the_page(package: str) -> None:
    """Each shared library beside a package's modules is a library of the page, and the other way round."""
    if package not in dict(installed()):
        pytest.skip(f"{package} is not installed")
    files = [file.name for file in distribution(package).files or [] if file.parts[0].endswith(".libs")]
    stated = [one.files for one in BUNDLED[package] if one.files]
    assert [file for file in files if not file.startswith(tuple(stated))] == []
    assert [prefix for prefix in stated if not any(file.startswith(prefix) for file in files)] == []


@on_linux
def test_pillows_wheel_has_the_licenses_of_the_page() -> None:
    """The license file of Pillow's wheel has a heading for each library of the page, and for no other."""
    headings = re.findall(r"^----\n\n([A-Z0-9_]+)\n", license_file("pillow", "LICENSE"), re.MULTILINE)
    assert {HEADINGS[one] for one in headings if one not in ABSENT} == bundled("pillow").keys() - {PART}


@on_linux
def test_versions_are_those_of_pillows_wheel() -> None:
    """The versions that Pillow and its codecs report are those of the page."""
    codecs = dict(re.findall(r"(\w+) \[\w+\]:([\d.]+)", _avif.codec_versions()))
    reported = {
        "aom": codecs["aom"],
        "dav1d": codecs["dav1d"],
        "FreeType": features.version("freetype2"),
        "HarfBuzz": features.version("harfbuzz"),
        "libavif": features.version("avif"),
        "libjpeg-turbo": features.version("libjpeg_turbo"),
        "libtiff": features.version("libtiff"),
        "libwebp": features.version("webp"),
        "OpenJPEG": features.version("jpg_2000"),
        "raqm": features.version("raqm"),
    }
    assert reported == {name: bundled("pillow")[name].version for name in reported}
    assert bundled("pillow")["Little CMS"].version.startswith(str(features.version("littlecms2")))
    (sbom,) = (file for file in distribution("pillow").files or [] if re.fullmatch(r"pillow-.*\.cdx\.json", file.name))
    components = json.loads(Path(str(sbom.locate())).read_text(encoding="utf-8"))["components"]
    listed = {one["name"]: one.get("version") for one in components}
    assert (bundled("pillow")["libxcb"].version, bundled("pillow")["Little CMS"].version) == (
        listed["libxcb"],
        listed["Little CMS 2"],
    )


def test_versions_are_those_of_pillow_heifs_wheel() -> None:
    """Libheif reports the versions of itself, its decoder and its encoder, and the wheel has its licenses of the page."""
    found, stated = pillow_heif.libheif_info(), bundled("pillow-heif")
    assert found["libheif"] == stated["libheif"].version
    assert stated["libde265"].version in found["decoders"]["libde265"]
    assert f"({stated['x265'].version}+" in found["encoders"]["x265"]
    text = license_file("pillow-heif", "LICENSES_bundled.txt")
    for name, license_ in re.findall(r"Name: (\w+)\nLicense: (\w+)v\d\nFiles: lib\w+\.\[", text):
        assert stated[name].license.startswith(f"{license_}-"), name
    assert "binary wheels: GPLv2" in text


def test_crates_are_under_the_licenses_of_the_page() -> None:
    """Each Rust crate in a wheel may be used under a license of the page, and every license of the page is needed."""
    for name, found in installed():
        if name not in CRATES:
            continue
        (sbom,) = (file for file in found.files or [] if file.name.endswith(".cyclonedx.json"))
        crates = json.loads(Path(str(sbom.locate())).read_text(encoding="utf-8"))["components"]
        expressions = {
            one["expression"] for crate in crates if crate["scope"] != "excluded" for one in crate["licenses"]
        }
        assert {_chosen(one) for one in expressions} == set(CRATES[name].split(", ")), name


def _chosen(expression: str) -> str:
    """Return the license under which a crate is used: MIT or else BSD wherever it may be chosen."""
    if "AND" in expression:
        return expression.partition(" AND ")[2]
    options = expression.split(" OR ")
    return next((one for one in ("MIT", "BSD-3-Clause") if one in options), " or ".join(options))


def test_the_runbook_names_the_formats_of_each_library() -> None:
    """For each library that a format is decoded with, the runbook says that this format is to be switched off."""
    section = Path("docs/operations.md").read_text(encoding="utf-8").partition("## A decoder has an advisory\n")[2]
    rows = re.findall(r"^\| ([^|]+) \| (`[^|]+) \|$", section.partition("\n## ")[0], re.MULTILINE)
    named = {
        library: set(re.findall(r"`(\w+)`", formats))
        for libraries, formats in rows
        for library in libraries.split(", ")
    }
    used = {
        one.name.split(" ")[0]: set(re.split(r"\W+", one.used_for)) & FORMATS.keys()
        for group in BUNDLED.values()
        for one in group
    }
    assert {library: formats for library, formats in used.items() if formats} == {
        library: formats for library, formats in named.items() if library in used
    }


def test_only_one_layer_is_copyleft() -> None:
    """No library outside of the layer of HEIF has to be used under the GPL or the LGPL."""
    others = [name for layer in LAYERS if layer != HEIF_LAYER for name in pinned(layer)]
    licenses = [PACKAGES[name] for name in others] + [one.license for name in others for one in BUNDLED.get(name, [])]
    assert [one for one in licenses if all("GPL" in option for option in one.split(" OR "))] == []
    assert "GPL" not in " ".join(CRATES.values())
