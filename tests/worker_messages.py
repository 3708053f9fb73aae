"""What a worker of pytest-xdist sends to the main process, which takes 0.2 ms of processor time for a message."""

from collections.abc import Callable
from typing import Any

import pytest
from xdist.remote import WorkerInteractor

_Send = Callable[..., None]


def send_less(config: pytest.Config, patch: pytest.MonkeyPatch) -> None:
    """Keep back half of six messages a test: that it starts, and that its setup and its teardown passed.

    All are sent where the main process prints them, which is with --durations and with --verbose.
    """
    if not (config.option.verbose > 0 or config.option.durations):
        patch.setattr(WorkerInteractor, "sendevent", _only_news(WorkerInteractor.sendevent))


def _only_news(send: _Send) -> _Send:
    def send_news(worker: WorkerInteractor, name: str, **content: Any) -> None:
        if not (name == "logstart" or (name == "testreport" and _is_expected(content["data"]))):
            send(worker, name, **content)

    return send_news


def _is_expected(report: dict[str, str]) -> bool:
    return report["outcome"] == "passed" and report["when"] != "call"
