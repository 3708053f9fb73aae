"""The messages of a worker are fewer, and none is missed."""

from argparse import Namespace
from typing import Any

import pytest
from xdist.remote import WorkerInteractor

from tests.worker_messages import send_less

PARTS = ("setup", "call", "teardown")
KEPT_BACK = [("logstart", "", ""), ("testreport", "passed", "setup"), ("testreport", "passed", "teardown")]
MESSAGES = [
    *(("logstart", "", ""), ("logfinish", "", ""), ("runtest_protocol_complete", "", "")),
    *(("testreport", outcome, when) for outcome in ("passed", "failed", "skipped") for when in PARTS),
]


def sent(monkeypatch: pytest.MonkeyPatch, **options: object) -> list[tuple[str, str, str]]:
    """Return which of the messages are sent with some options of pytest."""
    messages: list[tuple[str, str, str]] = []

    def send(_: object, name: str, data: dict[str, str]) -> None:
        messages.append((name, data["outcome"], data["when"]))

    monkeypatch.setattr(WorkerInteractor, "sendevent", send)
    config: Any = Namespace(option=Namespace(**{"verbose": 0, "durations": None} | options))
    send_less(config, monkeypatch)
    for name, outcome, when in MESSAGES:
        WorkerInteractor.sendevent(None, name, data={"outcome": outcome, "when": when})
    return messages


def test_only_what_is_expected_is_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each failure and each skipped part is sent, and that the call passed."""
    assert sent(monkeypatch) == [message for message in MESSAGES if message not in KEPT_BACK]


@pytest.mark.parametrize("options", [{"verbose": 1}, {"durations": 10}], ids=str)
def test_all_is_sent_where_it_is_printed(monkeypatch: pytest.MonkeyPatch, options: dict[str, object]) -> None:
    """With --verbose and with --durations, the main process prints what is kept back otherwise."""
    assert sent(monkeypatch, **options) == MESSAGES
