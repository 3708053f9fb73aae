"""Results that tests make up."""

from benchmarks.job import Operation
from benchmarks.measure import Row, Side
from benchmarks.quality import Quality
from benchmarks.tables import MB


def side(cpu: float, *, psnr: float | None = None, peak: float = 50) -> Side:
    """Make up what an operation cost: seconds, decibels, MB."""
    quality = None if psnr is None else Quality(psnr, 0.9)
    return Side(cpu, cpu, bytes=1000, before=20 * MB, peak=round(peak * MB), quality=quality)


def row(
    ours: Side, sharp: Side | None, operation: Operation = "resize", format_name: str = "JPEG", megapixels: float = 12
) -> Row:
    """Make up a row of those sides."""
    return Row("a.jpg", format_name, megapixels, operation, ours, sharp)
