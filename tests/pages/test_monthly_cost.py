"""The monthly cost: of what always exists, and of the sweeps, which depends on the number of images."""

from copy import deepcopy

import pytest

from pages.monthly_cost import monthly_usage
from tests.templates.emitted import Node, template

READS = "sweeps: reads of records"
SWEEPS = ("sweeps: listings", READS, "sweeps: GB-seconds")


def _changed() -> Node:
    return deepcopy(template())


def test_month_is_counted_from_the_template() -> None:
    """Without an alarm on one metric, one metric less is billed."""
    fewer = _changed()
    del fewer["Resources"]["DeadLetterAlarm"]
    assert _alarms(fewer) == _alarms(template()) - 1


@pytest.mark.parametrize(("name", "metrics"), [("ResizeErrorsAlarm", 3), ("RejectionsAlarm", 2)])
def test_alarm_on_an_expression_costs_by_its_metrics(name: str, metrics: int) -> None:
    """CloudWatch bills an alarm on an expression by the number of its metrics."""
    fewer = _changed()
    del fewer["Resources"][name]
    assert _alarms(fewer) == _alarms(template()) - metrics


def _alarms(of: Node) -> float:
    return monthly_usage(of)["alarms, by their metrics"][1]


def test_sweeps_cost_by_their_number_and_by_the_images() -> None:
    """Fewer sweeps cost less, the daily one excepted; uploads that are kept longer cost more to list and to check."""
    rarer, kept = _changed(), _changed()
    rarer["Parameters"]["SweepMinutes"]["Default"] *= 2
    kept["Parameters"]["UploadRetentionDays"]["Default"] *= 2
    usual = _sweeps(template())
    assert all(units / 2 < _sweeps(rarer)[item] < units for item, units in usual.items())
    assert all(_sweeps(kept)[item] > units for item, units in usual.items())


def _sweeps(of: Node) -> dict[str, float]:
    """Return the units of a month's sweeps by item."""
    return {item: monthly_usage(of)[item][1] for item in SWEEPS}


def test_expired_records_are_not_read() -> None:
    """The daily sweep checks no upload that is older than RecordRetentionDays."""
    shorter = _changed()
    shorter["Parameters"]["RecordRetentionDays"]["Default"] = 15
    assert _sweeps(shorter)[READS] < _sweeps(template())[READS]
