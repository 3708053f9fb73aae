"""The expected values, compared with the measured ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import geometric_mean

from benchmarks.answers import Answer
from benchmarks.imports import OF_THE_API, TOUCH_NO_PICTURE, Import
from benchmarks.job import RENDITIONS, Operation
from benchmarks.largest import Peak
from benchmarks.measure import Row
from benchmarks.tables import MB, Table, called
from benchmarks.variants import Variant

CPU = "CPU, ours / sharp"
LEAST_GAIN = -0.2  # decibels of PSNR
LARGE, LARGE_PEAK = 47, 70 * MB  # megapixels of a JPEG, and the bytes that it may take from there on
MOST_PEAK = 512 * MB  # bytes
IMPORT, LIGHT_IMPORT = 0.250, 0.200  # seconds of CPU; the second where no picture is touched
API_IMPORT = 0.150  # seconds of CPU
EQUAL_SHARES = {"AVIF": 0.55, "WEBP": 0.7}  # of the bytes of a JPEG, at the same quality
ANSWER = 0.030  # seconds of a function with its share of a core


@dataclass(frozen=True)
class Verdict:
    """An expectation and its result."""

    what: str
    expected: str
    measured: str
    met: bool


@dataclass(frozen=True)
class Ratio:
    """The largest ratio of our CPU time to sharp's on each picture, and of the geometric mean if that has a bound too."""

    format: str
    operation: Operation
    each: float
    mean: float | None = None

    def verdict(self, rows: Sequence[Row]) -> list[Verdict]:
        """Compare rows with the ratio; return no verdict if no row is of its format and operation."""
        meant = [row for row in rows if (row.format, row.operation) == (self.format, self.operation)]
        ratios = [row.ratio for row in meant if row.ratio]
        if not ratios:
            return []
        mean = geometric_mean(ratios)
        met = max(ratios) <= self.each and (self.mean is None or mean <= self.mean)
        measured = f"{min(ratios):.2f} to {max(ratios):.2f}, mean {mean:.2f}"
        return [Verdict(f"{CPU}: {self.format}, {called(self.operation)}", self._bound(), measured, met)]

    def _bound(self) -> str:
        return f"at most {self.each}" + (f", mean {self.mean}" if self.mean is not None else "")


RATIOS = [
    Ratio("JPEG", "resize", 0.9, mean=0.65),
    Ratio("JPEG", "thumbnail", 0.9),
    Ratio("AVIF", "resize", 0.5),
    *(Ratio("PNG", operation, 1.2, mean=1.0) for operation in RENDITIONS),
    *(Ratio("WEBP", operation, 1.0) for operation in RENDITIONS),
    *(Ratio(name, "header", 0.6) for name in ("JPEG", "PNG", "WEBP", "AVIF")),
    *(Ratio(name, "metadata", 0.6) for name in ("JPEG", "WEBP", "AVIF")),
    Ratio("PNG", "metadata", 1.0),
]


def verdicts(rows: Sequence[Row], imports: Sequence[Import], peaks: Sequence[Peak]) -> list[Verdict]:
    """Return a verdict for each expectation that was measured."""
    return [
        *(verdict for ratio in RATIOS for verdict in ratio.verdict(rows)),
        *_psnr([row for row in rows if row.format == "JPEG" and row.operation == "resize"]),
        *_large_jpeg(rows),
        *_peaks(peaks),
        *_imports("import of a function's module", IMPORT, imports),
        *_imports(
            "import of a function that opens no image",
            LIGHT_IMPORT,
            [each for each in imports if each.module in TOUCH_NO_PICTURE],
        ),
        *_imports(
            "import of a function of the API", API_IMPORT, [each for each in imports if each.module in OF_THE_API]
        ),
    ]


def of_answers(found: Sequence[Answer]) -> list[Verdict]:
    """Return the verdict on warm responses, if they were measured."""
    if not found:
        return []
    slowest = max(found, key=lambda each: each.at_lambda)
    measured = f"{1000 * slowest.at_lambda:.0f} ms (`{slowest.status}`)"
    what = "warm response of GET /images/{imageId}, at the function's memory, without the wait for DynamoDB"
    return [Verdict(what, f"at most {1000 * ANSWER:.0f} ms", measured, slowest.at_lambda <= ANSWER)]


def of_variants(found: Sequence[Variant]) -> list[Verdict]:
    """Return the verdicts on bytes at the SSIMULACRA2 of the JPEG, by format and edge, of those that were measured."""
    groups: dict[tuple[str, int], list[float]] = {}
    for each in found:
        if each.equal_share is not None:
            groups.setdefault((each.format, each.edge), []).append(each.equal_share)
    return [_equal(name, edge, shares) for (name, edge), shares in groups.items()]


def _equal(name: str, edge: int, shares: Sequence[float]) -> Verdict:
    mean = geometric_mean(shares)
    measured = f"{min(shares):.2f} to {max(shares):.2f}, mean {mean:.2f}"
    what = f"bytes at the SSIMULACRA2 of the JPEG: {name}, {edge} px"
    return Verdict(what, f"mean {EQUAL_SHARES[name]}", measured, mean <= EQUAL_SHARES[name])


def _psnr(rows: Sequence[Row]) -> list[Verdict]:
    gains = [row.gain for row in rows if row.gain is not None]
    if not gains:
        return []
    measured = f"{min(gains):+.2f} to {max(gains):+.2f} dB"
    what = f"PSNR, ours minus sharp's: JPEG, {called('resize')}"
    return [Verdict(what, f"at least {LEAST_GAIN} dB", measured, min(gains) >= LEAST_GAIN)]


def _large_jpeg(rows: Sequence[Row]) -> list[Verdict]:
    large = [row for row in rows if row.format == "JPEG" and row.operation == "resize" and row.megapixels > LARGE]
    return [
        _most(f"peak memory: {row.picture}, {called('resize')}", LARGE_PEAK, row.ours.peak, _theirs(row))
        for row in large
    ]


def _theirs(row: Row) -> str:
    return f" (sharp: {row.sharp.peak / MB:.0f})" if row.sharp else ""


def _peaks(peaks: Sequence[Peak]) -> list[Verdict]:
    taken = [(each.peak, f" ({each.kind}, {each.operation})") for each in peaks if each.peak]
    return [_most("peak memory: any accepted image", MOST_PEAK, *max(taken))] if taken else []


def _most(what: str, bound: int, peak: int, remark: str) -> Verdict:
    return Verdict(what, f"at most {bound / MB:.0f} MB", f"{peak / MB:.0f} MB{remark}", peak <= bound)


def _imports(what: str, bound: float, found: Sequence[Import]) -> list[Verdict]:
    if not found:
        return []
    slowest = max(found, key=lambda each: each.cpu)
    measured = f"{1000 * slowest.cpu:.0f} ms (`{slowest.module}`)"
    return [Verdict(what, f"at most {1000 * bound:.0f} ms", measured, slowest.cpu <= bound)]


def judged(found: Sequence[Verdict]) -> Table:
    """Return the table of verdicts."""
    rows = [[each.what, each.expected, each.measured, "yes" if each.met else "no"] for each in found]
    return Table("Targets and results", ["", "target", "measured", "met"], rows, words=True)
