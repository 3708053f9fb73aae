"""Our answers to what checkers find, in the template's metadata; `python -m pages.findings` prints docs/findings.md."""

import sys

from asl.command import run_command
from templates.suppressions import SUPPRESSIONS

HEAD = """\
# What the checkers find, and our answers

Made by `make docs` from templates/suppressions.py; do not edit. Beside [cfn-lint](https://github.com/aws-cloudformation/cfn-lint),
which finds nothing at any level, the template was held against the rules of

- [checkov](https://www.checkov.io) (`CKV`), in CI: `make audit` fails on a finding without an answer, and on an answer without
  a finding;
- [cdk-nag](https://github.com/cdklabs/cdk-nag)'s packs AwsSolutions and Serverless;
- AWS's [Guard rules registry](https://github.com/aws-cloudformation/aws-guard-rules-registry), and Control Tower's proactive
  controls (`CT`).

Everything that they ask for is done, but for what follows. Each answer stands in the metadata of its resources too, in the
form of the tool that asks.

| on | why it stays | rules |
| --- | --- | --- |
"""


def page() -> str:
    """Return docs/findings.md."""
    return HEAD + "".join(
        f"| {'<br>'.join(f'`{name}`' for name in answer.on)} | {answer.reason} | {'<br>'.join(answer.rules)} |\n"
        for answer in SUPPRESSIONS
    )


if __name__ == "__main__":
    sys.exit(run_command("findings", lambda: print(page(), end="")))
