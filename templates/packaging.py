"""The zips that functions run: their keys by content, and how they are made, byte for byte the same every time."""

import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from imaging.formats import FORMATS, parse_formats
from templates.bytecode import bytecode

ROOT = Path(__file__).parent.parent
RUNTIME = "python3.13"
RUNNING = f"python{sys.version_info[0]}.{sys.version_info[1]}"  # emulators run functions on this interpreter
ARCHITECTURE = "x86_64"
# The newest glibc that wheels may ask for: Lambda's Amazon Linux 2023 has 2.34.
PLATFORMS = [f"manylinux_2_{minor}_{ARCHITECTURE}" for minor in (34, 28, 17)] + [f"manylinux2014_{ARCHITECTURE}"]
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold

BYTECODE = (
    "unchecked-hash bytecode"  # layers are made with it since 0.2.0; a key of their own gets it to existing stacks
)
# Left out of layers: pip's own records, which differ from one installation to the next.
PIP_RECORDS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}

Entry = tuple[str, Path]  # name in the zip, file on disk


@dataclass(frozen=True)
class Layer:
    """A Lambda layer: the packages that its lock pins, for Lambda's platform."""

    logical_id: str
    lock: Path
    format: str = ""  # the format that needs the layer; empty if functions need it for any format

    @property
    def key(self) -> str:
        """The S3 key, by content: the lock's hashes and the platform decide what the layer does."""
        facts = "\n".join([self.lock.read_text(encoding="utf-8"), RUNTIME, *PLATFORMS, BYTECODE])
        return f"layers/{self.lock.stem}-{_digest([facts.encode()])}.zip"

    def write(self, folder: Path) -> Path:
        """Install the pinned wheels for Lambda's platform with pip, and zip them below folder; needs the package index."""
        with TemporaryDirectory() as target:
            _pip_install(self.lock, Path(target))
            installed = ((path.relative_to(target), path) for path in Path(target).rglob("*") if path.is_file())
            entries = [(f"python/{name.as_posix()}", path) for name, path in installed if is_content(name)]
            return write_compiled_zip(folder / self.key, entries)


RUNTIME_LAYER = Layer("RuntimeLayer", ROOT / "lambdas/layers/runtime.lock")
IMAGING_LAYER = Layer("ImagingLayer", ROOT / "lambdas/layers/imaging.lock")
HEIF_LAYER = Layer("HeifLayer", ROOT / "lambdas/layers/heif.lock", "HEIF")
LAYERS = (RUNTIME_LAYER, IMAGING_LAYER, HEIF_LAYER)


def needed_layers(formats: str = "") -> list[Layer]:
    """Return the layers that a stack needs whose parameter EnabledFormats is formats; all layers if it is empty.

    Raises ValueError for a format that does not exist.
    """
    enabled = parse_formats(formats.split(",")) if formats else FORMATS.keys()
    return [layer for layer in LAYERS if not layer.format or layer.format in enabled]


def code_entries() -> list[Entry]:
    """Return the files of the functions: lambdas/, imaging/, workflow/contracts/ and web/ under their own names."""
    files = [
        *ROOT.glob("imaging/**/*.py"),
        *ROOT.glob("lambdas/**/*.py"),
        ROOT / "workflow/__init__.py",
        *ROOT.glob("workflow/contracts/*.py"),
        *ROOT.glob("workflow/contracts/*.json"),
        *ROOT.glob("web/*.*"),
    ]
    return sorted((path.relative_to(ROOT).as_posix(), path) for path in files)


@cache
def code_key() -> str:
    """Return the S3 key of the functions' code, by content."""
    return f"code/lambdas-{_digest(_parts(code_entries()))}.zip"


def write_code(folder: Path, runtime: str = RUNTIME) -> Path:
    """Write the functions' code, with bytecode for runtime, below folder and return the zip."""
    return write_compiled_zip(folder / code_key(), code_entries(), runtime)


def write_all(folder: Path, formats: str = "") -> list[Path]:
    """Write code and the layers that formats need below folder, each under its S3 key; needs the package index for the layers."""
    layers = needed_layers(formats)
    return [write_code(folder), *(layer.write(folder) for layer in layers)]


def write_compiled_zip(path: Path, entries: list[Entry], runtime: str = RUNTIME) -> Path:
    """Write entries to a zip, with bytecode for runtime beside the sources if it can be made here.

    The key of a zip does not depend on that, so that the template is the same wherever it was generated.
    """
    with TemporaryDirectory() as folder:
        return write_zip(path, [*entries, *bytecode(entries, runtime, Path(folder))])


def write_zip(path: Path, entries: Iterable[Entry]) -> Path:
    """Write entries to a zip whose bytes depend on their names and contents alone: nothing compressed, no times."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, source in sorted(entries):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3  # Unix, wherever this runs
            info.external_attr = (0o755 if source.suffix == ".so" else 0o644) << 16
            archive.writestr(info, source.read_bytes())
    return path


def is_content(name: PurePath) -> bool:
    """Return whether a layer holds the installed file of that name: no bytecode of this machine, scripts or records of pip."""
    return not {"__pycache__", "bin"} & set(name.parts) and name.name not in PIP_RECORDS


def _pip_install(lock: Path, target: Path) -> None:
    version = RUNTIME.removeprefix("python")
    platforms = [option for platform in PLATFORMS for option in ("--platform", platform)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--no-compile"]
    command += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", version, *platforms]
    subprocess.run([*command, "--target", str(target), "--requirement", str(lock)], check=True, stdout=sys.stderr)


def _parts(entries: list[Entry]) -> Iterable[bytes]:
    for name, path in entries:
        yield name.encode()
        yield path.read_bytes()


def _digest(parts: Iterable[bytes]) -> str:
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:32]
