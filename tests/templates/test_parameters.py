"""Filling environments: what does not fit together fails when the template is generated."""

import dataclasses
import re

import pytest

import generate
from lambdas.runtime import settings
from lambdas.runtime.settings import ArchiveSettings, ResizeSettings, Settings
from templates import parameters, stack
from templates.parameters import groups, variables
from tests.templates.emitted import Node, template

ORIGINS = ["", "*", "https://example.com", "http://localhost:8080", "https://a.b-c.example:8443"]
CREDENTIALS = 3600  # seconds that a function's are good for, as a rule; a URL that they signed is good for no longer
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


def test_resources_and_parameters_fill_an_environment() -> None:
    """A field is filled with the resource given for it, or with the parameter of its name."""
    filled = variables(ResizeSettings, metadata_table="the table")
    assert filled["METADATA_TABLE"] == "the table"
    assert filled["RESIZE_EDGES"].to_dict() == {"Ref": "ResizeEdges"}


def test_given_resource_comes_before_the_parameter() -> None:
    """A resource given for a field that has a parameter too is what fills it."""
    assert variables(ResizeSettings, metadata_table="the table", quality=7)["QUALITY"] == 7


def test_misspelt_resource_is_refused() -> None:
    """A resource for a field that the handler does not read raises, and the error names it."""
    with pytest.raises(TypeError, match=r"ArchiveSettings .* archive_buckett"):
        variables(ArchiveSettings, metadata_table="", archive_bucket="", archive_buckett="")


def test_field_without_a_value_is_refused() -> None:
    """A field that is neither resource nor parameter raises, and the error names it."""
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
    """A parameter that no longer has the name of the variable it fills makes generation fail."""
    found = {heading: [one for one in group if one.title != "MaxBytes"] for heading, group in groups().items()}
    monkeypatch.setattr(parameters, "groups", lambda: found)
    with pytest.raises(TypeError, match="max_bytes"):
        stack.render()


@pytest.mark.parametrize("edges", ["1600", "1600,800,320", "1,2,3,4,5,6,7,15999"])
def test_edges_are_a_list(edges: str) -> None:
    """One edge to eight may be given, with commas between."""
    assert re.search(_pattern_of_edges(), edges)


@pytest.mark.parametrize("edges", ["", "0", "1600,", "1600 800", "16000", "-1", "1,2,3,4,5,6,7,8,9", "1.5", "wide"])
def test_what_is_no_edge_is_refused(edges: str) -> None:
    """What no function could read is refused by CloudFormation before anything is deployed."""
    assert not re.search(_pattern_of_edges(), edges)


def _pattern_of_edges() -> str:
    return str(_parameter("ResizeEdges")["AllowedPattern"])


@pytest.mark.parametrize("origin", ORIGINS)
def test_origins_are_allowed_by_name_or_all_together(origin: str) -> None:
    """Pages of an origin may upload, with its port if it has one, or those of all origins, or of none."""
    assert re.search(_parameter("AllowedOrigins")["AllowedPattern"], origin)


@pytest.mark.parametrize("origin", NO_ORIGINS)
def test_what_no_browser_calls_an_origin_is_refused(origin: str) -> None:
    """A wildcard within a name, a path, a space or another scheme is refused before it is deployed and never matches."""
    assert not re.search(_parameter("AllowedOrigins")["AllowedPattern"], origin)


def test_upload_url_is_short_lived() -> None:
    """An upload URL is good for an hour at the most, which a function's credentials last as a rule."""
    assert _parameter("UrlExpirySeconds")["MaxValue"] <= CREDENTIALS


def test_no_level_of_the_log_keeps_metrics_from_being_counted() -> None:
    """Metrics are lines of the log without a level of their own, which Lambda takes for INFO and drops at any above."""
    assert set(_parameter("LogLevel")["AllowedValues"]) == {"DEBUG", "INFO"}


def _parameter(name: str) -> Node:
    found: Node = template()["Parameters"][name]
    return found
