"""The results as tables, the same in a terminal and in docs/benchmarks.md."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import geometric_mean

from benchmarks import settings
from benchmarks.answers import Answer
from benchmarks.imports import Import
from benchmarks.job import RENDITIONS, Operation
from benchmarks.largest import Peak
from benchmarks.measure import Row, Side
from benchmarks.variants import Variant

NOTHING = "-"  # in a cell that has no number
MB = 1_000_000


@dataclass(frozen=True)
class Table:
    """A table of text. All columns but the first are aligned to the right, unless words is set."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: bool = False

    def markdown(self) -> str:
        """Return it as Markdown."""
        rule = ["---" if self.words or number == 0 else "--:" for number in range(len(self.columns))]
        lines = [f"| {' | '.join(cells)} |" for cells in (self.columns, rule, *self.rows)]
        return "\n".join([f"### {self.title}", "", *lines, ""])


def compared(rows: Sequence[Row]) -> list[Table]:
    """Return a table for each operation on each format, in the order of rows."""
    groups = dict.fromkeys((row.format, row.operation) for row in rows)
    return [_compared(group, [row for row in rows if (row.format, row.operation) == group]) for group in groups]


def _compared(group: tuple[str, Operation], rows: list[Row]) -> Table:
    columns = {**COSTS, **(MADE if group[1] in RENDITIONS else {})}
    cells = [[column(row) for column in columns.values()] for row in rows]
    return Table(f"{group[0]}: {called(group[1])}", list(columns), [*cells, *_mean(rows, list(columns))])


def called(operation: Operation) -> str:
    """Return the name of operation in titles."""
    return {
        "resize": f"resized to {settings.resize().resize_edges[0]} px",
        "thumbnail": f"thumbnail of {settings.thumbnail().thumbnail_edge} px",
        "header": "metadata, header",
        "metadata": "metadata, full",
    }[operation]


def _mean(rows: list[Row], columns: list[str]) -> list[list[str]]:
    """Return the row of the geometric mean, if there is more than one ratio to take it of."""
    ratios = [row.ratio for row in rows if row.ratio]
    if len(ratios) < len(("one", "another")):
        return []
    cells = {"image": "geometric mean", "CPU, ours / sharp": f"{geometric_mean(ratios):.2f}"}
    return [[cells.get(column, "") for column in columns]]


def _number(value: float | None, form: str) -> str:
    return NOTHING if value is None else format(value, form)


def _both(row: Row, of: Callable[[Side], float | None], form: str) -> str:
    """Return a number of ours and of sharp's in one cell."""
    theirs = of(row.sharp) if row.sharp else None
    return f"{_number(of(row.ours), form)} / {_number(theirs, form)}"


COSTS: dict[str, Callable[[Row], str]] = {
    "image": lambda row: row.picture,
    "MP": lambda row: f"{row.megapixels:.1f}",
    "CPU, ours / sharp": lambda row: _number(row.ratio, ".2f"),
    "CPU, ms": lambda row: _both(row, lambda side: 1000 * side.cpu, ".1f"),
    "wall, ms": lambda row: _both(row, lambda side: 1000 * side.wall, ".1f"),
    "peak, MB": lambda row: _both(row, lambda side: side.peak / MB, ".0f"),
    "growth, MB": lambda row: _both(row, lambda side: (side.peak - side.before) / MB, ".0f"),
}
MADE: dict[str, Callable[[Row], str]] = {
    "PSNR, dB": lambda row: _both(row, lambda side: side.quality.psnr if side.quality else None, ".2f"),
    "gain, dB": lambda row: _number(row.gain, "+.2f"),
    "SSIM": lambda row: _both(row, lambda side: side.quality.ssim if side.quality else None, ".4f"),
    "bytes, KB": lambda row: _both(row, lambda side: side.bytes / 1000, ".0f"),
}


def imported(found: Iterable[Import]) -> Table:
    """Return the table of imports."""
    rows = [[f"`{each.module}`", f"{1000 * each.cpu:.0f}", f"{1000 * each.wall:.0f}"] for each in found]
    return Table("Cold imports", ["module", "CPU, ms", "wall, ms"], rows)


def answered(found: Iterable[Answer]) -> Table:
    """Return the table of warm responses."""
    rows = [[f"`{each.status}`", f"{1000 * each.cpu:.1f}", f"{1000 * each.at_lambda:.0f}"] for each in found]
    return Table("Warm responses: GET /images/{imageId}", ["status", "CPU, ms", "at the function's memory, ms"], rows)


def _peak(found: Peak) -> str:
    return "rejected" if found.peak is None else f"{found.peak / MB:,.0f}"


def peaked(found: Sequence[Peak]) -> Table:
    """Return the table of the most memory, a row a kind of file and a column an operation."""
    operations = list(dict.fromkeys(each.operation for each in found))
    peaks = {(each.kind, each.operation): _peak(each) for each in found}
    files = {each.kind: each.file for each in found}
    rows = [
        [kind, f"{size / MB:.1f}", *(peaks.get((kind, operation), NOTHING) for operation in operations)]
        for kind, size in files.items()
    ]
    return Table("The largest images: peak, MB", ["kind", "file, MB", *map(called, operations)], rows)


def encoded(found: Iterable[Variant]) -> Table:
    """Return the table of AVIF and WebP beside JPEG and PNG."""
    columns = [
        "image",
        "edge, px",
        "format",
        "beside, KB",
        "bytes, share",
        "SSIMULACRA2",
        "share at the same",
        "CPU, ms",
    ]
    return Table("AVIF and WebP beside JPEG and PNG", columns, [_encoded(each) for each in found])


def _encoded(each: Variant) -> list[str]:
    return [
        each.picture,
        str(each.edge),
        each.format,
        f"{each.family} {each.family_bytes / 1000:.1f}",
        f"{each.share:.2f}",
        f"{_number(each.score, '.1f')} / {_number(each.family_score, '.1f')}",
        _number(each.equal_share, ".2f"),
        f"{1000 * each.cpu:.0f}",
    ]
