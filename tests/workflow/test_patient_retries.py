"""After which errors a task is retried patiently: those that the models of the services and the SDK call temporary."""

import re
from typing import Any

import botocore.session
import pytest
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from tests.workflow.pipeline_graph import longest_waits, retrier, tasks
from workflow.steps import STEPS, Step

# The services that the state machine calls, as Step Functions names them in errors. What each model says of a class that
# has such a name does not depend on the image.
SERVICES = {"lambda": "Lambda", "dynamodb": "DynamoDB", "sns": "SNS"}
PASSING = re.compile(
    r"(Provisioned)?Throughput|Throttl|TooManyRequestsException|RequestLimit|Internal(Server)?Error|^ServiceException"
)
# AWS, "Handle Lambda service exceptions", names these for every state that invokes a function.
OF_LAMBDA = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
BUG, THROTTLE = "States.ALL", "Lambda.TooManyRequestsException"
EXPRESS_LIMIT = 5 * 60  # seconds: Step Functions ends an EXPRESS execution then


def modelled() -> list[str]:
    """Return the names of the errors of a service that passes, by its model: AWS's, after the class, and emulators', after the code.

    The Java SDK, after whose classes AWS names them, adds Exception to a class that does not end with it.
    """
    found: set[str] = set()
    for service, prefix in SERVICES.items():
        errors: list[Any] = botocore.session.get_session().get_service_model(service).error_shapes
        for shape in errors:
            if PASSING.search(shape.name):
                java = shape.name if shape.name.endswith("Exception") else f"{shape.name}Exception"
                found |= {f"{prefix}.{name}" for name in (shape.name, shape.error_code, java)}
    return sorted(found)


def outlasts_an_outage(error: str) -> bool:
    """Return whether every task is retried after error as after a throttle, and not only a few times."""
    return all(retrier(task, error) == retrier(task, THROTTLE) != retrier(task, BUG) for task in tasks().values())


def test_the_models_name_such_errors() -> None:
    """Each of the services has such errors."""
    assert {name.split(".")[0] for name in modelled()} == set(SERVICES.values())
    assert "SNS.ThrottledException" in modelled()


@pytest.mark.parametrize("error", [*modelled(), *OF_LAMBDA])
def test_an_error_that_a_model_has_of_a_service_is_retried(error: str) -> None:
    """A throttle or an internal error of Lambda, DynamoDB or SNS is retried for as long as an outage lasts."""
    assert outlasts_an_outage(error)


def test_a_state_that_times_out_is_retried_as_in_an_outage() -> None:
    """A function ends before its state's time limit, so that only a service that does not answer makes a state time out."""
    assert outlasts_an_outage("States.Timeout")


# The SDK publishes them nowhere else.
THROTTLE_CODES = vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"]
TRANSIENT_CODES = vars(TransientRetryableChecker)["_TRANSIENT_ERROR_CODES"]
TRANSIENT_STATUSES = map(str, vars(TransientRetryableChecker)["_TRANSIENT_STATUS_CODES"])


@pytest.mark.parametrize("code", dict.fromkeys([*THROTTLE_CODES, *TRANSIENT_CODES, *TRANSIENT_STATUSES]))
def test_a_code_that_the_sdk_retries_is_retried(code: str) -> None:
    """What the SDK inside a function takes for passing, the state machine does too, once the SDK has given up."""
    assert outlasts_an_outage(code)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_a_bug_is_recorded_within_an_express_execution(step: Step) -> None:
    """A step that fails at its time limit in every attempt is given up before Step Functions ends an EXPRESS execution.

    Otherwise the failure would not be recorded with its reason.
    """
    waits = longest_waits(BUG)
    assert len(waits) > 0
    assert (1 + len(waits)) * step.timeout + sum(waits) < EXPRESS_LIMIT
