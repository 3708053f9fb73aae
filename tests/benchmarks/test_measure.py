"""Rows, measured with our own worker on both sides, so that no Node.js is needed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.job import Answer, Job
from benchmarks.measure import Contest, interleaved, job
from benchmarks.quality import Reference
from benchmarks.worker_process import JobError, Worker, our_worker
from tests import pictures
from tests.templates.emitted import template

DEAF = [sys.executable, "-c", 'import sys; [print(\'{"error": "cannot read it"}\', flush=True) for _ in sys.stdin]']


def deaf() -> Worker:
    """Start a worker that refuses every job."""
    return Worker(DEAF, {})


class Scribe(Worker):
    """A worker that does nothing but write down that it was asked."""

    def __init__(self, name: str, asked: list[str]) -> None:
        """Write name down in asked."""
        super().__init__([sys.executable, "-c", "pass"], {})
        self._name, self._asked_so_far = name, asked

    def do(self, _: Job) -> Answer:
        """Write it down."""
        self._asked_so_far.append(self._name)
        return Answer(cpu=1, wall=1, bytes=0, width=1, height=1, format="", before=0, peak=0)


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw a JPEG that is larger than a thumbnail."""
    file = tmp_path_factory.mktemp("photographs") / "photograph.jpg"
    file.write_bytes(pictures.encoded(pictures.quadrants((600, 400)), "JPEG"))
    return file


@pytest.fixture(scope="module")
def against_itself() -> Iterator[Contest]:
    """Give a contest of our library against itself."""
    with Contest(our_worker, our_worker, 1) as contest:
        yield contest


def test_sides_take_turns_and_go_first_alternately() -> None:
    """A machine that is slow for a while slows both sides, and neither side is always second."""
    asked: list[str] = []
    with Scribe("ours", asked) as ours, Scribe("sharp", asked) as sharp:
        answers = interleaved([(ours, Job("resize", "a")), (sharp, Job("resize", "a"))], 3)
    assert [len(side) for side in answers] == [3, 3]
    assert asked == ["sharp", "ours", "ours", "sharp", "sharp", "ours"]


def test_a_row_compares_both_sides(against_itself: Contest, photograph: Path) -> None:
    """A library compared with itself makes the same rendition of the same quality."""
    row = against_itself.row(photograph, "resize", Reference(photograph))
    assert (row.picture, row.format, row.megapixels) == ("photograph.jpg", "JPEG", 0.24)
    assert row.sharp is not None
    assert row.ours.quality == row.sharp.quality
    assert row.ours.bytes == row.sharp.bytes
    assert row.gain == 0
    assert row.ratio == row.ours.cpu / row.sharp.cpu


def test_metadata_has_no_quality(against_itself: Contest, photograph: Path) -> None:
    """An operation without a rendition has no quality to compare."""
    row = against_itself.row(photograph, "header", Reference(photograph))
    assert row.ours.quality is None
    assert row.gain is None


def test_a_file_that_sharp_cannot_read_has_one_side(photograph: Path) -> None:
    """The row then has no side for sharp, and no ratio."""
    with Contest(our_worker, deaf, 1) as contest:
        row = contest.row(photograph, "thumbnail", Reference(photograph))
    assert (row.sharp, row.ratio, row.gain) == (None, None, None)


def test_a_file_that_this_project_refuses_has_no_row(photograph: Path) -> None:
    """A file that this project refuses raises an error, since there is nothing to compare."""
    with Contest(deaf, our_worker, 1) as contest, pytest.raises(JobError, match="cannot read it"):
        contest.row(photograph, "thumbnail", Reference(photograph))


def test_jobs_ask_for_what_the_template_does(photograph: Path) -> None:
    """Edge and quality of the jobs are the template's defaults."""
    given = {name: str(one.get("Default")) for name, one in template()["Parameters"].items()}
    resize, thumbnail = job("resize", photograph), job("thumbnail", photograph)
    assert (str(resize.edge), str(thumbnail.edge)) == (given["ResizeEdges"].partition(",")[0], given["ThumbnailEdge"])
    assert {str(one.quality) for one in (resize, thumbnail)} == {given["Quality"]}
