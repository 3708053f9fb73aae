"""The generated page of the contracts is the one in docs: `make docs` makes it anew."""

from pathlib import Path

from pages import contracts as document
from workflow import contracts
from workflow.definition import states_language
from workflow.mapping import DEFINITIONS

DOCS = Path(__file__).parents[2] / "docs"
# Where only an error leads that Step Functions itself would raise in the Parallel; the proof knows of none.
UNREACHED = {"MarkParallelProcessingFailed"}


def test_page_of_the_contracts_is_up_to_date() -> None:
    """docs/contracts.md is what the contracts and the proof make of it."""
    assert (DOCS / "contracts.md").read_text(encoding="utf-8") == document.page()


def test_page_tells_every_contract_and_every_state() -> None:
    """The page has every payload with an example, and every state that a payload reaches with what arrives and leaves."""
    page = document.page()
    for name in set(contracts.names()) - {DEFINITIONS}:
        assert f"[`{name}.json`](../workflow/contracts/{name}.json)" in page
    for state in states_language()["States"]:
        assert (f"\n| `{state}` | " in page) is (state not in UNREACHED)
