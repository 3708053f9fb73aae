"""The tables of alarms and costs in docs/operations.md: `python -m pages.runbook FILE` updates both in place."""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("document", "pages.runbook"))

from pathlib import Path
from typing import Final

from asl.command import Parser
from pages import costs
from pages.markdown import code, table
from templates.resources.alarms import alarms
from templates.resources.cloudwatch_alarm import Alarm
from templates.stack import build

# Alarms that every function has share a section: the suffix of their logical IDs, and the anchor.
SHARED_SECTIONS: Final = {"ErrorsAlarm": "a-function-fails", "ThrottledAlarm": "a-function-is-throttled"}


def fill(text: str) -> str:
    """Return text with the tables between its marks generated again; raises ValueError if a mark is missing."""
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
    """Return the table of alarms, each with a link to the section of its commands."""
    rows = [(code(one.logical_id), one.happened, one.impact, one.first_step, link(one)) for one in alarms()]
    return table(["alarm", "what happened", "what it means for users", "what to do first", "commands"], rows) + "\n"


def link(alarm: Alarm) -> str:
    """Return a link to the section with the commands for alarm."""
    for suffix, anchor in SHARED_SECTIONS.items():
        if alarm.logical_id.endswith(suffix) and "FunctionName" in alarm.metric.dimensions:
            return f"[look](#{anchor})"
    return f"[look](#{alarm.logical_id.lower()})"


def main(arguments: list[str] | None = None) -> None:
    """Update the file that the command line names."""
    parser = Parser(prog="python -m pages.runbook", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="the page, with the marks of both tables")
    file: Path = parser.parse_args(arguments).file
    file.write_text(fill(file.read_text(encoding="utf-8")), encoding="utf-8")
