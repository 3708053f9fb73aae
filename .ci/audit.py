"""Hold checkov's findings against the answers in the template's metadata: `python audit.py TEMPLATE`, by checkov's own Python.

Runs checkov on the template without its answers, so that one which no finding asks for any more is seen too.
Exit code 0: each finding has an answer, each answer a finding and a reason. 1: not so, and which. 2: checkov did not run.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

Finding = tuple[str, str]  # logical ID, check
CHECKOV = Path(sys.executable).with_name("checkov")


def main() -> int:
    """Compare, print what does not fit, and return the exit code."""
    template = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answers = _taken_out(template)
    report = _report(template)
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        print("audit: checkov could not read the template", file=sys.stderr)
        return 2
    findings = {(_logical_id(one), one["check_id"]): one["check_name"] for one in report["results"]["failed_checks"]}
    wrong = sorted(_wrong(findings, answers))
    print("\n".join([*wrong, f"{len(findings)} findings, {len(answers)} answers, {len(wrong)} that do not fit"]))
    return 1 if wrong else 0


def _taken_out(template: dict[str, Any]) -> dict[Finding, str]:
    """Take the answers out of the template's metadata and return their reasons."""
    return {
        (name, skip["id"]): skip.get("comment", "")
        for name, resource in template["Resources"].items()
        for skip in resource.get("Metadata", {}).pop("checkov", {"skip": []})["skip"]
    }


def _report(template: dict[str, Any]) -> dict[str, Any]:
    """Return what checkov says of the template; it asks nobody else."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "template.json")
        file.write_text(json.dumps(template), encoding="utf-8")
        command = [str(CHECKOV), "--file", str(file), "--framework", "cloudformation", "--skip-download"]
        found = subprocess.run([*command, "--output", "json"], capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(found.stdout)
    return report


def _logical_id(found: dict[str, Any]) -> str:
    return str(found["resource"]).rpartition(".")[2]


def _wrong(findings: dict[Finding, str], answers: dict[Finding, str]) -> list[str]:
    return [
        *(f"no answer: {name}: {check} {findings[name, check]}" for name, check in findings.keys() - answers.keys()),
        *(f"no finding any more: {name}: {check}" for name, check in answers.keys() - findings.keys()),
        *(f"no reason: {name}: {check}" for (name, check), reason in answers.items() if not reason.strip()),
    ]


if __name__ == "__main__":
    sys.exit(main())
