"""The commands in README and docs: each one is run by a test, or stands under a mark that says what it needs."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from asl.graph.cli import main as draw
from pages.graph import main as draw_pipeline

ROOT = Path(__file__).parents[2]
# The changelog names commands of earlier versions.
PAGES = [page for page in sorted(ROOT.glob("*.md")) if page.name != "CHANGELOG.md"]
PAGES += [page for top in ("asl", "docs", "examples", ".github") for page in sorted((ROOT / top).rglob("*.md"))]
MARK = re.compile(r"<!-- needs (AWS|Node\.js|PyPI) -->")  # holds for its section, or the page if it comes before all
FENCE = re.compile(r"```(?:bash|sh|console)\n(.*?)```", re.DOTALL)
ASSIGNED = re.compile(r'^(?:read -r \w+ \w+ <<< |\w+=)"\$\(')  # what a variable takes is a command too
INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
PROGRAMS = ("make", "python", "python3", ".venv/bin/python", "aws", "operations", "pip", "git", "docker")
# Which test runs what, as far as it is not run here.
RUN_ELSEWHERE = {
    r"make (demo|install|test|test-all)\b.*": ".ci/run",
    r"\.venv/bin/python -m workflow\.proof": "tests/workflow/test_proof_command.py",
    r"python -m asl\.check docs/examples/.*": "tests/asl/check/test_example.py",
    r"pip install .*": "tests/asl/test_installed.py",
    r"python -m asl\.check build/machine\.json .*": "tests/asl/check/test_cli.py",
    r"\.venv/bin/python generate\.py .*": "tests/test_generate.py",
    r"make fuzz .*": "tests/hostile/test_fuzz_command.py",
    r"aws cloudformation deploy .*": "tests/local/test_command_line.py",
    r"make deploy .*": "tests/operations/cloudformation/test_deploy.py",
    r"\.venv/bin/python -m operations .* add-user .*": "tests/operations/test_add_user.py",
    r"\.venv/bin/python -m operations .*": "tests/operations/test_on_laptop.py",
    r"aws cognito-idp .*": "tests/operations/test_on_laptop.py",
    r"\.venv/bin/python -m local (process .*|up)": "tests/local/test_command_line.py",
    r"\.venv/bin/python -m examples\.added_step .*": "tests/examples/test_added_step.py",
    r"\.venv/bin/python -m examples\.(client|subscriber) .*": "tests/examples/test_examples.py",
    r"node examples/client\.mjs .*": "tests/examples/test_examples.py",
}
RUN_HERE = r"\.venv/bin/python -m (asl|pages)\.graph .*"
DRAW = {"asl.graph": draw, "pages.graph": draw_pipeline}
# Every command of these pages is looked up.
ON_PAGES_OF_THEIR_OWN = dict.fromkeys(("operations.md", "deployment.md"), "tests/pages/test_runbook.py")


@dataclass(frozen=True)
class Command:
    """A command as a page has it."""

    page: str
    text: str
    marked: bool


def commands(page: Path) -> list[Command]:
    """Return the commands of page, each with whether its section, or all of the page, is marked."""
    text = page.read_text(encoding="utf-8")
    head, *sections = re.split(r"^(?=#+ )", re.sub(r"(?m)^```diff\n(?s:.*?)^```", "", text), flags=re.MULTILINE)
    whole = bool(MARK.search(head)) or bool(sections and sections[0].startswith("# ") and MARK.search(sections[0]))
    return [
        Command(page.name, line, whole or bool(MARK.search(part)))
        for part in [head, *sections]
        for line in _lines(part)
    ]


def _lines(part: str) -> list[str]:
    plain = re.sub(r"(?ms)^```.*?^```", "", part)
    blocks = [*FENCE.findall(part), *(re.sub(r"(?m)^    ", "", one) for one in INDENTED.findall(plain))]
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    found = [line.removeprefix("$ ").partition("  #")[0].partition(" # ")[0].strip() for line in lines]
    bare = [ASSIGNED.sub("", line) for line in found]
    return [re.sub(r"\s+", " ", line) for line in bare if line.split(" ")[0] in PROGRAMS]


COMMANDS = [command for page in PAGES for command in commands(page)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: f"{one.page}: {one.text[:60]}")
def test_command_is_run_or_marked(command: Command) -> None:
    """A command is run by this test or a named one that is there, or it is marked as needing what no test has."""
    by = [test for pattern, test in RUN_ELSEWHERE.items() if re.fullmatch(pattern, command.text)]
    by += [ON_PAGES_OF_THEIR_OWN[command.page]] if command.page in ON_PAGES_OF_THEIR_OWN else []
    assert by or command.marked or re.fullmatch(RUN_HERE, command.text), "neither run by a test nor marked"
    assert all((ROOT / test).exists() for test in by)


@pytest.mark.parametrize(
    "text", sorted({one.text for one in COMMANDS if re.fullmatch(RUN_HERE, one.text) and not one.marked})
)
def test_drawing_commands_draw(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The drawing commands on the pages work, and write the files that the pages name."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(text.partition(" -m ")[2])
    assert (DRAW[program](arguments), capsys.readouterr().err) == (0, "")
    written = tmp_path / arguments[arguments.index("--output") + 1]
    assert written.stat().st_size > 1000


def test_every_target_that_is_named_is_there() -> None:
    """Where a page says `make something`, the Makefile has it."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")))
        assert named <= targets, page.name


def test_pages_have_commands() -> None:
    """Commands are found in the README and in each page that has some."""
    pages = {command.page for command in COMMANDS}
    assert pages >= {
        "README.md",
        "api.md",
        "check.md",
        "operations.md",
        "deployment.md",
        "workflow.md",
        "benchmarks.md",
        "development.md",
    }
