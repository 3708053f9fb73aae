"""Names of states: in every format each state is distinct and shown under its name, with any characters."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from pygraphviz import AGraph

from asl.graph.characters import one_line
from asl.graph.details import details
from asl.graph.dot import dot
from asl.graph.html import viewer
from asl.graph.mermaid import KEYWORDS, mermaid
from asl.graph.model import END, START, Graph, graph_of
from tests.asl.graph.machines import Machine as Definition
from tests.asl.graph.machines import machine as built

# Each of these was drawn wrongly, or not at all, by Mermaid, a browser or Graphviz where it stood for itself.
STRANGE = [
    *("s1", "s2", "weird name", "A_start", "root", "root_start", "constructor", "toString", "__proto__"),
    *(
        "Click",
        "default",
        "HREF",
        "Scale",
        "classDef",
        "StateDiagram",
        "accTitle",
        "AccDescr",
        "End",
        "note",
        "subgraph",
    ),
    *(
        "direction TB",
        "up Direction  LR",
        "[[fork]]",
        "<<choice>>",
        "[*]",
        "--",
        "a --> b",
        "a:::b",
        "%%{init}%%",
        "100%% x",
    ),
    *("$$x^2$$", "`**b**`", "*b* _i_", "fa:fa-user", "#35;", "&#35;", "a &lt; b", 'say "hi"', "it's", "{", "}", ";"),
    *(
        "a\\nb",
        "a\\",
        "\\N",
        "a\nb",
        "a\r\nc",
        "a\tb",
        "a\u2028c",
        "a\x07b",
        "a\x08b",
        "a\x00b",
        "a\ud800b",
        "\u202eab",
        "é 状態 🙂",
    ),
    *(" ", "A" * 80, "</script><!--", "a/0/b", "(start)", "100%25"),
]
SPECIAL = re.compile(r"""[][:;"<>{}&\\$%`*_@~^|]|direction\s+(TB|BT|RL|LR)""", re.IGNORECASE)


def chain(names: list[str]) -> Definition:
    """Return a machine of states with these names, one after the other."""
    following: list[Definition] = [*({"Next": name} for name in names[1:]), {"End": True}]
    return built({name: {"Type": "Pass", **way} for name, way in zip(names, following, strict=True)})


def states(graph: Graph) -> list[str]:
    """Return the names of all states, in order."""
    return [node.name for node in graph.all_nodes() if node.kind not in (START, END)]


def labelled(text: str) -> dict[str, str]:
    """Return the names that Mermaid shows for states whose name is not their ID."""
    found = re.findall(r'state "([^"\n]*)" as (\w+)$', text, re.MULTILINE)
    return {name: re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label) for label, name in found}


def assert_mermaid_shows(names: list[str]) -> None:
    """Assert that each name has an ID of its own, which Mermaid does not interpret otherwise, and is shown unchanged."""
    text = mermaid(graph_of(chain(names)))
    shown = labelled(text)
    ways = [re.findall(r"\[\*\]|\w+", line) for line in text.splitlines() if "-->" in line]
    ids = [before for before, _ in ways if before != "[*]"]
    assert len(ways) == len(names) + 1
    assert len(set(ids)) == len(names)
    assert all(
        re.fullmatch("[A-Z][A-Za-z0-9]*", one) and one.lower() not in KEYWORDS for one in ids if one not in shown
    )
    assert [shown.get(one, one) for one in ids] == [one_line(name) for name in names]
    assert not any(
        SPECIAL.search(re.sub(r"#\d+;", "", label)) for label, _ in re.findall(r'state "(.*)" as (s\d+)\n', text)
    )


def test_mermaid_shows_every_name() -> None:
    """IDs are unique, and neither keywords nor IDs of Mermaid's own; no label has an instruction."""
    assert_mermaid_shows(STRANGE)


@given(names=st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=6, unique=True))
def test_mermaid_shows_any_name(names: list[str]) -> None:
    """The same holds for random names."""
    assert_mermaid_shows(names)


def test_mermaid_shows_a_name_once() -> None:
    """The name of a state with a label of its own is not repeated in its notes."""
    text = mermaid(graph_of(built({"weird name": {"Type": "Wait", "Seconds": 5, "End": True}})))
    assert text.count("weird name") == 1


def test_dot_shows_every_name() -> None:
    """Graphviz interprets no escape, entity or line end in a name, and its drawing is well-formed."""
    drawn = ET.fromstring(AGraph(string=dot(graph_of(chain(STRANGE)))).draw(format="svg", prog="dot"))  # noqa: S314 - ours
    texts = ["".join(one.itertext()).replace("\xa0", " ") for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(texts) == sorted(one_line(name) for name in STRANGE)


class Page(HTMLParser):
    """The states and their details, as a browser finds them in the viewer."""

    def __init__(self, text: str) -> None:
        """Parse the page."""
        super().__init__()
        self.clicked: list[str] = []
        self.known: dict[str, Any] = {}
        self._in_data = False
        self.feed(text.replace("\r\n", "\n").replace("\r", "\n"))  # as browsers do, before all else

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a state's key, and where the data begin."""
        found = dict(attrs)
        self._in_data = found.get("id") == "details"
        self.clicked += [str(found["data-state"])] if "data-state" in found else []

    def handle_data(self, data: str) -> None:
        """Record the data."""
        if self._in_data:
            self.known, self._in_data = json.loads(data), False


def test_viewer_finds_every_state() -> None:
    """The page has the key of each state unchanged, so that a click finds the state's details."""
    graph = graph_of(chain(STRANGE))
    page = Page(viewer(graph, details(graph)))
    assert len(set(page.clicked)) == len(STRANGE)
    assert [page.known[key]["name"] for key in page.clicked] == states(graph)


def test_keys_can_stand_in_an_address() -> None:
    """Keys can be a part of a URL: they have no control characters and no lone surrogates."""
    keys = [node.key for node in graph_of(chain(STRANGE)).all_nodes()]
    assert len(set(keys)) == len(keys)
    assert all(key.encode() and re.fullmatch(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+", key) for key in keys)
