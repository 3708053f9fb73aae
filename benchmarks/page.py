"""docs/benchmarks.md: what stands between its two marks is written here, everything else by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, JpegImagePlugin
from pillow_heif import register_heif_opener

from benchmarks.photographs import CHOSEN, Photograph
from benchmarks.settings import ROOT
from benchmarks.tables import MB, Table

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN = "<!-- From here on written by the program. -->"
END = "<!-- Up to here. -->"
SAMPLING = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}  # by Pillow's number


def write(machine: Mapping[str, str], tables: Sequence[Table], page: Path = PAGE) -> None:
    """Put machine and tables between the marks of page, and what the photographs are."""
    measured = [_machine(machine).markdown(), *(table.markdown() for table in (*tables, _photographs()))]
    page.write_text(replaced(page.read_text(encoding="utf-8"), "\n".join(measured)), encoding="utf-8")


def replaced(text: str, measured: str) -> str:
    """Return text with measured between its marks; raises ValueError where it has not both, once and in order."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in tail:
        raise ValueError("the page lacks one of its marks, or has one twice")
    return f"{head}{BEGIN}\n\n{measured}\n{END}{tail}"


def _machine(facts: Mapping[str, str]) -> Table:
    return Table("The machine", ["", "it is"], [[name, fact] for name, fact in facts.items()], words=True)


def _photographs() -> Table:
    chosen = [photograph for photographs in CHOSEN.values() for photograph in photographs()]
    return Table(
        "The photographs", ["picture", "MP", "MB", "kind", "from"], [_row(each) for each in chosen], words=True
    )


def _row(photograph: Photograph) -> list[str]:
    file = photograph.file()
    register_heif_opener()
    with Image.open(file) as image:
        megapixels = f"{image.width * image.height / 1e6:.1f}"
        return [photograph.name, megapixels, f"{file.stat().st_size / MB:.1f}", kind(image), photograph.origin()]


def kind(image: Image.Image) -> str:
    """Return what is particular to an opened file: of a JPEG how it is coded, of any whether it has a profile."""
    words = []
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        words = ["progressive" if image.info.get("progressive") else "baseline"]
        words.append(SAMPLING.get(JpegImagePlugin.get_sampling(image), ""))
    return " ".join([*words, *(["with a profile"] if image.info.get("icc_profile") else [])])
