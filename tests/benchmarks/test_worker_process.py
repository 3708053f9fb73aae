"""Our worker, asked as the benchmark asks it, and that sharp's speaks the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.job import OPERATIONS, RENDITIONS, Job
from benchmarks.measure import job
from benchmarks.settings import ROOT
from benchmarks.worker_process import JobError, Worker, our_worker, sharp_worker
from tests import pictures
from tests.needed import program

STAND_IN = """
const image = {
  metadata: async () => ({ width: 6, height: 4 }),
  stats: async () => ({}),
  toBuffer: async () => ({ data: Buffer.from('made'), info: { width: 6, height: 4, channels: 3 } }),
};
for (const name of ['autoOrient', 'resize', 'raw', 'jpeg', 'png', 'webp']) image[name] = () => image;
module.exports = Object.assign(() => image, { concurrency() {}, cache() {}, simd() {} });
"""


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """Draw a JPEG that is larger than a thumbnail."""
    file = tmp_path / "photograph.jpg"
    file.write_bytes(pictures.encoded(pictures.quadrants((600, 400)), "JPEG"))
    return file


def test_worker_does_every_operation(photograph: Path, tmp_path: Path) -> None:
    """Each operation reports time, memory and size, and keeps the rendition in the requested file."""
    kept = tmp_path / "kept"
    with our_worker() as worker:
        for operation in OPERATIONS:
            asked = job(operation, photograph)
            answer = worker.do(Job(asked.operation, asked.file, asked.edge, asked.quality, keep=str(kept)))
            assert answer.cpu > 0
            assert answer.wall > 0
            assert answer.peak >= answer.before > 0
            assert kept.stat().st_size == answer.bytes
            if operation in RENDITIONS:
                assert pictures.decoded(kept.read_bytes()).size == (answer.width, answer.height)


def test_worker_continues_after_a_job_that_fails(photograph: Path, tmp_path: Path) -> None:
    """A file that is no picture is reported as an error, and the next job succeeds."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    with our_worker() as worker:
        with pytest.raises(JobError, match="ImageRefusedError"):
            worker.do(job("resize", broken))
        assert worker.do(job("thumbnail", photograph)).format == "JPEG"


def test_a_worker_that_ended_raises_an_error_for_each_job(photograph: Path) -> None:
    """Every job for a process that has ended raises JobError."""
    with Worker([sys.executable, "-c", "pass"], {}) as worker:
        for _ in range(2):
            with pytest.raises(JobError, match="ended"):
                worker.do(job("resize", photograph))


def test_worker_loads_nothing_that_only_the_benchmark_needs() -> None:
    """The worker, whose memory is measured, loads no module that only the benchmark needs."""
    heavy = "{'numpy', 'rich', 'troposphere', 'boto3', 'hypothesis'}"
    command = f"import sys, benchmarks.worker; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """Write a library in sharp's place that returns the same result for every job, and return its folder."""
    program("node")
    modules = tmp_path / "node_modules"
    (modules / "sharp").mkdir(parents=True)
    (modules / "sharp" / "index.js").write_text(STAND_IN, encoding="utf-8")
    return modules


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux reports a process's peak memory")
def test_sharps_worker_has_the_same_protocol(stand_in: Path, photograph: Path, tmp_path: Path) -> None:
    """Sharp's worker takes every operation that ours does, and answers every field that is read here."""
    kept = tmp_path / "kept"
    with sharp_worker(stand_in) as worker:
        for operation in OPERATIONS:
            asked = job(operation, photograph)
            answer = worker.do(Job(operation, asked.file, asked.edge, asked.quality, "JPEG", keep=str(kept)))
            assert (answer.width, answer.height, answer.format) == (6, 4, "JPEG")
            assert answer.bytes == kept.stat().st_size == (len("made") if operation in RENDITIONS else 0)
            assert answer.peak >= answer.before > 0
