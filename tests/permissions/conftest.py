"""The bench of the functions, and the recorder that the whole suite runs under."""

from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.runtime import clients
from lambdas.runtime.settings import Settings
from tests.fake_aws.account import REGION, create_state_machine, fake_account
from tests.lambdas import account as benches
from tests.permissions import plugin
from tests.permissions.recorder import Recorder

RECEIVING = "provide-client-params.sqs.ReceiveMessage"


@pytest.fixture(scope="session")
def recorder(pytestconfig: pytest.Config) -> Recorder:
    """Give the recorder of the handlers' calls."""
    found = pytestconfig.pluginmanager.get_plugin(plugin.NAME)
    assert isinstance(found, plugin.LeastPrivilege)
    return found.recorder


@pytest.fixture(scope="module")
def account() -> Iterator[benches.Account]:
    """Give a bench for a module, and to every function the environment for it."""
    environments = [value for value in vars(benches).values() if isinstance(value, Settings)]
    with pytest.MonkeyPatch.context() as patch:
        benches.export(patch, *environments)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        with fake_account(patch):
            made = benches.Account()
            clients.sqs().meta.events.register(RECEIVING, _at_once)
            for name, value in _others().items():
                patch.setenv(name, value)
            yield made
            clients.sqs().meta.events.unregister(RECEIVING, _at_once)


def _others() -> dict[str, str]:
    """Make what else the functions use, and return the variables that name it."""
    return {
        "STATE_MACHINE_ARN": create_state_machine("pipeline"),
        "WORKFLOW_TYPE": "STANDARD",
        "NOTIFICATION_TOPIC": clients.sns().create_topic(Name="ends")["TopicArn"],
        "DEAD_LETTER_QUEUE": clients.sqs().create_queue(QueueName="dead-letters")["QueueUrl"],
        "STALLED_AFTER_SECONDS": "0",
        "MAX_CONCURRENCY": "2",
        "SWEEP_INDEX": "true",
    }


def _at_once(params: dict[str, Any], **_: object) -> None:
    """Wait for no message: in moto, none is on its way."""
    params["WaitTimeSeconds"] = 0
