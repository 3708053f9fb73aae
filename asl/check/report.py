"""The report of a proof, as text and as JSON."""

from collections.abc import Mapping
from typing import Any

from asl.check.findings import Finding
from asl.check.proof_result import Proof
from asl.check.sizes import LIMIT
from asl.printable import printable, printable_json

COLUMN = len("suggestion  ")  # width of the first column of a finding
COLUMNS = ("input", "parameters", "result", "output")


def as_text(proof: Proof, places: Mapping[Finding, str] | None = None) -> str:
    """Return the findings, with their places in the file, the largest payloads of each state, and the verdict."""
    known = places or {}
    lines = [_finding(finding, proof, known.get(finding)) for finding in proof.findings]
    lines += [_warning(warning, known.get(warning)) for warning in proof.warnings.values()]
    sizes = [_sizes(proof), ""] if proof.checks_sizes else []
    return "\n".join([*lines, *sizes, _verdict(proof)])


def _finding(finding: Finding, proof: Proof, place: str | None = None) -> str:
    kind = "error" if finding.decided else "accepted" if proof.is_accepted(finding) else "undecided"
    rows = {
        "at": place,
        "path": " > ".join(finding.path) or "the start",
        "provided": finding.provided,
        "required": finding.required,
        "suggestion": finding.suggestion,
        "reason": proof.mapping.accepted[finding.place] if kind == "accepted" else None,
    }
    lines = [f"{kind}: {finding.state}, {finding.field}"]
    lines += [f"  {name:<{COLUMN}}{value}" for name, value in rows.items() if value is not None]
    return "\n".join([*map(printable, lines), ""])


def _warning(warning: Finding, place: str | None) -> str:
    rows = {"at": place, "provided": warning.provided, "required": warning.required}
    lines = [f"warning: {warning.state}, {warning.field}"]
    return "\n".join(
        [*map(printable, [*lines, *(f"  {name:<{COLUMN}}{value}" for name, value in rows.items() if value)]), ""]
    )


def _sizes(proof: Proof) -> str:
    names = {state: printable(state) for state in proof.sizes}
    width = max([len("state"), *map(len, names.values())])
    rows = [f"{'state':<{width}}" + "".join(f"{kind:>12}" for kind in COLUMNS) + "  largest payload, bytes"]
    for state, sizes in proof.sizes.items():
        cells = [f"{_size(sizes, kind):>12}" for kind in COLUMNS]
        rows.append(f"{names[state]:<{width}}" + "".join(cells))
    return "\n".join(rows)


def _size(sizes: dict[str, int | None], kind: str) -> str:
    if kind not in sizes:
        return ""
    size = sizes[kind]
    return "unbounded" if size is None else f"{size:,}"


def _verdict(proof: Proof) -> str:
    if proof.stopped:
        return f"not proved: the proof stopped at {printable(proof.stopped.state)}"
    if number := len(proof.open_findings):
        return f"not proved: {number} {'finding' if number == 1 else 'findings'}"
    if not proof.mapping.is_given:
        return "no findings: what depends on contracts was not checked; --contracts names a folder of them"
    sizes = f", and no payload exceeds {LIMIT:,} bytes" if proof.checks_sizes else ""
    return f"proved: every state gets what it needs on every path{sizes}"


def as_json(proof: Proof) -> str:
    """Return the verdict, the findings, the accepted ones apart, and the sizes as JSON."""
    return printable_json(to_json(proof), indent=2)


def to_json(proof: Proof) -> dict[str, Any]:
    """Return what as_json writes."""
    return {
        "proved": not proof.open_findings,
        "findings": [finding.to_json() for finding in proof.open_findings],
        "accepted": [finding.to_json() for finding in proof.findings if proof.is_accepted(finding)],
        "warnings": [warning.to_json() for warning in proof.warnings.values()],
        "limit": LIMIT,
        "sizes": proof.sizes,
    }


def as_error(proof: Proof) -> str:
    """Return the findings that are not accepted, for an error's message."""
    return "the data flow is not proved:\n" + "\n".join(_finding(finding, proof) for finding in proof.open_findings)
