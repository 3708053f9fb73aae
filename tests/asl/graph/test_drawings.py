"""Drawings in every format: they are well-formed and show every state and every edge."""

import json
import re
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pygraphviz import AGraph

from asl.graph.details import details
from asl.graph.dot import dot
from asl.graph.html import viewer
from asl.graph.layout import lay_out
from asl.graph.mermaid import mermaid
from asl.graph.model import END, START, Graph, graph_of
from asl.graph.svg import draw
from asl.graph.to_json import as_json
from tests.asl.graph.machines import MACHINES
from tests.effort import times
from workflow.graph import pipeline_graph

# A layout is a process of Graphviz: the tests share one of each machine.
drawn_once = cache(draw)
laid_out_once = cache(lay_out)
SVG = "{http://www.w3.org/2000/svg}"
# What Mermaid's grammar of state diagrams has, as far as it is written here.
ID = r"([A-Z][A-Za-z0-9]*|s\d+)"
LABEL = r"([\w .,()=/'+?!·≤≥…-]|#\d+;)+"
LINES = [
    r"stateDiagram-v2",
    rf'state "{LABEL}" as s\d+',
    rf"state {ID} \{{",
    rf"{ID}: {LABEL}",
    r"\}",
    r"--",
    rf"(\[\*\]|{ID}) --> (\[\*\]|{ID})(: {LABEL})?",
]

each = pytest.mark.parametrize(
    "machine",
    [*map(graph_of, [*MACHINES.values()][:: times(4, 1)]), pipeline_graph()],
    ids=[*[*MACHINES][:: times(4, 1)], "our own"],
)


def states(machine: Graph) -> list[str]:
    """Return the names of all states."""
    return [node.name for node in machine.all_nodes() if node.kind not in (START, END)]


@each
def test_svg_shows_every_state_and_every_edge(machine: Graph) -> None:
    """The drawing is well-formed, has each state's name as text, and a line with an arrow for each edge."""
    drawn = ET.fromstring(drawn_once(machine))  # noqa: S314 - ours
    texts = ["".join(one.itertext()) for one in drawn.iter(f"{SVG}text")]
    assert set(states(machine)) <= set(texts)
    edges = [one for one in drawn.iter(f"{SVG}g") if "edge" in one.get("class", "")]
    assert len(edges) == len(list(machine.all_edges()))
    assert all(one.find(f"{SVG}polygon") is not None for one in edges)


@each
def test_svg_has_title_and_description(machine: Graph) -> None:
    """The drawing has a title and a description for screen readers, and has no external references."""
    drawn = drawn_once(machine)
    root = ET.fromstring(drawn)  # noqa: S314 - ours
    ids = [one.get("id") for one in (root.find(f"{SVG}title"), root.find(f"{SVG}desc")) if one is not None and one.text]
    assert root.get("aria-labelledby", "").split() == ids
    assert root.get("role") == "img"
    assert not re.search(r"(?i)(src|href)=|url\(|@import", drawn)


def test_svg_is_well_formed_for_any_name_of_a_state() -> None:
    """A character that XML cannot have is an escape in the drawing."""
    named = graph_of({"StartAt": "a\u0007b", "States": {"a\u0007b": {"Type": "Succeed"}}})
    texts = [one.text for one in ET.fromstring(draw(named)).iter(f"{SVG}text")]  # noqa: S314 - ours
    assert texts == [r"a\x07b"]


@pytest.mark.share(2)
@each
def test_boxes_do_not_overlap(machine: Graph) -> None:
    """Boxes overlap only if one contains the other, and all of them are within the drawing."""
    drawing = laid_out_once(machine)
    boxes = [(one.x, one.y, one.x + one.width, one.y + one.height, one.node.key) for one in drawing.boxes]
    for left, top, right, bottom, key in boxes:
        assert min(left, top, drawing.size[0] - right, drawing.size[1] - bottom) > -1, key
        for other in boxes:
            apart = other[0] >= right or other[2] <= left or other[1] >= bottom or other[3] <= top
            assert apart or key.startswith(f"{other[4]}/") or other[4].startswith(f"{key}/") or other[4] == key


@pytest.mark.share(2)
@each
def test_main_path_is_a_straight_line(machine: Graph) -> None:
    """The states of the main path are in one column, in each machine, from start to end."""
    centres = {box.node.key: box.x + box.width / 2 for box in laid_out_once(machine).boxes}
    for spine in [machine.spine, *(one.spine for node in machine.all_nodes() for one in node.machines)]:
        across = [centres[key] for key in spine]
        assert max(across) - min(across) < 1, spine


@pytest.mark.share(2)
@each
def test_drawing_is_the_same_again(machine: Graph) -> None:
    """The same machine gives the same bytes."""
    assert draw(machine) == drawn_once(machine)


@each
def test_mermaid_keeps_to_its_grammar(machine: Graph) -> None:
    """Every line follows Mermaid's grammar, and every state is in the diagram."""
    text = mermaid(machine)
    for line in text.splitlines():
        assert any(re.fullmatch(known, line.strip()) for known in LINES), line
    shown = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), text)
    assert all(name in shown for name in states(machine))


@each
def test_dot_is_read_by_graphviz(machine: Graph) -> None:
    """Graphviz reads the same number of nodes and edges as the graph has."""
    graph = AGraph(string=dot(machine))
    inner = sum(len(node.machines) for node in machine.all_nodes())
    assert len([node for node in graph.nodes() if node.attr["label"]]) == len(states(machine))
    assert len(graph.edges()) == len(list(machine.all_edges())) + inner


@each
def test_json_has_it_all(machine: Graph) -> None:
    """Nodes and edges are those of the graph, inner ones in their nodes."""

    def count(parsed: dict[str, Any], what: str) -> int:
        inner = [one for node in parsed["nodes"] for one in node.get("machines", [])]
        return len(parsed[what]) + sum(count(one, what) for one in inner)

    parsed = json.loads(as_json(machine))
    assert count(parsed, "nodes") == len(list(machine.all_nodes()))
    assert count(parsed, "edges") == len(list(machine.all_edges()))


@pytest.mark.share(2)
@each
def test_page_is_one_file_with_every_definition(machine: Graph) -> None:
    """The viewer has no external references, and has the definition of each state unchanged."""
    page = viewer(machine, details(machine))
    assert not re.search(r'(?i)\b(src|href|action)="(?!#)|url\(|@import|https?://(?!www\.w3\.org)', _without_data(page))
    (data,) = re.findall(r'<script type="application/json" id="details">(.*?)</script>', page, re.DOTALL)
    parsed = json.loads(data)
    assert {one["name"] for one in parsed.values()} == set(states(machine))
    assert all(one["definition"]["Type"] == one["kind"] for one in parsed.values())


def _without_data(page: str) -> str:
    return re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.DOTALL)
