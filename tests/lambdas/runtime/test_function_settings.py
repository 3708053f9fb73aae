"""Settings: typed, read from variables with the names of their fields, and complete or not at all."""

from dataclasses import FrozenInstanceError, fields

import pytest

from lambdas.runtime import settings
from lambdas.runtime.settings import GetUploadUrlSettings, ImageStepSettings, ResizeSettings, Settings
from tests.lambdas.account import IMAGE_STEP_SETTINGS, export
from workflow.contracts.errors import NotConfigured

KINDS = [
    kind for kind in vars(settings).values() if isinstance(kind, type) and issubclass(kind, Settings) and fields(kind)
]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def variables(kind: type[Settings]) -> dict[str, str]:
    """Return a variable for each field: a number of its own, which is valid text too; or a format."""
    return {
        field.name.upper(): "JPEG" if field.type == frozenset[str] else str(number)
        for number, field in enumerate(fields(kind), start=1)
    }


@every_kind
def test_fields_come_from_variables_of_their_name(kind: type[Settings]) -> None:
    """Each field holds its variable's value in the field's type; other variables do not matter."""
    read = kind.read({**variables(kind), "PATH": "/usr/bin"})
    for number, field in enumerate(fields(kind), start=1):
        wanted: dict[object, object] = {
            int: number,
            str: str(number),
            tuple[int, ...]: (number,),
            tuple[str, ...]: (str(number),),
            frozenset[str]: {"JPEG"},
        }
        assert getattr(read, field.name) == wanted[field.type]


def test_numbers_with_commas_between_are_several() -> None:
    """A field of several numbers holds them in the order of its variable."""
    read = ResizeSettings.read({**variables(ResizeSettings), "RESIZE_EDGES": "1600,320,800"})
    assert read.resize_edges == (1600, 320, 800)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("", ()),
        ("*", ("*",)),
        ("https://a.example,https://b.example:8443", ("https://a.example", "https://b.example:8443")),
    ],
)
def test_words_with_commas_between_are_several(value: str, wanted: tuple[str, ...]) -> None:
    """A field of several words holds them in order, and none if its variable is empty."""
    found = GetUploadUrlSettings.read({**variables(GetUploadUrlSettings), "ALLOWED_ORIGINS": value})
    assert found.allowed_origins == wanted


@every_kind
def test_a_missing_variable_is_named(kind: type[Settings]) -> None:
    """If a variable is missing, nothing is read, and the error names it."""
    for name, others in ((name, variables(kind)) for name in variables(kind)):
        del others[name]
        with pytest.raises(NotConfigured, match=name):
            kind.read(others)


@pytest.mark.parametrize("value", ["", "many", "1.5", "0x10"])
def test_a_bad_number_is_refused(value: str) -> None:
    """A value that is no number becomes neither a limit nor one of several edges."""
    with pytest.raises(ValueError, match="invalid literal"):
        ImageStepSettings.read({**variables(ImageStepSettings), "MAX_BYTES": value})
    with pytest.raises(ValueError, match="invalid literal"):
        ResizeSettings.read({**variables(ResizeSettings), "RESIZE_EDGES": f"800,{value}"})


@pytest.mark.parametrize("kind", [GetUploadUrlSettings, ImageStepSettings])
@pytest.mark.parametrize("value", ["", "jpeg", "JPEG,HEIC", "JPEG,,PNG"])
def test_an_unknown_format_is_refused(kind: type[Settings], value: str) -> None:
    """A function does not start with a format that it does not know, and never with none."""
    with pytest.raises(ValueError, match="unknown formats"):
        kind.read({**variables(kind), "ENABLED_FORMATS": value})


def test_formats_with_commas_between_are_several() -> None:
    """The limits of a step hold the formats of its variable."""
    read = ImageStepSettings.read({**variables(ImageStepSettings), "ENABLED_FORMATS": "PNG, JPEG"})
    assert read.limits.enabled_formats == {"JPEG", "PNG"}


def test_variables_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument, the variables are those that the process has at the time."""
    export(monkeypatch, IMAGE_STEP_SETTINGS)
    assert ImageStepSettings.read() == IMAGE_STEP_SETTINGS


def test_an_environment_stays_as_it_was_read() -> None:
    """No function can change its limits."""
    with pytest.raises(FrozenInstanceError):
        IMAGE_STEP_SETTINGS.max_bytes = 0  # type: ignore[misc]
