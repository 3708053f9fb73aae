"""The drawings in docs are those of the graph: `make docs` makes them anew."""

from pathlib import Path

from workflow.graph import document
from workflow.graph.sources import our_own
from workflow.graph.svg import draw

DOCS = Path(__file__).parents[3] / "docs"


def test_page_of_the_pipeline_is_up_to_date() -> None:
    """docs/pipeline.md is what the graph makes of it."""
    assert (DOCS / "pipeline.md").read_text(encoding="utf-8") == document.page()


def test_drawing_of_the_pipeline_is_up_to_date() -> None:
    """docs/pipeline.svg is what the graph makes of it."""
    assert (DOCS / "pipeline.svg").read_text(encoding="utf-8") == draw(our_own())
