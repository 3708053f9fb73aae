"""The verdicts on whether the targets were met."""

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
    """Return the one verdict whose subject contains word."""
    (found,) = (each for each in verdicts(rows, [], []) if word in each.what)
    return found


@given(st.lists(st.floats(0.01, 2), min_size=1))
def test_each_picture_counts(ratios: list[float]) -> None:
    """One picture over the bound is enough to fail it."""
    rows = [row(side(ratio), side(1), "thumbnail") for ratio in ratios]
    (found,) = Ratio("JPEG", "thumbnail", 0.9).verdict(rows)
    assert found.met == all(ratio <= 0.9 for ratio in ratios)


@pytest.mark.parametrize(("ratios", "met"), [([0.5, 0.6], True), ([0.8, 0.7], False), ([0.2, 0.95], False)])
def test_mean_counts_if_it_has_a_bound(ratios: list[float], met: bool) -> None:
    """Each JPEG is resized in at most 0.9 of sharp's time, and their mean has a lower bound."""
    rows = [row(side(ratio), side(1)) for ratio in ratios]
    assert verdict_of("CPU, ours / sharp: JPEG", rows).met == met


@pytest.mark.parametrize(("operation", "format_name"), [("thumbnail", "JPEG"), ("resize", "PNG")])
def test_a_ratio_is_of_its_own_operation_and_format(operation: Operation, format_name: str) -> None:
    """A ratio ignores rows of another operation or format."""
    assert Ratio("JPEG", "resize", 0.9).verdict([row(side(2), side(1), operation, format_name)]) == []


@pytest.mark.parametrize(("psnr", "met"), [(39.9, True), (42, True), (39.7, False)])
def test_quality_is_within_a_fifth_of_a_decibel(psnr: float, met: bool) -> None:
    """A rendition may be at most 0.2 dB worse than sharp's, and may be better without limit."""
    assert verdict_of("PSNR", [row(side(1, psnr=psnr), side(1, psnr=40))]).met == met


@pytest.mark.parametrize(("peak", "met"), [(70, True), (70.1, False)])
def test_memory_of_a_large_jpeg_is_bound(peak: float, met: bool) -> None:
    """A JPEG of 48 megapixels is resized in 70 MB."""
    assert verdict_of("peak memory: a.jpg", [row(side(1, peak=peak), side(1), megapixels=48)]).met == met


def test_memory_of_a_smaller_jpeg_is_not() -> None:
    """The bound applies only to a JPEG above 47 megapixels."""
    assert not [each for each in verdicts([row(side(1, peak=400), side(1))], [], []) if "memory" in each.what]


def test_largest_peak_of_all_kinds_counts() -> None:
    """The verdict names the kind of file and the operation that took the most."""
    peaks = [Peak(kind, "resize", 1, peak * MB) for kind, peak in (("A", 500), ("B", 600), ("C", 400))]
    peaks.append(Peak("D", "resize", 1, None))
    (found,) = verdicts([], [], peaks)
    assert not found.met
    assert found.measured == "600 MB (B, resize)"


@pytest.mark.parametrize(("seconds", "met"), [(0.19, [True, True]), (0.22, [True, False]), (0.3, [False, False])])
def test_imports_that_touch_no_picture_have_less_time(seconds: float, met: list[bool]) -> None:
    """A function that opens no image has the shorter limit."""
    assert [each.met for each in verdicts([], [Import("lambdas.sqs_trigger", seconds, 1)], [])] == met


@pytest.mark.parametrize(("seconds", "met"), [(0.14, True), (0.16, False)])
def test_imports_of_the_api_have_the_least_time(seconds: float, met: bool) -> None:
    """Users wait for a function of the API, also when it starts cold."""
    *_, verdict = verdicts([], [Import("lambdas.get_image", seconds, 1)], [])
    assert verdict.met == met


def test_a_partial_run_has_verdicts_only_on_what_it_measured() -> None:
    """There is no verdict on values that a partial run did not measure."""
    assert verdicts([], [], []) == []
    assert verdicts([row(side(1), None, format_name="HEIF")], [], []) == []


def test_table_of_verdicts_says_yes_or_no() -> None:
    """The last column of a verdict is yes or no."""
    table = judged([Verdict("speed", "at most 1", "2", met=False), Verdict("size", "at most 1", "1", met=True)])
    assert table.rows == [["speed", "at most 1", "2", "no"], ["size", "at most 1", "1", "yes"]]
