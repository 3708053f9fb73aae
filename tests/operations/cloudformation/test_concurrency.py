"""What `deploy` says about bursts: the account's Lambda concurrency, and whether MaxConcurrency fits it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from operations.cloudformation import deploy as deployment
from operations.cloudformation.concurrency import (
    EACH,
    IMAGE_SECONDS,
    LEAST,
    LEAST_FREE,
    PARAMETER,
    WORKFLOW_TYPE,
    Outlook,
    fitting,
    rate,
)
from operations.cloudformation.deploy import Options, deploy
from operations.cloudformation.target import Target
from operations.command_line import main
from tests.bursts.policy import deployed
from tests.bursts.simulation import simulate
from tests.operations.cloudformation.small_stack import STACK, template

pytestmark = pytest.mark.usefixtures("small_stack", "_with_parameters")
OTHER = 7  # a value of the parameter that is not the default


@pytest.fixture
def _with_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy a template that has both parameters."""
    monkeypatch.setattr(deployment, "render", lambda: template(**{PARAMETER: "2", WORKFLOW_TYPE: "STANDARD"}))


@pytest.fixture
def account(target: Target, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Give the stub of Lambda, whose settings moto does not have."""
    service, client = boto3.client("lambda"), boto3.client
    monkeypatch.setattr(
        boto3, "client", lambda name, *rest, **more: service if name == "lambda" else client(name, *rest, **more)
    )
    assert target
    with Stubber(service) as stub:
        yield stub


def _set(stub: Stubber, total: int, unreserved: int) -> None:
    limits = {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": unreserved}
    stub.add_response("get_account_settings", {"AccountLimit": limits})


def _outlook(folder: Path, **parameters: str) -> Outlook:
    """Deploy, and return what is said."""
    found: list[Outlook] = []
    client: Any = boto3.client
    deploy(Target(client, "artifacts", poll_seconds=0.01), STACK, folder, Options(parameters, on_outlook=found.append))
    (outlook,) = found
    return outlook


def test_concurrency_that_is_reserved_does_not_count(account: Stubber, tmp_path: Path) -> None:
    """What other functions have reserved is not available to those of the stack."""
    _set(account, total=1000, unreserved=100)
    assert _outlook(tmp_path).available == 100


def test_named_value_counts_then_the_stack_s_then_the_default(account: Stubber, tmp_path: Path) -> None:
    """The outlook is on the stack as it will be: a named value is used, and kept by the next deployment."""
    for named, expected in (({}, 2), ({PARAMETER: str(OTHER)}, OTHER), ({}, OTHER)):
        _set(account, 100, 100)
        assert _outlook(tmp_path, **named).images == expected


@pytest.mark.share(1)
@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_workflow_type_counts(account: Stubber, tmp_path: Path, kind: str) -> None:
    """The consequence of throttling depends on the workflow type."""
    _set(account, 10, 10)
    (_, warning) = _outlook(tmp_path, **{PARAMETER: "5", WORKFLOW_TYPE: kind}).sentences()
    assert ("fail" in warning) == (kind == "EXPRESS")


@pytest.mark.parametrize(("available", "images"), [(10, 2), (100, 26), (1000, 266), (10_000, 1000)])
def test_fitting_value_leaves_concurrency_free(available: int, images: int) -> None:
    """The value that fits is within the limits of an event source, and leaves some concurrency for other functions."""
    assert fitting(available) == images
    assert available - EACH * images >= LEAST_FREE


def test_default_fits_the_smallest_account() -> None:
    """A new account has a concurrency of 10, and the template's default fits it without a warning."""
    (sentence,) = Outlook(deployed("STANDARD").max_concurrency, express=False, available=10).sentences()
    assert "about 15 minutes" in sentence
    assert "fits too" not in sentence


def test_larger_account_can_do_more() -> None:
    """If the concurrency allows more, the sentence names the value and what it is good for."""
    (sentence,) = Outlook(2, express=False, available=1000).sentences()
    assert f"{PARAMETER}=266 fits too" in sentence
    assert "then 1,000 take about a minute" in sentence


@pytest.mark.parametrize(("images", "said"), [(3, "1 is left"), (4, "wait"), (9, "wait"), (10, "none is processed")])
def test_value_that_does_not_fit_is_warned_of(images: int, said: str) -> None:
    """A value that is too high is warned of, with the one that fits; one that stops everything is named as such."""
    known, warning = Outlook(images, express=False, available=10).sentences()
    assert f"needs up to {3 * images} of it" in known
    assert warning.startswith("WARNING")
    assert said in warning
    assert f"Deploy with {PARAMETER}=2" in warning


def test_account_that_is_too_small_needs_a_higher_quota() -> None:
    """With less than the smallest value needs, the only advice is a higher quota."""
    _, warning = Outlook(LEAST, express=False, available=7).sentences()
    assert "Request a higher quota" in warning
    assert "Deploy with" not in warning


def test_rate_is_that_of_the_simulation() -> None:
    """The images a minute are those of a simulated burst, within a tenth."""
    burst = simulate(deployed("STANDARD"), 10, 2000)
    assert rate(2) == pytest.approx(2000 / burst.ended[-1] * 60, rel=0.1)
    assert IMAGE_SECONDS


def test_account_that_cannot_be_read_is_deployed_to(
    account: Stubber, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """If the setting may not be read, the command says so with the reason, and deploys."""
    account.add_client_error("get_account_settings", "AccessDeniedException", "not yours to read", http_status_code=403)
    assert main([*arguments, "--yes"]) == 0
    first, *_ = capsys.readouterr().out.splitlines()
    assert "cannot be read" in first
    assert "not yours to read" in first


def test_command_says_it_before_the_question(
    account: Stubber, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence comes before the changes and the question, so that the answer can depend on it."""
    _set(account, 10, 10)
    main(arguments)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert "a Lambda concurrency of 10" in first
    assert second.startswith("Changes to stack")


def test_json_has_an_object_of_its_own(
    account: Stubber, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """With --json the numbers are an object on standard output, and the sentences go to standard error."""
    _set(account, 1000, 900)
    assert main([*arguments, "--yes", "--json"]) == 0
    printed = capsys.readouterr()
    first = json.loads(printed.out.splitlines()[0])
    assert first["lambdaConcurrency"] == 900
    assert first["maxConcurrency"] == 2
    assert first["fittingMaxConcurrency"] == fitting(900)
    assert first["imagesPerMinute"] == rate(2)
    assert "900" in printed.err
