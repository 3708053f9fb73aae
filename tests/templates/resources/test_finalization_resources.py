"""The functions and rules that give every image a final status: events, schedules, retries and timeouts."""

import json

import pytest
from moto.events.models import EventPattern

from asl.language import tasks
from tests.templates.emitted import FUNCTIONS, Node, at, definition, properties, ref, resources, sub, template

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:pipeline"
RULES = ["FinalizeRule", "SweepRule", "DailySweepRule"]
SECONDS = 60  # of a minute
SHORTEST_RATE = 2  # minutes: a rate of one needs the singular


def _changed(
    status: str = "FAILED", machine: str = MACHINE, kind: str = "Step Functions Execution Status Change"
) -> Node:
    """Return the part of an event that its rule's pattern reads."""
    return {"source": "aws.states", "detail-type": kind, "detail": {"status": status, "stateMachineArn": machine}}


def _matches(event: Node) -> bool:
    """Return whether the rule's pattern, as deployed, matches event."""
    text = json.dumps(properties("FinalizeRule")["EventPattern"])
    text = text.replace(json.dumps(ref("ProcessingPipeline")), json.dumps(MACHINE))
    return bool(EventPattern.load(text).matches_event(event))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_every_failure_of_an_execution_invokes_finalize(status: str) -> None:
    """The function is invoked for every status of an execution that did not reach its last state."""
    assert _matches(_changed(status))


@pytest.mark.parametrize(
    "event",
    [_changed("RUNNING"), _changed("SUCCEEDED"), _changed(machine=f"{MACHINE}s"), _changed(kind="Other")],
    ids=["begins", "succeeds", "another machine's", "another event"],
)
def test_other_events_do_not_invoke_finalize(event: Node) -> None:
    """A started or successful execution, or one of another state machine, does not invoke the function."""
    assert not _matches(event)


@pytest.mark.parametrize("name", RULES)
def test_rule_is_enabled(name: str) -> None:
    """Every rule is enabled, and invokes one function."""
    assert properties(name)["State"] == "ENABLED"
    assert len(properties(name)["Targets"]) == 1


def test_sweep_has_a_schedule() -> None:
    """The minutes between two sweeps are a parameter, whose minimum fits the plural of a rate expression."""
    assert properties("SweepRule")["ScheduleExpression"] == sub("rate(${SweepMinutes} minutes)")
    minutes = template()["Parameters"]["SweepMinutes"]
    assert SHORTEST_RATE <= minutes["MinValue"] <= minutes["Default"] <= minutes["MaxValue"]


def test_daily_sweep_checks_everything_where_there_is_no_index() -> None:
    """A stack without the index has a daily sweep that checks everything; the more frequent ones get no such order."""
    conditions = template()["Conditions"]
    assert conditions["LacksSweepIndex"] == {"Fn::Not": [{"Condition": "HasSweepIndex"}]}
    for name in ("DailySweepRule", "DailySweepRulePermission"):
        assert resources()[name]["Condition"] == "LacksSweepIndex"
    assert properties("DailySweepRule")["ScheduleExpression"] == "rate(1 day)"
    assert json.loads(at(properties("DailySweepRule"), "Targets.0.Input")) == {"everything": True}
    assert "Input" not in at(properties("SweepRule"), "Targets.0")


def test_failed_sweep_is_not_retried() -> None:
    """Lambda retries no sweep, and drops one that has waited until the next."""
    config = properties("SweepInvokeConfig")
    assert (config["FunctionName"], config["Qualifier"]) == (ref("SweepFunction"), "$LATEST")
    assert config["MaximumRetryAttempts"] == 0
    assert config["MaximumEventAgeInSeconds"] <= SECONDS * template()["Parameters"]["SweepMinutes"]["MinValue"]


def test_finalize_is_retried_by_lambda() -> None:
    """An execution's status is sent once; Lambda's default of two retries applies to the function."""
    named = {at(entry, "Properties.FunctionName.Ref") for entry in resources("AWS::Lambda::EventInvokeConfig").values()}
    assert named == {"SweepFunction"}


def test_upload_is_not_stalled_while_it_may_be_processed() -> None:
    """No upload is stalled before its message would be in the dead-letter queue, and its EXPRESS execution has ended.

    A STANDARD execution may run for longer; the sweep asks Step Functions for it.
    """
    queue, express = properties("ProcessingQueue"), 5 * SECONDS
    delivered = queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"]
    after = int(properties("SweepFunction")["Environment"]["Variables"]["STALLED_AFTER_SECONDS"])
    outlives = max(state["TimeoutSeconds"] for _, state in tasks(definition()))
    skew = 90  # seconds, by which the clocks of functions may differ
    assert after >= delivered + express + outlives + skew


def test_sweep_has_the_maximum_timeout() -> None:
    """A sweep checks all uploads and has the 15 minutes that Lambda allows; every other function has less."""
    times = {name: properties(name)["Timeout"] for name in FUNCTIONS}
    assert times["SweepFunction"] == max(times.values()) == 15 * SECONDS
