"""Reports of the sandbox, in log and metrics: layers that are missing, and answers that look like an attack."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lambdas.runtime.metrics import FALLBACK_DECODERS, SANDBOX_LAYERS_MISSING, SANDBOX_VIOLATIONS
from lambdas.runtime.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def _report_libwebp() -> None:
    logger().warning("libwebp is not where Pillow's wheel has it: large WebP images are rejected as TOO_COMPLEX")
    count(FALLBACK_DECODERS)


def report_lacking(lacking: list[str]) -> None:
    """Report, once a process, that Pillow's own decoder replaces libwebp: large images do not fit in its memory."""
    if "libwebp" in lacking:
        _report_libwebp()


def report_layers(missing: Mapping[str, str]) -> None:
    """Report, once a process, the layers of the confinement that the system refuses, by name, each with its error."""
    if missing:
        _report_layers(tuple(sorted(missing.items())))


@cache
def _report_layers(missing: tuple[tuple[str, str], ...]) -> None:
    logger().warning("the sandbox lacks layers", extra={"missing": dict(missing)})
    count(SANDBOX_LAYERS_MISSING)


def report_violation(violation: str) -> None:
    """Report an image whose decoder did what no sound decoder does: it may have been taken over."""
    logger().warning("an image may have taken its decoder over: %s", violation)
    count(SANDBOX_VIOLATIONS)
