"""Print the one CloudFormation template: `python generate.py > template.json`."""

import argparse
import sys
from pathlib import Path

from asl.command import run_command
from asl.printable import printable_lines
from templates import packaging
from templates.stack import render


def main(arguments: list[str] | None = None) -> int:
    """Print or write the template, and the zips if asked for; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        text = render()
        _write_assets(options.assets)
        _write_template(text, options.output)
    except BrokenPipeError:
        raise  # whoever read the template has read enough
    except Exception as error:  # noqa: BLE001 - the boundary: whatever is wrong, say it and print no half template
        print(f"generate.py: {type(error).__name__}: {printable_lines(str(error))}", file=sys.stderr)
        return 1
    return 0


def _write_assets(folder: Path | None) -> None:
    if folder is not None:
        for path in packaging.write_all(folder):
            print(f"wrote {path}", file=sys.stderr)


def _write_template(text: str, file: Path | None) -> None:
    if file is not None:
        file.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="generate.py", description=__doc__)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the template to FILE, not to stdout")
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="also write the functions' code and layers below DIR"
    )
    return parser


if __name__ == "__main__":
    sys.exit(run_command("generate.py", main))
