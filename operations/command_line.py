"""The command line of `python -m operations`: one subcommand for each operation, and the options that all of them have."""

import argparse
from argparse import SUPPRESS, ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path

import boto3

from asl.command import Parser
from operations.cli.arguments import day, not_empty, pair, percentage, positive
from operations.cli.errors import exit_code
from operations.stack import DEFAULT_STACK

DESCRIPTION = "Operate a stack of this project on AWS or, with AWS_ENDPOINT_URL, on an emulator."
ENDING = "Exit codes: 0; 1 if something was not done or needs a person; 2 for wrong usage; 3 if the change was not confirmed; 130 after Ctrl-C."
MODULES = {"import": "import_objects"}  # of commands that no module can be called as
Subparsers = argparse._SubParsersAction  # noqa: SLF001 - argparse gives this type no public name


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = parse(arguments)
    return exit_code(f"operations {options.command}", lambda: _run(options))


def parse(arguments: list[str] | None = None) -> Namespace:
    """Return the options of a command line; `stack` is always set, and `command` is the subcommand's name."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.stack and options.needs_stack:
        parser.error(f"{options.command} needs --stack NAME")
    options.stack = options.stack or DEFAULT_STACK
    return options


def _run(options: Namespace) -> int:
    if options.region or options.profile:
        boto3.setup_default_session(region_name=options.region, profile_name=options.profile)
    # Each command imports what it needs, so that `status` does not wait for the template.
    name = MODULES.get(options.command, options.command.replace("-", "_"))
    code: int = import_module(f"operations.commands.{name}").run(options)
    return code


def _parser() -> ArgumentParser:
    parser = Parser(prog="python -m operations", description=DESCRIPTION, epilog=ENDING, parents=[_options_of_all()])
    parser.set_defaults(stack=None, region=None, profile=None, json=False, needs_stack=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (
        _add_deploy,
        _add_destroy,
        _add_status,
        _add_redrive,
        _add_reprocess,
        _add_sweep,
        _add_import,
        _add_rerender,
        _add_user,
        _add_forget,
        _add_export,
    ):
        add(commands)
    return parser


def _options_of_all() -> Parser:
    """Return the options that may stand before and after the subcommand's name."""
    options = Parser(add_help=False, argument_default=SUPPRESS)
    options.add_argument(
        "--stack",
        type=not_empty,
        metavar="NAME",
        help=f"name of the stack ({DEFAULT_STACK}); required by deploy and destroy",
    )
    options.add_argument("--region", metavar="REGION", help="AWS region, instead of the configured one")
    options.add_argument("--profile", metavar="NAME", help="profile of the AWS configuration, instead of AWS_PROFILE")
    options.add_argument("--json", action="store_true", help="print JSON, one object on each line")
    return options


def _add(commands: "Subparsers[Parser]", name: str, summary: str) -> ArgumentParser:
    return commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", parents=[_options_of_all()]
    )


def _add_deploy(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "deploy", "create or update a stack from this checkout, after showing what changes")
    parser.set_defaults(needs_stack=True)
    parser.add_argument(
        "--artifacts", required=True, metavar="BUCKET", help="bucket for code and layers, in the stack's region"
    )
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="where zips are built (build)")
    for name, form in (("parameter", "NAME=VALUE"), ("tag", "KEY=VALUE")):
        text = f"set a {name} of the stack; may be repeated; what is not named keeps its value"
        parser.add_argument(f"--{name}", action="append", default=[], type=pair, metavar=form, help=text)
    _add_yes(parser)


def _add_destroy(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "destroy", "delete a stack, after showing what is deleted, kept and lost")
    parser.set_defaults(needs_stack=True)
    _add_yes(parser)


def _add_yes(parser: ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def _add_status(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "status", "show the status of images or, without an image, the version of the stack")
    parser.add_argument("images", nargs="*", type=not_empty, metavar="IMAGE", help="image ID")


def _add_redrive(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "redrive", "start images again that FAILED or whose event is a dead-letter message")
    selection = parser.add_mutually_exclusive_group(required=True)
    selection.add_argument(
        "ids",
        nargs="*",
        default=[],
        type=not_empty,
        metavar="ID",
        help="image ID, or message ID of a dead-letter message",
    )
    selection.add_argument("--all", action="store_true", help="every dead-letter message and every image that FAILED")
    _add_dry_run(parser)


def _add_reprocess(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "reprocess", "start images again that have not succeeded, rejected ones too")
    parser.add_argument(
        "wanted",
        nargs="+",
        type=not_empty,
        metavar="PREFIX|IMAGE",
        help="image ID, or a prefix of keys such as uploads/OWNER/",
    )
    _add_dry_run(parser)


def _add_dry_run(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show what would be started, and start nothing")


def _add_sweep(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "sweep", "run the stack's sweep now, which finds stalled uploads")
    parser.add_argument("--everything", action="store_true", help="check all uploads, also those without a record")


def _add_import(commands: "Subparsers[Parser]") -> None:
    parser = _add(
        commands,
        "import",
        "bring in a bucket that is already full, or a folder; or show, stop, resume or report on a run",
    )
    parser.add_argument(
        "source",
        type=not_empty,
        metavar="s3://BUCKET/PREFIX|FOLDER|status|stop|resume|report",
        help="what is imported, or what to do with a run",
    )
    parser.add_argument("run", nargs="?", type=not_empty, metavar="RUN", help="name of a run, which its start prints")
    owner = parser.add_mutually_exclusive_group()
    owner.add_argument("--owner", metavar="SUB", help="ID of the user who gets all images")
    owner.add_argument(
        "--owner-from", choices=["path", "list"], help="the first part of the path, or a column of --list"
    )
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--list", type=Path, metavar="FILE", help="keys in CSV (key,version,owner) or JSON Lines")
    keys.add_argument("--inventory", metavar="URL", help="manifest.json of an S3 Inventory of the bucket, in CSV")
    parser.add_argument("--limit", type=positive, metavar="N", help="import the first N objects only")
    _add_run_options(parser)
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="folder of the report (import-RUN; of a folder, none)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be imported, and start nothing")
    _add_yes(parser)


def _add_run_options(parser: ArgumentParser) -> None:
    """Add how fast a run of ImportPipeline goes on, and when it is tried again."""
    parser.add_argument(
        "--concurrency",
        type=positive,
        default=1,
        metavar="N",
        help="images at the same time; each needs a Lambda concurrency of up to 3 (1)",
    )
    parser.add_argument(
        "--tolerated-failures",
        type=percentage,
        default=5,
        metavar="PERCENT",
        help="of the objects, before the run is tried again (5)",
    )


def _add_rerender(commands: "Subparsers[Parser]") -> None:
    parser = _add(
        commands,
        "rerender",
        "make renditions anew of images that have succeeded, after sizes, formats or quality were changed",
    )
    parser.add_argument(
        "--owner", type=not_empty, metavar="SUB", help="ID of a user; otherwise the images of all users"
    )
    parser.add_argument("--since", type=day, metavar="DATE", help="only images that were uploaded on this day or later")
    _add_run_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="show how many images there are, and start nothing")
    _add_yes(parser)


def _add_user(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "add-user", "add a user who may upload; without an option, invite the user by email")
    parser.add_argument("email", type=not_empty, metavar="EMAIL", help="email address, with which the user signs in")
    password = parser.add_mutually_exclusive_group()
    password.add_argument(
        "--password", action="store_true", help="ask for a password on the terminal, or read it from standard input"
    )
    password.add_argument("--generate", action="store_true", help="generate a password and show it once")


def _add_forget(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "forget", "delete all images of one person for good")
    _add_owner(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what would be deleted, and delete nothing")
    _add_yes(parser)


def _add_export(commands: "Subparsers[Parser]") -> None:
    parser = _add(commands, "export", "write all images and records of one person to a folder")
    _add_owner(parser)
    parser.add_argument("--output", type=Path, default=Path("export"), metavar="DIR", help="the folder (export)")
    parser.add_argument("--dry-run", action="store_true", help="show the files, and write nothing")


def _add_owner(parser: ArgumentParser) -> None:
    parser.add_argument("owner", type=not_empty, metavar="OWNER", help="ID of the user, which `status IMAGE` prints")
