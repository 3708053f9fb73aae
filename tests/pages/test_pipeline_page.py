"""The drawings in docs are generated from the graph and up to date."""

from pathlib import Path

from asl.graph.svg import draw
from pages import pipeline
from workflow.graph import pipeline_graph

DOCS = Path(__file__).parents[2] / "docs"


def test_page_of_the_pipeline_is_up_to_date() -> None:
    """docs/pipeline.md is what `make docs` would generate now."""
    assert (DOCS / "pipeline.md").read_text(encoding="utf-8") == pipeline.page()


def test_drawing_of_the_pipeline_is_up_to_date() -> None:
    """docs/pipeline.svg is what `make docs` would generate now."""
    assert (DOCS / "pipeline.svg").read_text(encoding="utf-8") == draw(pipeline_graph())
