"""Zips of functions and layers, extracted once for all workers of an emulator."""

import os
import threading
import zipfile
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from mmap import mmap
from pathlib import Path
from tempfile import TemporaryDirectory

from local.emulator.memory import give_back_memory, in_memory

FOLDER = "EXTRACTED_ZIPS"  # the variable that names the folder; emulators with the same folder share what is in it
_MOST = 64  # zips whose digests are known

_lock = threading.Lock()


def extract_once(archived: bytes | mmap) -> str:
    """Return the folder with the content of a zip, extracted at its first use; Python's byte code stays there too."""
    folder = Path(os.environ[FOLDER], _digest(archived))
    with _lock:
        if not folder.exists():
            _extract(in_memory(archived), folder)
            give_back_memory()  # what the upload and the zip took
    return str(folder)


@lru_cache(_MOST)  # by the hash of the bytes, which Python computes once an object: layers have 65 MB
def _digest(archived: bytes | mmap) -> str:
    return sha256(in_memory(archived)).hexdigest()


def _extract(archived: bytes, folder: Path) -> None:
    """Extract a zip to a folder that appears as a whole, even if another emulator extracts the same zip meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as place:
        with zipfile.ZipFile(BytesIO(archived)) as archive:
            archive.extractall(whole := Path(place, "whole"))
        try:
            whole.rename(folder)
        except OSError:
            if not folder.exists():
                raise
