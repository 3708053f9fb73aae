"""What a month costs: what is always there, and the sweeps, which go by what is kept."""

from copy import deepcopy
from datetime import timedelta

import pytest

from lambdas import sweep
from pages.monthly_cost import monthly_usage
from pages.workload_profile import SWEEP_DAYS
from tests.templates.emitted import Node, template

SWEEPS = ("the sweeps' listings", "the records that they read", "the time that they take")


def _changed() -> Node:
    return deepcopy(template())


def test_month_is_counted_from_the_template() -> None:
    """An alarm on one metric less is a metric less to pay for each month."""
    fewer = _changed()
    del fewer["Resources"]["DeadLetterAlarm"]
    assert _alarms(fewer) == _alarms(template()) - 1


@pytest.mark.parametrize(("name", "metrics"), [("ResizeErrorsAlarm", 3), ("RejectionsAlarm", 2)])
def test_alarm_on_an_expression_is_paid_for_by_its_metrics(name: str, metrics: int) -> None:
    """An alarm on an expression of several metrics costs as much as an alarm on each, as CloudWatch counts."""
    fewer = _changed()
    del fewer["Resources"][name]
    assert _alarms(fewer) == _alarms(template()) - metrics


def _alarms(of: Node) -> float:
    return monthly_usage(of)["alarms, by the metrics that they watch"][1]


def test_sweeps_are_paid_for_by_what_they_look_at() -> None:
    """Fewer sweeps cost less, but for the daily ones; uploads that are kept for longer cost more to list and to look at."""
    rarer, kept = _changed(), _changed()
    rarer["Parameters"]["SweepMinutes"]["Default"] *= 2
    kept["Parameters"]["UploadRetentionDays"]["Default"] *= 2
    usual = _sweeps(template())
    assert all(units / 2 < _sweeps(rarer)[what] < units for what, units in usual.items())
    assert all(_sweeps(kept)[what] > units for what, units in usual.items())


def _sweeps(of: Node) -> dict[str, float]:
    """Return what a month's sweeps take, by what it is."""
    return {what: monthly_usage(of)[what][1] for what in SWEEPS}


def test_records_that_may_have_expired_are_not_looked_at() -> None:
    """The daily sweep looks at no upload that is older than the records of what failed."""
    shorter = _changed()
    shorter["Parameters"]["RecordRetentionDays"]["Default"] = 15
    read = "the records that they read"
    assert _sweeps(shorter)[read] < _sweeps(template())[read]


def test_sweeps_look_back_as_far_as_they_are_paid_for() -> None:
    """The days that are counted for reading records are those that a sweep looks back."""
    assert timedelta(days=SWEEP_DAYS) == sweep.HORIZON
