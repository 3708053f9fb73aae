"""Zips unpacked once for all workers of an emulator, as Lambda mounts them, where ministack unpacks one for each."""

import os
import zipfile
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

FOLDER = "UNPACKED"  # the variable that names where; emulators that are given the same folder share what is in it


def unpacked(archived: bytes) -> str:
    """Return the folder that holds the content of a zip, unpacked at its first use; what it imports is compiled once."""
    folder = Path(os.environ[FOLDER], sha256(archived).hexdigest())
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        whole = mkdtemp(dir=folder.parent)
        with zipfile.ZipFile(BytesIO(archived)) as archive:
            archive.extractall(whole)
        with suppress(OSError):  # another worker was faster
            Path(whole).rename(folder)
    return str(folder)
