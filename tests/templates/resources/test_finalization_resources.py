"""What sees that no picture is left without its end: when it is invoked, how often, and with how much patience."""

import json

import pytest
from moto.events.models import EventPattern

from tests.templates.emitted import FUNCTIONS, Node, at, definition, properties, ref, resources, sub, template

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:pipeline"
RULES = ["FinalizeRule", "SweepRule", "DailySweepRule"]
SECONDS = 60  # of a minute
SHORTEST_RATE = 2  # minutes: of one, EventBridge wants the word in the singular


def _changed(
    status: str = "FAILED", machine: str = MACHINE, kind: str = "Step Functions Execution Status Change"
) -> Node:
    """Return the part of an event that its rule looks at."""
    return {"source": "aws.states", "detail-type": kind, "detail": {"status": status, "stateMachineArn": machine}}


def _matches(event: Node) -> bool:
    """Tell whether the rule's pattern, as it is in a deployed stack, matches event."""
    text = json.dumps(properties("FinalizeRule")["EventPattern"])
    text = text.replace(json.dumps(ref("ProcessingPipeline")), json.dumps(MACHINE))
    return bool(EventPattern.load(text).matches_event(event))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_every_bad_end_of_an_execution_is_settled(status: str) -> None:
    """Whatever way an execution ends without its last state, the function is told."""
    assert _matches(_changed(status))


@pytest.mark.parametrize(
    "event",
    [_changed("RUNNING"), _changed("SUCCEEDED"), _changed(machine=f"{MACHINE}s"), _changed(kind="Other")],
    ids=["begins", "succeeds", "another machine's", "another event"],
)
def test_nothing_else_is_settled(event: Node) -> None:
    """An execution that begins or ends well is nobody's business, nor is one of another state machine."""
    assert not _matches(event)


@pytest.mark.parametrize("name", RULES)
def test_rule_is_on(name: str) -> None:
    """Every rule is in force from the first day, and invokes one function."""
    assert properties(name)["State"] == "ENABLED"
    assert len(properties(name)["Targets"]) == 1


def test_sweep_comes_again_and_again() -> None:
    """How many minutes lie between two sweeps is a parameter, with as many as make EventBridge's plural true."""
    assert properties("SweepRule")["ScheduleExpression"] == sub("rate(${SweepMinutes} minutes)")
    minutes = template()["Parameters"]["SweepMinutes"]
    assert SHORTEST_RATE <= minutes["MinValue"] <= minutes["Default"] <= minutes["MaxValue"]


def test_all_is_swept_once_a_day() -> None:
    """Every day a sweep is told to look at everything; the more frequent ones are told nothing, and look at what is young."""
    assert properties("DailySweepRule")["ScheduleExpression"] == "rate(1 day)"
    assert json.loads(at(properties("DailySweepRule"), "Targets.0.Input")) == {"everything": True}
    assert "Input" not in at(properties("SweepRule"), "Targets.0")


def test_sweep_that_failed_is_left_to_the_next() -> None:
    """Lambda repeats no sweep, and starts none any more that had to wait until the next."""
    config = properties("SweepInvokeConfig")
    assert (config["FunctionName"], config["Qualifier"]) == (ref("SweepFunction"), "$LATEST")
    assert config["MaximumRetryAttempts"] == 0
    assert config["MaximumEventAgeInSeconds"] <= SECONDS * template()["Parameters"]["SweepMinutes"]["MinValue"]


def test_settling_is_tried_again_by_lambda() -> None:
    """An execution's end is told once; Lambda tries the function twice more by itself, as nothing asks it not to."""
    named = {at(entry, "Properties.FunctionName.Ref") for entry in resources("AWS::Lambda::EventInvokeConfig").values()}
    assert named == {"SweepFunction"}


def test_picture_is_left_alone_while_it_may_still_go_its_way() -> None:
    """No picture counts as lost before its message would be a dead letter, and its execution have timed out."""
    queue, machine = properties("ProcessingQueue"), definition()
    delivered = queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"]
    after = int(properties("SweepFunction")["Environment"]["Variables"]["STALLED_AFTER_SECONDS"])
    assert after == delivered + machine["TimeoutSeconds"]


def test_sweep_has_all_the_time_that_lambda_offers() -> None:
    """A sweep goes through all uploads, and has a quarter of an hour for it; no other function has so long."""
    times = {name: properties(name)["Timeout"] for name in FUNCTIONS}
    assert times["SweepFunction"] == max(times.values()) == 15 * SECONDS
