"""Reports of the sandbox: what is missing is logged and counted once a process."""

from collections.abc import Iterator

import pytest

from lambdas.runtime.metrics import FALLBACK_DECODERS, SANDBOX_LAYERS_MISSING
from lambdas.runtime.sandbox import client, reports
from tests.lambdas.account import log_lines, metric_lines
from tests.lambdas.runtime.sandbox import without_libwebp


@pytest.fixture(autouse=True)
def _first_call() -> Iterator[None]:
    """Forget what was reported in this process, before and after."""
    for cached in (reports._report_libwebp, reports._report_layers):  # noqa: SLF001 - each is made once a process
        cached.cache_clear()
    yield
    for cached in (reports._report_libwebp, reports._report_layers):  # noqa: SLF001
        cached.cache_clear()


def test_a_missing_libwebp_is_reported_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where large WebP images will be too complex for Pillow's own decoder, log and metric say so."""
    monkeypatch.setattr(client, "OPERATIONS", without_libwebp.__name__)
    for _ in range(2):
        client.run("nothing", b"image", lambda answer: answer)
        client.stop()
    output = capsys.readouterr().out
    assert [line[FALLBACK_DECODERS] for line in metric_lines(output) if FALLBACK_DECODERS in line] == [[1.0]]
    assert [line["level"] for line in log_lines(output) if "libwebp" in line["message"]] == ["WARNING"]


def test_what_is_there_is_not_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """If nothing is missing, nothing is logged."""
    reports.report_lacking([])
    reports.report_layers({})
    assert capsys.readouterr().out == ""


def test_layers_are_reported_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """The log names each missing layer with its error, once for the same ones."""
    for _ in range(2):
        reports.report_layers({"seccomp": "EPERM"})
    output = capsys.readouterr().out
    assert [line[SANDBOX_LAYERS_MISSING] for line in metric_lines(output)] == [[1.0]]
    assert [line["missing"] for line in log_lines(output)] == [{"seccomp": "EPERM"}]
