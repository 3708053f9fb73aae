"""The monthly cost: of what always exists, and of the sweeps, which depends on the number of images."""

from copy import deepcopy

import pytest

from pages.monthly_cost import monthly_usage
from tests.templates.emitted import Node, template

READS = "sweeps: reads of records"
SWEEPS = ("sweeps: listings", READS, "sweeps: GB-seconds")
AUDITS = ("audits: objects listed in inventories", "audits: read request units", "audits: executions, EXPRESS")


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


def test_sweeps_cost_by_their_number() -> None:
    """Fewer sweeps cost less, though not half: the looks at open images stay."""
    rarer = _changed()
    rarer["Parameters"]["SweepMinutes"]["Default"] *= 2
    usual = _units(template(), SWEEPS)
    assert all(units / 2 < _units(rarer, SWEEPS)[item] < units for item, units in usual.items())
    assert _units(rarer, AUDITS) == _units(template(), AUDITS)


def test_audits_cost_by_the_images_that_are_kept() -> None:
    """Uploads that are kept longer cost the audits more, and the sweeps nothing."""
    kept = _changed()
    kept["Parameters"]["UploadRetentionDays"]["Default"] *= 2
    usual = _units(template(), AUDITS)
    assert all(_units(kept, AUDITS)[item] > units for item, units in usual.items())
    assert _units(kept, SWEEPS) == _units(template(), SWEEPS)


def _units(of: Node, items: tuple[str, ...]) -> dict[str, float]:
    """Return the units of monthly items."""
    return {item: monthly_usage(of)[item][1] for item in items}
