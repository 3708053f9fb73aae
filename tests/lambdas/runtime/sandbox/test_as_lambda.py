"""The sandbox where prctl and seccomp are refused, as is reported from AWS Lambda: limits of resources hold alone."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from imaging import operations
from imaging.errors import ImageRefusedError
from lambdas.runtime.metrics import SANDBOX_LAYERS_MISSING
from lambdas.runtime.sandbox import client, reports, server_process
from lambdas.runtime.sandbox.answers import facts_of, renditions_of
from lambdas.runtime.sandbox.bounds import BOUNDS, Bounds
from lambdas.runtime.sandbox.confinement import PROCESS_STATUS
from tests import pictures
from tests.effort import times
from tests.imaging.limits import LIMITS
from tests.lambdas.account import metric_lines
from tests.lambdas.runtime.sandbox import as_lambda, attacks, sound
from tests.lambdas.runtime.sandbox.short_time import in_short_time
from tests.patience import PATIENCE

pytestmark = pytest.mark.skipif(not PROCESS_STATUS.exists(), reason="only Linux has seccomp")

# What no limit of resources refuses. None of it reaches credentials, the network, a file or the next image.
POSSIBLE = {"makes a segment", "makes a queue", "makes shared memory", "makes memory for code", "signals all"}
# What fails for another reason: there is no socket to connect, and no program is named.
POINTLESS = {"connects to this machine", "connects to the metadata service", "becomes a program"}
ATTACKS = [name for name in attacks.ATTACKS if name not in {"nothing", *POSSIBLE, *POINTLESS}]


@pytest.fixture(autouse=True)
def _as_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start servers under these conditions."""
    monkeypatch.setattr(server_process, "START", as_lambda.START)
    monkeypatch.setattr(client, "BOUNDS", replace(BOUNDS, time=PATIENCE, processor_time=2))


@pytest.fixture(scope="module", autouse=True)
def _servers() -> Iterator[None]:
    """Use servers of this module alone."""
    client.stop()
    yield
    client.stop()


@pytest.mark.share(7)
@pytest.mark.parametrize("attack", ATTACKS[:: times(3, 1)])
def test_attack_is_refused_without_the_filter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, attack: str) -> None:
    """The image is rejected, and the next one succeeds."""
    monkeypatch.setattr(client, "OPERATIONS", attacks.__name__)
    (tmp_path / "kept").write_text("kept")
    with pytest.raises(ImageRefusedError):
        in_short_time(partial(run, attack, tmp_path)) if "hangs" in attack else run(attack, tmp_path)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["kept"]
    assert run("nothing", tmp_path) == sound.SOUND["describe"][0]


def run(attack: str, folder: Path, bounds: Bounds | None = None) -> object:
    """Run an attack on this process."""
    image = f"{attack}|{os.getpid()}|{folder}".encode()
    return client.run("describe", image, facts_of("extract-metadata.output"), bounds)


def test_missing_layers_are_reported_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Log and metric name what the system refuses."""
    reports._report_layers.cache_clear()  # noqa: SLF001 - the report is made once a process
    monkeypatch.setattr(client, "OPERATIONS", attacks.__name__)
    for _ in range(2):
        run("nothing", tmp_path)
    output = capsys.readouterr().out
    assert [line[SANDBOX_LAYERS_MISSING] for line in metric_lines(output)] == [[1.0]]
    for layer in ("memory", "parent", "privileges", "seccomp"):
        assert f'"{layer}":"EPERM"' in output


def test_a_decoder_has_no_more_threads_than_it_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The limit of processes, which counts those of a user, leaves a few to HEIF, however many others there are."""
    monkeypatch.setattr(client, "OPERATIONS", attacks.__name__)
    with pytest.raises(ImageRefusedError):
        run(f"{attacks.HEIC}starts many threads", tmp_path)
    assert run(f"{attacks.HEIC}starts a thread", tmp_path)


@pytest.mark.share(6)
@pytest.mark.parametrize("name", pictures.examples())
def test_sound_pictures_are_processed_without_the_filter(name: str) -> None:
    """Limits of processes and files refuse no picture, also where its decoder needs a thread."""
    limits, data = LIMITS.to_json(), pictures.examples()[name]
    rendition: dict[str, Any] = {"limits": limits, "quality": 80, "authorship": {}}
    assert client.run("describe", data, facts_of("extract-metadata.output"), limits=limits)
    facts, _ = operations.run("examine", data, {"limits": limits})
    assert client.run("examine", data, lambda answer: answer.facts, limits=limits) == facts
    assert len(client.run("resize", data, renditions_of([(30, 30), (20, 20)]), edges=[30, 20], **rendition)) == 2
    assert client.run("crop", data, renditions_of([(20, 20)]), sizes=[(20, 20)], **rendition)
