"""A decoder that was taken over gets nothing, changes nothing, and leaves nothing for the next image."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from imaging.errors import Reason
from lambdas import metadata, resize, thumbnail, validate
from lambdas.runtime.metrics import SANDBOX_VIOLATIONS
from lambdas.runtime.sandbox import client
from lambdas.runtime.sandbox.bounds import BOUNDS, Bounds
from tests.effort import repetition, times
from tests.fake_aws.account import UPLOAD_BUCKET, Payload
from tests.lambdas.account import CONTEXT, Account, metric_lines
from tests.lambdas.runtime.sandbox import attacks
from tests.lambdas.runtime.sandbox.short_time import in_short_time
from tests.patience import PATIENCE
from workflow import contracts
from workflow.contracts.errors import ImageRejected

STEPS: dict[str, Callable[[Payload, object], Payload]] = {
    "validate": validate.handler,
    "metadata": metadata.handler,
    "resize": resize.handler,
    "thumbnail": thumbnail.handler,
}
ATTACKS = [name for name in attacks.ATTACKS if name != "nothing"]
# What happens to sound software, too: no reason to report an attack.
INNOCENT = {
    *("takes too much memory", "spins", "hangs", "crashes", "aborts", "ends at once", "answers nothing"),
    *("closes its report and hangs", "fills its answer"),
}


@pytest.fixture(scope="module", autouse=True)
def _servers() -> Iterator[None]:
    """End the server of the attacks after the last one."""
    yield
    client.stop()


@pytest.fixture(autouse=True)
def _hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server run attacks, beside a handler with credentials in its environment, and with short bounds."""
    monkeypatch.setenv(attacks.SECRET, "planted")
    monkeypatch.setattr(client, "OPERATIONS", attacks.__name__)
    monkeypatch.setattr(client, "BOUNDS", replace(BOUNDS, processor_time=1, time=PATIENCE))


def image(attack: str, folder: Path) -> bytes:
    """Return the image that runs an attack."""
    return f"{attack}|{os.getpid()}|{folder}".encode()


@pytest.mark.share(10)
@pytest.mark.parametrize("attack", ATTACKS[:: times(3, 1)])
@pytest.mark.parametrize("step", [pytest.param(name, marks=() if name == "validate" else repetition) for name in STEPS])
def test_attack_is_refused(  # noqa: PLR0913, PLR0917 - two parameters and four fixtures
    account: Account,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: str,
    attack: str,
) -> None:
    """The image is rejected, nothing of the system is changed, and the next image succeeds in the same step."""
    (tmp_path / "kept").write_text("kept")
    event = account.begin(image(attack, tmp_path))

    def within(bounds: Bounds) -> object:
        monkeypatch.setattr(client, "BOUNDS", bounds)
        return STEPS[step](event, CONTEXT)

    with pytest.raises(ImageRejected) as rejected:
        in_short_time(within) if "hangs" in attack else STEPS[step](event, CONTEXT)
    assert rejected.value.reason == Reason.TOO_COMPLEX
    contracts.check("rejection", json.loads(str(rejected.value)))
    assert [(file.name, file.read_text(), file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == [
        ("kept", "kept", 0o644)
    ]
    assert account.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
    violations = [line for line in metric_lines(capsys.readouterr().out) if SANDBOX_VIOLATIONS in line]
    assert len(violations) == (attack not in INNOCENT)
    assert STEPS[step](account.begin(image("nothing", tmp_path)), CONTEXT)
