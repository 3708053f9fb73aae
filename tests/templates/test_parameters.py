"""Parameters and the functions' variables: a mismatch fails when the template is generated."""

import dataclasses
import re

import pytest

import generate
from imaging.formats import FORMATS, parse_formats
from lambdas.runtime import settings
from lambdas.runtime.settings import ArchiveSettings, ResizeSettings, Settings
from templates import parameters, stack
from templates.parameters import groups, variables
from tests.templates.emitted import Node, resources, template

ORIGINS = ["", "*", "https://example.com", "http://localhost:8080", "https://a.b-c.example:8443"]
CREDENTIALS = (
    3600  # seconds: the usual lifetime of a function's credentials, which limits that of the URLs that they signed
)
NO_ORIGINS = [
    "https://*.example.com",
    "**",
    "https://example.com/",
    "https://example.com/page",
    "https://a b",
    " *",
    "example.com",
    "ftp://example.com",
    "null",
]


def test_resources_and_parameters_fill_the_settings() -> None:
    """The variable of a field is the given resource, or the parameter with its name."""
    filled = variables(ResizeSettings, metadata_table="the table")
    assert filled["METADATA_TABLE"] == "the table"
    assert filled["RESIZE_EDGES"].to_dict() == {"Ref": "ResizeEdges"}


def test_given_resource_takes_precedence_over_the_parameter() -> None:
    """A given resource takes precedence over a parameter."""
    assert variables(ResizeSettings, metadata_table="the table", quality=7)["QUALITY"] == 7


def test_misspelt_resource_is_refused() -> None:
    """A resource for an unknown field raises an error that names it."""
    with pytest.raises(TypeError, match=r"ArchiveSettings .* archive_buckett"):
        variables(ArchiveSettings, metadata_table="", archive_bucket="", archive_buckett="")


def test_field_without_a_value_is_refused() -> None:
    """A field that is neither resource nor parameter raises an error that names it."""
    with pytest.raises(TypeError, match=r"ArchiveSettings .* archive_bucket"):
        variables(ArchiveSettings, metadata_table="")


def test_misspelt_variable_stops_generation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A variable that a handler reads and the template does not know makes `generate.py` fail and print nothing."""
    misspelt = dataclasses.make_dataclass("Misspelt", [("upload_buket", str)], bases=(Settings,), frozen=True)
    monkeypatch.setattr(settings, "SqsTriggerSettings", misspelt)
    assert generate.main([]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "upload_buket" in printed.err


def test_renamed_parameter_stops_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter without the name of its variable makes the generation fail."""
    found = {heading: [one for one in group if one.title != "MaxBytes"] for heading, group in groups().items()}
    monkeypatch.setattr(parameters, "groups", lambda: found)
    with pytest.raises(TypeError, match="max_bytes"):
        stack.render()


@pytest.mark.parametrize("edges", ["1600", "1600,800,320", "1,2,3,4,5,6,7,15999"])
def test_edges_are_a_list(edges: str) -> None:
    """One to eight edges are accepted, separated by commas."""
    assert re.search(_pattern_of_edges(), edges)


@pytest.mark.parametrize("edges", ["", "0", "1600,", "1600 800", "16000", "-1", "1,2,3,4,5,6,7,8,9", "1.5", "wide"])
def test_other_texts_are_no_edges(edges: str) -> None:
    """CloudFormation refuses a text that no function could parse."""
    assert not re.search(_pattern_of_edges(), edges)


def _pattern_of_edges() -> str:
    return str(_parameter("ResizeEdges")["AllowedPattern"])


@pytest.mark.parametrize("origin", ORIGINS)
def test_origins_are_allowed_by_name_or_all_together(origin: str) -> None:
    """Pages of single origins, with or without a port, of all origins or of none may upload."""
    assert re.search(_parameter("AllowedOrigins")["AllowedPattern"], origin)


@pytest.mark.parametrize("origin", NO_ORIGINS)
def test_other_texts_are_no_origins(origin: str) -> None:
    """A wildcard within a name, a path, a space or another scheme is refused: it would never match."""
    assert not re.search(_parameter("AllowedOrigins")["AllowedPattern"], origin)


def test_upload_url_is_short_lived() -> None:
    """An upload URL is valid for at most an hour, which a function's credentials usually outlast."""
    assert _parameter("UrlExpirySeconds")["MaxValue"] <= CREDENTIALS


def test_no_log_level_drops_metrics() -> None:
    """Metrics are log lines without a level, which Lambda treats as INFO and drops at higher levels."""
    assert set(_parameter("LogLevel")["AllowedValues"]) == {"DEBUG", "INFO"}


def test_every_format_is_on_by_default() -> None:
    """Without the parameter, all formats are opened."""
    assert parse_formats(_parameter("EnabledFormats")["Default"].split(",")) == FORMATS.keys()


@pytest.mark.parametrize("formats", [*FORMATS, "PNG,JPEG", ",".join(reversed(FORMATS))])
def test_formats_are_a_list(formats: str) -> None:
    """Any formats are accepted, in any order, and functions parse each list that is."""
    assert re.search(_parameter("EnabledFormats")["AllowedPattern"], formats)
    assert parse_formats(formats.split(",")) == set(formats.split(","))


@pytest.mark.parametrize(
    "formats", ["", "JPG", "HEIC", "jpeg", "JPEG,", ",JPEG", "JPEG PNG", "JPEG,,PNG", "JPEGPNG", "*"]
)
def test_other_texts_are_no_formats(formats: str) -> None:
    """CloudFormation refuses what no function could parse: an unknown name, and an empty list."""
    assert not re.search(_parameter("EnabledFormats")["AllowedPattern"], formats)
    with pytest.raises(ValueError, match="unknown formats"):
        parse_formats(formats.split(","))


def test_every_function_that_meets_a_format_gets_the_parameter() -> None:
    """The functions that open images, and those that go by the name of a format, have the same list."""
    found = {
        name: one["Properties"]["Environment"]["Variables"]["ENABLED_FORMATS"]
        for name, one in resources("AWS::Lambda::Function").items()
        if "ENABLED_FORMATS" in one["Properties"]["Environment"]["Variables"]
    }
    assert found.keys() == {
        f"{name}Function" for name in ("Validate", "Metadata", "Resize", "Thumbnail", "GetUploadUrl", "Import")
    }
    assert all(value == {"Ref": "EnabledFormats"} for value in found.values())


def _parameter(name: str) -> Node:
    found: Node = template()["Parameters"][name]
    return found
