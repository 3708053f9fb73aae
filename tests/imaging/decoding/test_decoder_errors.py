"""Malformed files: an error of a decoder refuses the file, and an error of our own code never does."""

import importlib
import pkgutil
import struct
import sys
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from inspect import isclass, isfunction
from types import ModuleType
from typing import Any

import pytest

import imaging
from imaging.decoding.decoder_errors import MalformedFileError, refuse_malformed
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.features.appearance import SAMPLE, describe_appearance
from imaging.metadata.embedded import read_embedded
from imaging.metadata.properties import read_properties
from imaging.operations import examine
from imaging.rendering.authorship import Authorship
from imaging.rendering.rendition import crop_thumbnail, make_sample, resize_to_edges
from tests import pictures
from tests.effort import repetition, times
from tests.imaging.limits import LIMITS

RAISED = [OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, RuntimeError, struct.error, zlib.error]
BUGS = [IndexError, struct.error, TypeError, AttributeError, KeyError, RuntimeError, OverflowError, ValueError]
# A sound image of each format, and of those encodings that have code of their own.
SOUND = {
    "JPEG progressive, large": pictures.encoded(
        pictures.quadrants((400, 300)), "JPEG", progressive=True, icc_profile=pictures.swapped_profile()
    ),
    **{name: pictures.examples()[name] for name in ("JPEG CMYK", "PNG RGBA", "GIF", "TIFF", "BMP", "AVIF", "HEIF")},
    "PNG of 16 bits": pictures.gray_png(16, side=40),
    "WEBP, large": pictures.encoded(pictures.quadrants((400, 300)), "WEBP"),
    "WEBP animated": pictures.animation("WEBP", 2),
}


def raising(package: str, error: BaseException) -> Callable[..., Any]:
    """Return a function of a package that raises error."""
    scope: dict[str, Any] = {"__name__": package, "error": error}
    exec("def planted(*_, **__):\n    raise error", scope)  # noqa: S102 - the text is the line above
    return scope["planted"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("package", ["PIL.AnImagePlugin", "pillow_heif.heif"])
@pytest.mark.parametrize("error", RAISED)
def test_decoder_errors_refuse_the_file(error: type[Exception], package: str) -> None:
    """Each of the errors that decoders raise for malformed files refuses the file."""
    decode = raising(package, error())
    with pytest.raises(ImageRefusedError) as rejected, refuse_malformed():
        decode()
    assert rejected.value.reason in {Reason.CORRUPT, Reason.TRUNCATED}


@pytest.mark.parametrize("package", ["imaging.rendering.color", "cykooz_resizer", "botocore.client", "PILOT", "tests"])
@pytest.mark.parametrize("error", RAISED)
def test_same_errors_from_other_code_pass_unchanged(error: type[Exception], package: str) -> None:
    """An error of any other code keeps its type, so that it is retried and raises an alarm."""
    work = raising(package, error())
    with pytest.raises(error), refuse_malformed():
        work()


@pytest.mark.parametrize("error", [MemoryError, AssertionError, ZeroDivisionError, NameError, KeyboardInterrupt])
def test_errors_that_no_file_causes_pass_unchanged(error: type[BaseException]) -> None:
    """Errors of other types are not caused by the file, even if a decoder raised them."""
    decode = raising("PIL.AnImagePlugin", error())
    with pytest.raises(error), refuse_malformed():
        decode()


def test_malformed_file_error_refuses_the_file() -> None:
    """Our wrappers of decoders report a malformed file by an error of its own."""
    with pytest.raises(ImageRefusedError) as rejected, refuse_malformed():
        raise MalformedFileError("libwebp reports status 3")
    assert rejected.value.reason == Reason.CORRUPT


def test_errors_of_the_standard_library_count_as_those_of_its_caller() -> None:
    """An error inside the standard library belongs to the package that called it."""
    scope = {"__name__": "PIL.TiffImagePlugin"}
    exec("from fractions import Fraction\ndef read():\n    return Fraction('many')", scope)  # noqa: S102 - as above
    with pytest.raises(ImageRefusedError), refuse_malformed():
        scope["read"]()  # type: ignore[operator]
    scope["__name__"] = "imaging.metadata.exif"
    with pytest.raises(ValueError, match="many"), refuse_malformed():
        scope["read"]()  # type: ignore[operator]


def test_an_error_that_pillow_renames_keeps_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow turns a KeyError of a plugin into a SyntaxError; from our own plugin it passes unchanged."""
    plant = raising("imaging.decoding.libwebp", KeyError("a bug"))
    monkeypatch.setattr("imaging.decoding.libwebp._chunks", plant)
    with pytest.raises(SyntaxError):
        open_picture(pictures.examples()["WEBP"], LIMITS)


@pytest.mark.parametrize(
    "error",
    [OSError("out of memory error"), RuntimeError("Memory allocation error: too large"), MalformedFileError("memory")],
)
def test_lack_of_memory_is_too_complex(error: Exception) -> None:
    """A decoder that gets no memory does not mean that the image is corrupt."""
    decode = raising("PIL.AnImagePlugin", error)
    with pytest.raises(ImageRefusedError) as rejected, refuse_malformed():
        decode()
    assert rejected.value.reason == Reason.TOO_COMPLEX


def test_warnings_of_decoders_are_ignored() -> None:
    """A warning neither refuses the file nor reaches the log."""
    with refuse_malformed():
        warnings.warn("some oddity", UserWarning, stacklevel=1)


def modules() -> Iterator[ModuleType]:
    """Yield each module of imaging."""
    for found in pkgutil.walk_packages(imaging.__path__, "imaging."):
        yield importlib.import_module(found.name)


def functions(module: ModuleType) -> Iterator[tuple[Any, str, Callable[..., Any]]]:
    """Yield each function and method of module, with its owner and name."""
    owned = {name: one for name, one in vars(module).items() if getattr(one, "__module__", "") == module.__name__}
    for name, one in owned.items():
        if isclass(one):
            yield from ((one, each, method) for each, method in vars(one).items() if isfunction(method))
        elif callable(one):
            yield module, name, one


def cases() -> Iterator[Any]:
    """Yield a case for each function of imaging; of twelve, `make test` has one."""
    found = [one for module in modules() for one in functions(module) if not one[1].startswith("__")]
    for number, (owner, name, function) in enumerate(found):
        title = f"{function.__module__}.{getattr(function, '__qualname__', name)}"
        yield pytest.param(owner, name, function, id=title, marks=repetition if number % 12 else ())


def plant(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, function: Callable[..., Any], bug: Exception) -> None:
    """Replace a function by one that raises bug, in all modules that have imported it."""
    broken = raising(function.__module__, bug)
    monkeypatch.setattr(owner, name, broken)
    for module in [one for known, one in sys.modules.items() if known.startswith(("imaging.", "lambdas."))]:
        for alias, value in list(vars(module).items()):
            if value is function:
                monkeypatch.setattr(module, alias, broken)


def process(data: bytes) -> None:
    """Process an image as the steps do, without S3 and the record."""
    examine(open_picture(data, LIMITS))
    picture = open_picture(data, LIMITS)
    read_properties(picture), read_embedded(picture)
    describe_appearance(make_sample(picture, SAMPLE), picture.size)
    resize_to_edges(open_picture(data, LIMITS), (30, 20), 80)
    crop_thumbnail(open_picture(data, LIMITS), 20, 80)


def test_sound_images_pass_without_a_bug() -> None:
    """The images of the next test are processed without an error."""
    for data in SOUND.values():
        process(data)


@pytest.mark.share(60)
@pytest.mark.parametrize(("owner", "name", "function"), [*cases()])
def test_a_bug_refuses_no_image(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, function: Callable[..., Any]
) -> None:
    """If any function of imaging fails, no sound image is refused: the error itself is raised, if any."""
    for bug in BUGS[: times(1, len(BUGS))]:
        with monkeypatch.context() as patch:
            plant(patch, owner, name, function, bug("planted"))
            assert not isinstance(outcome(SOUND.values()), ImageRefusedError)


def outcome(files: Iterable[bytes]) -> Exception | None:
    """Return the first error that processing files raises."""
    try:
        for data in files:
            process(data)
    except Exception as error:  # noqa: BLE001 - the test reports every error
        return error
    return None


def test_a_bug_in_authorship_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error after decoding passes unchanged."""
    plant(monkeypatch, Authorship, "to_notes", Authorship.to_notes, TypeError("planted"))
    with pytest.raises(TypeError, match="planted"):
        resize_to_edges(open_picture(pictures.examples()["JPEG"], LIMITS), (30,), 80)
