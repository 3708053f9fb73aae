"""Zips unpacked once for all workers of an emulator, as Lambda mounts them, where ministack unpacks one for each."""

import os
import threading
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = "UNPACKED"  # the variable that names where; emulators that are given the same folder share what is in it

_lock = threading.Lock()


def unpacked(archived: bytes) -> str:
    """Return the folder that holds the content of a zip, unpacked at its first use; what it imports is compiled once."""
    folder = Path(os.environ[FOLDER], sha256(archived).hexdigest())
    with _lock:
        if not folder.exists():
            _unpack(archived, folder)
    return str(folder)


def _unpack(archived: bytes, folder: Path) -> None:
    """Unpack a zip to folder, which is there as a whole or not at all, whichever emulator is the first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as place:
        with zipfile.ZipFile(BytesIO(archived)) as archive:
            archive.extractall(whole := Path(place, "whole"))
        try:
            whole.rename(folder)
        except OSError:
            if not folder.exists():
                raise
