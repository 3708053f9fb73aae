"""The operations of imaging in the sandbox: they need no file, and return what they return outside of it."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from imaging import operations
from imaging.errors import ImageRefusedError, Reason
from lambdas.runtime.sandbox import client
from lambdas.runtime.sandbox.answers import Answer
from lambdas.runtime.sandbox.server import hooks_left_out
from tests import pictures
from tests.effort import times
from tests.imaging.limits import LIMITS
from tests.imaging.metadata.packets import WRITTEN
from tests.lambdas.runtime.sandbox import watched

EXAMPLES = pictures.examples() | {"JPEG with metadata": WRITTEN}
AUTHORSHIP = {"artist": "Zo\u00eb", "copyright": None}
OPERATIONS: dict[str, dict[str, Any]] = {
    "examine": {},
    "describe": {},
    "resize": {"edges": [30, 20], "quality": 80, "authorship": AUTHORSHIP},
    "crop": {"sizes": [[20, 20]], "quality": 80, "authorship": AUTHORSHIP},
}
each_operation = pytest.mark.parametrize("operation", OPERATIONS)


@pytest.fixture(scope="module", autouse=True)
def _servers() -> Iterator[None]:
    """End the servers after the last test."""
    yield
    client.stop()


def arguments(operation: str) -> dict[str, Any]:
    """Return the arguments of an operation."""
    return {"limits": LIMITS.to_json(), **OPERATIONS[operation]}


def test_each_operation_is_covered() -> None:
    """There is no other."""
    assert OPERATIONS.keys() == operations.OPERATIONS.keys()


def test_every_operation_has_run_before_the_first_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading runs each operation, and none fails, so that no image waits for what is the same for all."""
    run, done = operations.run, list[str]()

    def recorded(name: str, data: bytes, options: dict[str, Any]) -> operations.Outcome:
        found = run(name, data, options)
        done.append(name)
        return found

    monkeypatch.setattr(operations, "run", recorded)
    operations.load("JPEG")
    assert done == [*operations.OPERATIONS]
    assert vars(Image)["core"].get_stats()["blocks_cached"] == 0  # of memory that each image would have to zero


def test_modules_of_the_server_do_nothing_in_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they register meanwhile is left out; what is registered later is not."""
    registered = list[object]()
    monkeypatch.setattr(os, "register_at_fork", lambda **hooks: registered.extend(hooks.values()))
    with hooks_left_out():
        os.register_at_fork(after_in_child=lambda: None)
    assert not registered
    os.register_at_fork(after_in_child=lambda: None)
    assert registered


@pytest.mark.share(8)
@each_operation
@pytest.mark.parametrize("name", [*EXAMPLES][:: times(5, 1)])
def test_answer_is_that_of_the_operation(operation: str, name: str) -> None:
    """Facts and renditions are the same, byte for byte, as without the sandbox."""
    facts, renditions = operations.run(operation, EXAMPLES[name], arguments(operation))
    found = client.run(operation, EXAMPLES[name], lambda answer: answer, **arguments(operation))
    assert found == Answer(dict(facts), list(renditions))


@pytest.mark.share(26)
@each_operation
@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_is_imported_late(monkeypatch: pytest.MonkeyPatch, operation: str, name: str) -> None:
    """The server has imported every module that a picture needs: its children cannot open a file."""
    monkeypatch.setattr(client, "OPERATIONS", watched.__name__)
    found = client.run(operation, EXAMPLES[name], lambda answer: answer.facts, **arguments(operation))
    assert found == {"imported": []}


@pytest.mark.parametrize("enabled", ["JPEG, PNG", "JPEG,AVIF"])
def test_decoder_that_is_switched_off_is_not_loaded(monkeypatch: pytest.MonkeyPatch, enabled: str) -> None:
    """The server has the decoders of the formats that are switched on, and not one that has an advisory."""
    monkeypatch.setenv("ENABLED_FORMATS", enabled)
    monkeypatch.setattr(client, "OPERATIONS", watched.__name__)
    modules = client.run("modules", b"", lambda answer: answer.facts["modules"])
    loaded = {name: module in modules for name, module in (("AVIF", "PIL._avif"), ("HEIF", "pillow_heif"))}
    assert loaded == {"AVIF": "AVIF" in enabled, "HEIF": False}


@each_operation
def test_refusals_are_those_of_the_operation(operation: str) -> None:
    """A file that is no image is refused with the same reason."""
    with pytest.raises(ImageRefusedError) as refused:
        client.run(operation, b"no image", lambda answer: answer, **arguments(operation))
    assert refused.value.reason == Reason.NOT_AN_IMAGE
