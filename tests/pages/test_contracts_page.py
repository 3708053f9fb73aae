"""The generated page of the contracts is the one in docs."""

from pathlib import Path

from pages import contracts as document
from workflow import contracts
from workflow.definition import states_language
from workflow.mapping import DEFINITIONS

DOCS = Path(__file__).parents[2] / "docs"
# Reached only by an error of the Parallel itself, which the proof does not know.
UNREACHED = {"MarkParallelProcessingFailed"}


def test_page_of_the_contracts_is_up_to_date() -> None:
    """docs/contracts.md is what `make docs` would generate now."""
    assert (DOCS / "contracts.md").read_text(encoding="utf-8") == document.page()


def test_page_has_every_contract_and_every_state() -> None:
    """The page has every payload with an example, and every state that a payload reaches, with its input and output."""
    page = document.page()
    for name in set(contracts.names()) - {DEFINITIONS}:
        assert f"[`{name}.json`](../workflow/contracts/{name}.json)" in page
    for state in states_language()["States"]:
        assert (f"\n| `{state}` | " in page) is (state not in UNREACHED)
