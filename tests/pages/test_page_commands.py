"""The commands that write pages and drawings into files."""

from collections.abc import Callable

import pytest

from pages import diagram, example, runbook


@pytest.mark.parametrize("main", [diagram.main, example.main, runbook.main], ids=["diagram", "example", "runbook"])
def test_command_without_its_argument_prints_its_usage(
    main: Callable[[list[str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A command without an output file prints its usage, with exit code 2, and no traceback."""
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m pages.")
