"""The command that fuzzes: cases in forked processes, and what it reports of them."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from imaging import operations
from tests.effort import times
from tests.hostile import command_line, fuzz
from tests.hostile.blocks import blocks
from tests.hostile.fuzz import FAULT, KILLED, End, end_of, run
from tests.hostile.kind import IMAGE
from tests.hostile.sound import sound

CASES = times(100, 5000)
SEEDS = range(10, 16)


def test_no_case_is_a_fault() -> None:
    """Damaged files and damaged blocks end as an image or as a rejection."""
    tally = run(range(CASES))
    assert tally.is_sound, command_line.describe(tally)
    assert tally.cases == CASES


def test_undamaged_blocks_are_read() -> None:
    """Each block, undamaged, is in a sound file, so that its damage is what is looked at."""
    ends = {
        name: end_of(block.carry(content), fuzz.read)[0] for name, block in blocks().items() for content in block.sound
    }
    assert {name for name, end in ends.items() if end != IMAGE} == set()


def test_undamaged_files_are_images() -> None:
    """The files that are damaged are sound, but for one whose data are not what its header says."""
    assert {name for name, data in sound().items() if end_of(data)[0] != IMAGE} == {"JPEG arithmetic"}


def test_a_case_that_ends_its_process_is_counted_and_those_behind_it_run() -> None:
    """A decoder that crashes ends its process: the next case runs in another one."""

    def end(seed: int) -> End:
        return os._exit(3) if seed == SEEDS[2] else (IMAGE, "")

    tally = run(SEEDS, end)
    assert tally.outcomes == {IMAGE: 5, KILLED: 1}
    assert tally.unusual == [(SEEDS[2], (KILLED, "status 3"))]
    assert tally.is_sound


def test_a_case_that_takes_too_much_processor_time_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that never ends is stopped, like by the sandbox."""
    monkeypatch.setattr(fuzz, "SECONDS", 0.01)

    def end(seed: int) -> End:
        while seed == SEEDS[-1]:
            pass
        return IMAGE, ""

    assert run(SEEDS, end).outcomes == {IMAGE: 5, KILLED: 1}


@pytest.mark.parametrize(
    ("facts", "renditions"), [({"properties": {}}, []), ({"a": float("nan")}, []), ({}, [b"\x89PNG"])]
)
def test_what_breaks_a_promise_is_a_fault(
    facts: Mapping[str, Any], renditions: Sequence[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts that violate their contract or are no JSON, and renditions that are damaged, are faults."""
    monkeypatch.setattr(operations, "run", lambda *_: (facts, renditions))
    assert end_of(b"")[0] == FAULT


def test_the_command_prints_seeds_and_outcomes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault has exit code 1, and its seed and traceback are printed; a case of the same seed is the same file."""
    monkeypatch.setattr(fuzz, "end_of_case", lambda seed: (FAULT, "the traceback") if seed == 12 else (IMAGE, ""))
    assert command_line.main(["--cases", "6", "--start", "10", "--jobs", "1"]) == 1
    printed = capsys.readouterr().out
    assert "seeds 10 to 15" in printed
    assert "6 cases: 5 image, 1 fault\nseed 12: fault\nseed 12: the traceback" in printed
    assert command_line.main(["--seed", "12"]) == 1
    assert command_line.main(["--seed", "11"]) == 0
