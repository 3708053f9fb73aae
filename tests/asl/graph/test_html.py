"""The pages' templates: they escape what they show, and the data in a script element stays there."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from asl.graph.details import details
from asl.graph.html import html_environment, viewer
from asl.graph.model import graph_of
from asl.history.trace import FAILED, Trace, Visit
from tests.asl.graph.machines import machine

HOSTILE = "</title></script></style><!--<script>alert(1)</script>\"'&amp;{{ 7 * 7 }}\u2028\u202e"


def test_hostile_texts_end_no_element() -> None:
    """Names, comments, titles and errors add no element to the page, with any content."""
    pages = []
    for text in (HOSTILE, re.sub(r"[^\w ]", "x", HOSTILE)):
        drawn = graph_of(machine({text: {"Type": "Pass", "Comment": text, "End": True}}), title=text)
        at = datetime(2027, 1, 15, tzinfo=UTC)
        trace = Trace("FAILED", at, at, [Visit(text, "Pass", at, left=at, error=text, outcome=FAILED)], error=text)
        pages.append(viewer(drawn, details(drawn), trace))
    hostile, plain = (re.findall(r"<[a-zA-Z/!][a-z-]*", page) for page in pages)
    assert hostile == plain
    assert "<bdi>&lt;/title&gt;" in pages[0]


def test_data_in_a_script_element_are_safe() -> None:
    """The details of the states are JSON without markup or raw line separators, and read as they were, in their order."""
    drawn = graph_of(machine({HOSTILE: {"Type": "Pass", "Result": {HOSTILE: [HOSTILE], "a": 1}, "End": True}}))
    (data,) = re.findall(r'<script type="application/json" id="details">(.*?)</script>', viewer(drawn, details(drawn)))
    assert not re.search("[<>&'\u2028\u202e]", data)
    (state,) = json.loads(data).values()
    assert state["name"] == HOSTILE
    assert list(state["definition"]["Result"].items()) == [(HOSTILE, [HOSTILE]), ("a", 1)]


def test_templates_escape_and_miss_no_value(tmp_path: Path) -> None:
    """A value is escaped in a template file of any name; a missing value is an error, also within a condition."""
    (tmp_path / "page.txt").write_text("{{ value }}", encoding="utf-8")
    (tmp_path / "condition.html").write_text("{% if value %}yes{% endif %}", encoding="utf-8")
    environment = html_environment(tmp_path)
    assert environment.get_template("page.txt").render(value="<b>") == "&lt;b&gt;"
    for name in ("page.txt", "condition.html"):
        with pytest.raises(UndefinedError):
            environment.get_template(name).render()
