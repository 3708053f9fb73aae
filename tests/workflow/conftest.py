"""The pipeline, deployed once a module into an account in moto, and whole again for each test."""

import logging
from collections.abc import Iterator

import pytest

from lambdas import archive, metadata, resize, thumbnail, validate
from tests.fake_aws import interpreter_cache, stores
from tests.fake_aws.account import ACCOUNT, REGION, fake_account
from tests.fake_aws.fake_clock import FakeClock
from tests.fake_aws.interpreter import MOTO, Interpreter, deploy
from tests.fake_aws.resources import ENVIRONMENT, TABLE, TOPIC, Resources
from tests.workflow.processing import Processing
from workflow.steps import ARCHIVE, METADATA, RESIZE, THUMBNAIL, VALIDATE

HANDLERS = {
    VALIDATE.function: validate.handler,
    METADATA.function: metadata.handler,
    RESIZE.function: resize.handler,
    THUMBNAIL.function: thumbnail.handler,
    ARCHIVE.function: archive.handler,
}


@pytest.fixture(scope="module")
def account() -> Iterator[None]:
    """Lead every AWS client to an account in moto."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"AWS_DEFAULT_REGION": REGION, **ENVIRONMENT}.items():
            patch.setenv(name, value)
        interpreter_cache.install(patch)  # before a machine is made, which parses it
        with fake_account(patch, MOTO):
            yield


@pytest.fixture(scope="module")
def resources(account: None) -> Resources:  # noqa: ARG001 - it must be there first
    """Give the resources in the account."""
    return Resources()


@pytest.fixture(scope="module")
def machine(account: None) -> str:  # noqa: ARG001 - the same
    """Give the ARN of the deployed state machine."""
    functions = {name: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}" for name in HANDLERS}
    return deploy({"Partition": "aws", "MetadataTable": TABLE, "NotificationTopic": TOPIC, **functions})


@pytest.fixture
def processing(
    resources: Resources, machine: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Processing:
    """Give the pipeline with nothing broken and nothing counted yet."""
    # Moto logs its whole program with each error that a state raises.
    caplog.set_level(logging.CRITICAL, "moto.stepfunctions")
    interpreter = Interpreter(machine, dict(HANDLERS))
    interpreter.install(monkeypatch)
    monkeypatch.setenv("STATE_MACHINE_ARN", machine)
    monkeypatch.setenv("DEAD_LETTER_QUEUE", resources.dead_letters)
    fake_clock = FakeClock()
    fake_clock.install(monkeypatch)
    stores.empty()  # so that a sweep looks at nothing of other tests
    return Processing(resources, interpreter, fake_clock)
