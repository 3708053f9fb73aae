"""Every sound image succeeds after an outage of any service, without an operator, and the statements hold as ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.outages.outage import LENGTHS, SERVICES
from tests.chaos.outages.runner import cases, run
from tests.chaos.outages.schedule import Case
from tests.effort import is_thorough

if TYPE_CHECKING:
    from tests.chaos.runner import Runner

pytestmark = pytest.mark.heavy
SEED = 20_261_129
SHORT = [Case((service,), LENGTHS["15 minutes"], express, SEED) for service in SERVICES for express in (False, True)]
LONG = [Case(SERVICES, LENGTHS[length], express, SEED) for length in ("6 hours", "3 days") for express in (False, True)]


@pytest.mark.share(3)
@pytest.mark.parametrize("case", cases(SEED) if is_thorough() else [*SHORT, *LONG][::3], ids=str)
def test_every_sound_image_succeeds_after_an_outage(runner: Runner, case: Case) -> None:
    """Whichever services refuse, for how long, and with either type of workflow."""
    result = run(runner, case)
    assert not result.violations, "\n".join([repr(case), *result.violations, *map(str, result.trace[-60:])])
