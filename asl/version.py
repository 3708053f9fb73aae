"""The option --version of the commands of this package."""

from argparse import SUPPRESS, Action, ArgumentParser
from importlib.metadata import PackageNotFoundError, version

PACKAGE = "asl-tools"


class _PrintVersion(Action):
    """Prints the version and ends the command; the version is looked up only then, since that takes milliseconds."""

    def __call__(self, parser: ArgumentParser, *_: object, **_named: object) -> None:
        print(f"{parser.prog} {_version()}")
        parser.exit()


def add_version_option(parser: ArgumentParser) -> None:
    """Add --version to parser: it prints the command and the version of the package, and ends the command."""
    parser.add_argument(
        "--version", action=_PrintVersion, nargs=0, default=SUPPRESS, help="print the version of the package"
    )


def _version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:  # it runs in its own repository
        return "of a checkout"
