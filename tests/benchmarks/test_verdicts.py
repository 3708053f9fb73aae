"""Whether what is expected was met."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.imports import Import
from benchmarks.job import Operation
from benchmarks.largest import Peak
from benchmarks.measure import Row
from benchmarks.tables import MB
from benchmarks.verdicts import Ratio, Verdict, judged, verdicts
from tests.benchmarks.measured import row, side


def verdict_of(word: str, rows: list[Row]) -> Verdict:
    """Return the one verdict that speaks of word."""
    (found,) = (each for each in verdicts(rows, [], []) if word in each.what)
    return found


@given(st.lists(st.floats(0.01, 2), min_size=1))
def test_each_picture_counts(ratios: list[float]) -> None:
    """One picture over the bound is enough to fail it."""
    rows = [row(side(ratio), side(1), "thumbnail") for ratio in ratios]
    (found,) = Ratio("JPEG", "thumbnail", 0.9).verdict(rows)
    assert found.met == all(ratio <= 0.9 for ratio in ratios)


@pytest.mark.parametrize(("ratios", "met"), [([0.5, 0.6], True), ([0.8, 0.7], False), ([0.2, 0.95], False)])
def test_the_mean_counts_where_it_is_bound(ratios: list[float], met: bool) -> None:
    """A JPEG is resized in nine tenths of sharp's time each, and in less on the whole."""
    rows = [row(side(ratio), side(1)) for ratio in ratios]
    assert verdict_of("CPU, ours / sharp: JPEG", rows).met == met


@pytest.mark.parametrize(("operation", "format_name"), [("thumbnail", "JPEG"), ("resize", "PNG")])
def test_a_ratio_is_of_its_own_operation_and_format(operation: Operation, format_name: str) -> None:
    """What is expected of one thing is not held against another."""
    assert Ratio("JPEG", "resize", 0.9).verdict([row(side(2), side(1), operation, format_name)]) == []


@pytest.mark.parametrize(("psnr", "met"), [(39.9, True), (42, True), (39.7, False)])
def test_quality_is_within_a_fifth_of_a_decibel(psnr: float, met: bool) -> None:
    """A rendition may be a little worse than sharp's, and as much better as it likes."""
    assert verdict_of("PSNR", [row(side(1, psnr=psnr), side(1, psnr=40))]).met == met


@pytest.mark.parametrize(("peak", "met"), [(70, True), (70.1, False)])
def test_memory_of_a_large_jpeg_is_bound(peak: float, met: bool) -> None:
    """A JPEG of 48 megapixels is resized in 70 MB."""
    assert verdict_of("peak memory: a.jpg", [row(side(1, peak=peak), side(1), megapixels=48)]).met == met


def test_memory_of_a_smaller_jpeg_is_not() -> None:
    """The bound is on the large one."""
    assert not [each for each in verdicts([row(side(1, peak=400), side(1))], [], []) if "memory" in each.what]


def test_the_worst_of_the_largest_pictures_counts() -> None:
    """The verdict names the kind of file and the operation that took the most."""
    peaks = [Peak(kind, "resize", 1, peak * MB) for kind, peak in (("A", 500), ("B", 600), ("C", 400))]
    peaks.append(Peak("D", "resize", 1, None))
    (found,) = verdicts([], [], peaks)
    assert not found.met
    assert found.measured == "600 MB (B, resize)"


@pytest.mark.parametrize(("seconds", "met"), [(0.19, [True, True]), (0.22, [True, False]), (0.3, [False, False])])
def test_imports_that_touch_no_picture_have_less_time(seconds: float, met: list[bool]) -> None:
    """The function that signs URLs answers a person who waits."""
    assert [each.met for each in verdicts([], [Import("lambdas.get_upload_url", seconds, 1)], [])] == met


def test_what_was_not_measured_is_not_judged() -> None:
    """No verdict speaks of what a partial run left out."""
    assert verdicts([], [], []) == []
    assert verdicts([row(side(1), None, format_name="HEIF")], [], []) == []


def test_the_table_says_yes_or_no() -> None:
    """A verdict is a plain word beside what was expected."""
    table = judged([Verdict("speed", "at most 1", "2", met=False), Verdict("size", "at most 1", "1", met=True)])
    assert table.rows == [["speed", "at most 1", "2", "no"], ["size", "at most 1", "1", "yes"]]
