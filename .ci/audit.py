"""Compare checkov's findings with the suppressions in the template's metadata: `python audit.py TEMPLATE`.

It runs in checkov's own environment, and checks the template without its suppressions, so that unused ones show too. Exit code
0: each finding is suppressed, and each suppression has a finding and a reason. 1: some are not. 2: checkov did not run.
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
    """Compare, print the differences, and return the exit code."""
    template = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    suppressions = _remove_suppressions(template)
    report = _report(template)
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        print("audit: checkov could not parse the template", file=sys.stderr)
        return 2
    findings = {(_logical_id(one), one["check_id"]): one["check_name"] for one in report["results"]["failed_checks"]}
    differences = sorted(_differences(findings, suppressions))
    print(
        "\n".join(
            [
                *differences,
                f"{len(findings)} findings, {len(suppressions)} suppressions, {len(differences)} differences",
            ]
        )
    )
    return 1 if differences else 0


def _remove_suppressions(template: dict[str, Any]) -> dict[Finding, str]:
    """Remove the suppressions from the template's metadata and return their reasons."""
    return {
        (name, skip["id"]): skip.get("comment", "")
        for name, resource in template["Resources"].items()
        for skip in resource.get("Metadata", {}).pop("checkov", {"skip": []})["skip"]
    }


def _report(template: dict[str, Any]) -> dict[str, Any]:
    """Return checkov's report on the template; it downloads nothing."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "template.json")
        file.write_text(json.dumps(template), encoding="utf-8")
        command = [str(CHECKOV), "--file", str(file), "--framework", "cloudformation", "--skip-download"]
        found = subprocess.run([*command, "--output", "json"], capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(found.stdout)
    return report


def _logical_id(found: dict[str, Any]) -> str:
    return str(found["resource"]).rpartition(".")[2]


def _differences(findings: dict[Finding, str], suppressions: dict[Finding, str]) -> list[str]:
    return [
        *(
            f"not suppressed: {name}: {check} {findings[name, check]}"
            for name, check in findings.keys() - suppressions.keys()
        ),
        *(f"suppressed without a finding: {name}: {check}" for name, check in suppressions.keys() - findings.keys()),
        *(f"no reason: {name}: {check}" for (name, check), reason in suppressions.items() if not reason.strip()),
    ]


if __name__ == "__main__":
    sys.exit(main())
