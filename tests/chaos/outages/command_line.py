"""Run schedules with outages: `python -m tests.chaos.outages --seeds 3` runs each set of services, length and type thrice."""

from __future__ import annotations

from argparse import ArgumentParser
from os import cpu_count

from tests.chaos.outages.runner import cases, results


def main() -> int:
    """Run the cases, print those that violate a statement, and return the exit code: 1 if there are any."""
    parser = ArgumentParser("python -m tests.chaos.outages", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how often each case is run (default: %(default)s)")
    parser.add_argument("--start", type=int, default=0, help="the first seed (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=cpu_count() or 1, help="processes (default: one a processor)")
    chosen = parser.parse_args()
    wanted = [case for seed in range(chosen.start, chosen.start + chosen.seeds) for case in cases(seed)]
    done, broken, longest = 0, 0, {False: 0.0, True: 0.0}
    for result in results(wanted, min(chosen.jobs, len(wanted))):
        done += 1
        broken += bool(result.violations)
        longest[result.case.express] = max(longest[result.case.express], result.recovered)
        if result.violations:
            print(result.case, *result.violations, *result.trace[-30:], sep="\n  ")
    print(
        f"{done} outages, {broken} broken; the longest recovery: STANDARD {_hours(longest[False])}, EXPRESS {_hours(longest[True])}"
    )
    return bool(broken)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h"
