"""Print the one CloudFormation template: `python generate.py > template.json`."""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("generate.py", "generate"))

import argparse
import sys
from pathlib import Path

from asl.command import Parser, file_problem, is_about_output
from asl.printable import printable_lines


def main(arguments: list[str] | None = None) -> int:
    """Print or write the template, and the zips if asked for; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.formats and options.assets is None:
        parser.error("--formats decides which layers --assets writes; the template is the same for all formats")
    try:
        text = _render()
        _write_assets(options.assets, options.formats)
        _write_template(text, options.output)
    except Exception as error:  # the boundary: report any error and print no partial template
        if is_about_output(error):
            raise
        what = file_problem(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        print(f"generate.py: {printable_lines(what)}", file=sys.stderr)
        return 1
    return 0


def _render() -> str:
    from templates.stack import render  # takes half a second, in which Ctrl-C is to end the command as later

    return render()


def _write_assets(folder: Path | None, formats: str) -> None:
    if folder is not None:
        from templates import packaging

        for path in packaging.write_all(folder, formats):
            print(f"wrote {path}", file=sys.stderr)


def _write_template(text: str, file: Path | None) -> None:
    if file is not None:
        file.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="generate.py", description=__doc__)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the template to FILE, not to stdout")
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="also write the functions' code and layers below DIR"
    )
    parser.add_argument(
        "--formats",
        default="",
        metavar="LIST",
        help="the value of EnabledFormats to deploy with: --assets leaves out layers that no format of it needs",
    )
    return parser
