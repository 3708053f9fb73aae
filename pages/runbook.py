"""What docs/operations.md tells of alarms and costs: `python -m pages.runbook FILE` writes both into their places."""

import sys
from pathlib import Path
from typing import Final

from asl.command import run_command
from pages import costs
from templates.resources.alarms import Alarm, alarms
from templates.stack import build

# Alarms that every function has are looked into in one way, and so are told of together.
SHARED_SECTIONS: Final = {"ErrorsAlarm": "a-function-fails", "ThrottledAlarm": "a-function-is-throttled"}


def fill(text: str) -> str:
    """Return text with what stands between its marks made anew; raises ValueError if a mark is missing."""
    made = {"alarms": alarm_table(), "costs": costs.page(build().to_dict())}
    for mark, content in made.items():
        begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
        before, found, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not (found and ended):
            raise ValueError(f"the page has no {begin} with its {end}")
        text = f"{before}{begin}\n\n{content}\n{end}{after}"
    return text


def alarm_table() -> str:
    """Return the table of alarms, each with where the page tells how to look into it."""
    rows = [f"| `{one.logical_id}` | {one.means} | {one.todo} | {link(one)} |" for one in alarms()]
    return "\n".join(["| alarm | what it means | what to do | commands |", "| --- | --- | --- | --- |", *rows]) + "\n"


def link(alarm: Alarm) -> str:
    """Return a link to the section that tells how to look into alarm."""
    for suffix, anchor in SHARED_SECTIONS.items():
        if alarm.logical_id.endswith(suffix) and "FunctionName" in alarm.metric.dimensions:
            return f"[look](#{anchor})"
    return f"[look](#{alarm.logical_id.lower()})"


def main() -> None:
    """Write what has changed into the file that the command line names."""
    file = Path(sys.argv[1])
    file.write_text(fill(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run_command("document", main))
