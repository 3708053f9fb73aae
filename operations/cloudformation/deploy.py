"""Deploy the template: check it, upload what is missing, show what changes, ask, and apply it. The same for an emulator.

`python -m operations.cloudformation.deploy --stack NAME --artifacts BUCKET` deploys to AWS; it honours AWS_ENDPOINT_URL.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from asl.command import run_command
from operations.cli.confirm import confirm
from operations.cli.errors import exit_code
from operations.cli.progress import spinner
from operations.cli.tables import show_changes
from operations.cloudformation import preflight
from operations.cloudformation.artifacts import upload_missing, upload_template, validate_template
from operations.cloudformation.change_sets import Change, Specification, create_change_set
from operations.cloudformation.logs_role import logs_role
from operations.cloudformation.stacks import ARTIFACT_BUCKET, OnProgress, outputs
from operations.cloudformation.target import Target
from operations.errors import OperationError
from templates.refusals.check import TemplateRefusedError, check_deployment
from templates.stack import render


@dataclass(frozen=True)
class Options:
    """How to deploy: parameters and tags are set anew, others keep the stack's value or take the template's default.

    installed_layers takes the layers from this interpreter's packages, for an emulator that runs functions on it.
    approve sees the changes and raises NotConfirmedError if they are not to be applied. say hears in a sentence what was
    chosen that nobody named.
    """

    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    installed_layers: bool = False
    approve: Callable[[list[Change]], None] = lambda _: None
    told: OnProgress = lambda _: None
    say: Callable[[str], None] = lambda _: None


def deploy(target: Target, stack: str, folder: Path, options: Options) -> dict[str, str]:
    """Build code and layers below folder, upload what is missing, apply the template, and return the stack's outputs.

    Raises OperationError, or NotConfirmedError with everything as it was but for the uploads.
    """
    template = _accepted_template(target, stack, options)
    _check_names(template, options.parameters)
    preflight.check(target, stack)
    url = upload_template(target, template)
    validate_template(target, url)
    upload_missing(target, folder, installed_layers=options.installed_layers)
    role = logs_role(target, stack, options.parameters, options.say)
    given = {**role, **options.parameters, ARTIFACT_BUCKET: target.bucket}
    if proposed := create_change_set(target, stack, Specification(template, url, given, options.tags)):
        try:
            options.approve(proposed.changes)
        except BaseException:  # Ctrl-C too
            proposed.withdraw()
            raise
        proposed.apply(options.told)
    return outputs(target.cloudformation, stack)


def _accepted_template(target: Target, stack: str, options: Options) -> str:
    """Return the template; raises OperationError for what AWS would refuse, so that an emulator's users hear of it too."""
    try:
        template = render()
        check_deployment(template, stack, {**options.parameters, ARTIFACT_BUCKET: target.bucket}, options.tags)
    except TemplateRefusedError as error:
        raise OperationError(str(error)) from error
    return template


def _check_names(template: str, given: dict[str, str]) -> None:
    known = sorted(json.loads(template)["Parameters"])
    if unknown := sorted(given.keys() - set(known)):
        raise OperationError(f"the template has no parameter {', '.join(unknown)}; it has {', '.join(known)}")


def main(arguments: list[str] | None = None) -> int:
    """Deploy as the command line asks; return the exit code."""
    given = _parser().parse_args(arguments)
    return exit_code("deploy", lambda: _deploy(given))


def _deploy(given: argparse.Namespace) -> None:
    def approve(changes: list[Change]) -> None:
        show_changes(given.stack, changes)
        confirm(f"Apply these {len(changes)} changes?", yes=given.yes, how="--yes (make: YES=1)")

    client: Any = boto3.client
    target = Target(client, given.artifacts)
    with spinner(f"deploying {given.stack}") as told:
        options = Options(dict(given.parameter), dict(given.tag), given.installed_layers, approve, told, print)
        found = deploy(target, given.stack, given.build, options)
    for name, value in sorted(found.items()):
        print(f"{name}: {value}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operations.cloudformation.deploy", description="Deploy the template to AWS."
    )
    parser.add_argument("--stack", required=True, metavar="NAME", help="name of the stack")
    parser.add_argument(
        "--artifacts", required=True, metavar="BUCKET", help="bucket for code and layers, in the same region"
    )
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="where zips are made (build)")
    for name, what in (("parameter", "NAME=VALUE"), ("tag", "KEY=VALUE")):
        parser.add_argument(
            f"--{name}", action="append", default=[], type=pair, metavar=what, help=f"set a {name} of the stack anew"
        )
    parser.add_argument("--yes", action="store_true", help="apply the changes without asking")
    parser.add_argument(
        "--installed-layers", action="store_true", help="for an emulator: layers from this interpreter's packages"
    )
    return parser


def pair(text: str) -> tuple[str, str]:
    """Return what stands on either side of the equals sign; raises ArgumentTypeError if there is none."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text} is not of the form NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(run_command("deploy", main))
