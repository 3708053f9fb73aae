"""The page that explains the findings of asl-check: its machines are what it says they are."""

from pathlib import Path

from pages.check_findings import page, proof_of
from pages.finding_examples import EXAMPLES


def test_broken_machines_have_findings_and_corrected_ones_have_none() -> None:
    """Each broken machine has a certain finding, or a warning; its corrected form has neither."""
    for title, examples in EXAMPLES.items():
        for example in examples:
            broken = proof_of(example, example.broken, is_broken=True)
            corrected = proof_of(example, example.corrected, is_broken=False)
            found = broken.warnings if title == "Warnings" else [one for one in broken.findings if one.decided]
            assert (example.title, bool(found)) == (example.title, True)
            assert (example.title, corrected.findings) == (example.title, [])
            assert (example.title, list(corrected.warnings) if title == "Warnings" else []) == (example.title, [])


def test_page_is_up_to_date() -> None:
    """docs/check-findings.md is what `make docs` would generate now."""
    assert Path("docs/check-findings.md").read_text(encoding="utf-8") == "\n".join([*page(), ""]), "run `make docs`"
