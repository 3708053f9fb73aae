"""The forms of the result of a check, for people and for tools: text, JSON, SARIF, JUnit, and GitHub's annotations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from asl.check.findings import Finding
from asl.check.proof_result import Proof
from asl.check.report import as_text, to_json
from asl.check.sources import Source
from asl.language import STDIN
from asl.printable import printable, printable_json

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = {
    "error": "A state does not get what it needs, or Step Functions refuses it",
    "undecided": "What the checker cannot decide",
    "warning": "What no payload reaches, so that nothing in it is proved",
}
LEVELS = {"error": "error", "undecided": "error", "warning": "warning"}  # of SARIF, and GitHub's commands


@dataclass(frozen=True)
class Report:
    """The proof of a machine, and where the machine is."""

    source: Source
    proof: Proof

    def located(self) -> Iterator[tuple[str, Finding, tuple[int, int]]]:
        """Yield each finding that is not accepted, and each warning, with its kind, and its line and column."""
        for finding in self.proof.open_findings:
            yield "error" if finding.decided else "undecided", finding, self._place(finding)
        for warning in self.proof.warnings.values():
            yield "warning", warning, self._place(warning)

    def _place(self, finding: Finding) -> tuple[int, int]:
        return self.source.place(finding.state, finding.field) or (1, 1)

    @property
    def file(self) -> str:
        """The file, as tools name it."""
        return "stdin" if self.source.file == STDIN else self.source.file


def _message(finding: Finding) -> str:
    text = f"{finding.state}, {finding.field}: provided is {finding.provided}; required is {finding.required}"
    return printable(text + (f". Suggestion: {finding.suggestion}" if finding.suggestion else ""))


def _text(reports: list[Report]) -> str:
    return "\n\n".join(_text_of(report, named=len(reports) > 1) for report in reports)


def _text_of(report: Report, *, named: bool) -> str:
    places = {}
    for _, finding, (line, column) in report.located():
        places[finding] = f"{printable(report.file)}:{line}:{column}"
    text = as_text(report.proof, places)
    return f"{printable(report.source.name or report.file)}\n{text}" if named else text


def _json(reports: list[Report]) -> str:
    documents = [_json_of(report) for report in reports]
    if len(reports) == 1 and not reports[0].source.name:
        return printable_json(documents[0], indent=2)
    names = [report.source.name or report.file for report in reports]
    full = [f"{report.file}:{report.source.name}".rstrip(":") for report in reports]
    machines = dict(zip(names if len({*names}) == len(names) else full, documents, strict=True))
    proved = all(one["proved"] for one in documents)
    return printable_json({"proved": proved, "machines": machines}, indent=2)


def _json_of(report: Report) -> dict[str, Any]:
    places = {id(finding): place for _, finding, place in report.located()}
    document = to_json(report.proof)
    for name, found in (
        ("findings", report.proof.open_findings),
        ("warnings", list(report.proof.warnings.values())),
    ):
        for one, finding in zip(document[name], found, strict=True):
            line, column = places[id(finding)]
            one |= {"file": report.file, "line": line, "column": column}
    return document


def _sarif(reports: list[Report]) -> str:
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()]
    results = [_sarif_result(report, *one) for report in reports for one in report.located()]
    run = {
        "tool": {"driver": {"name": "asl-check", "rules": rules}},
        "results": results,
        "columnKind": "unicodeCodePoints",
    }
    return printable_json({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _sarif_result(report: Report, kind: str, finding: Finding, place: tuple[int, int]) -> dict[str, Any]:
    region = {"startLine": place[0], "startColumn": place[1]}
    where = {"artifactLocation": {"uri": quote(report.file.replace("\\", "/"))}, "region": region}
    state = {"name": finding.state, "fullyQualifiedName": finding.place, "kind": "member"}
    return {
        "ruleId": kind,
        "level": LEVELS[kind],
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": where, "logicalLocations": [state]}],
    }


def _junit(reports: list[Report]) -> str:
    """Return a test suite for each machine, with a test case for each state."""
    suites = [line for report in reports for line in _junit_suite(report)]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", *suites, "</testsuites>"])


def _junit_suite(report: Report) -> Iterator[str]:
    failures: dict[str, list[str]] = {name: [] for name in report.proof.inputs}
    for kind, finding, (line, column) in report.located():
        if kind != "warning":
            message = f"{kind} at {report.file}:{line}:{column}: {_message(finding)}"
            failures.setdefault(finding.state, []).append(message)
    failed = sum(map(bool, failures.values()))
    name = _attribute(report.source.name or report.file)
    yield f'  <testsuite name={name} tests="{len(failures)}" failures="{failed}">'
    for state, messages in failures.items():
        yield f"    <testcase classname={name} name={_attribute(state)}>"
        yield from (f"      <failure message={_attribute(message)}/>" for message in messages)
        yield "    </testcase>"
    yield "  </testsuite>"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))


def _github(reports: list[Report]) -> str:
    """Return workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""
    lines = [_command(report, *one) for report in reports for one in report.located()]
    proved = not any(report.proof.open_findings for report in reports)
    return "\n".join([*lines, "proved" if proved else "not proved"])


def _command(report: Report, kind: str, finding: Finding, place: tuple[int, int]) -> str:
    properties = {"file": report.file, "line": str(place[0]), "col": str(place[1]), "title": f"asl-check: {kind}"}
    written = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{LEVELS[kind]} {written}::{_escaped(_message(finding))}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(one):02X}" if one in f"%\r\n{more}" else one for one in printable(text))


FORMATS: dict[str, Callable[[list[Report]], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
}
