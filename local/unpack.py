"""Zips unpacked once for all workers of an emulator, as Lambda mounts them, where ministack unpacks one for each."""

import tempfile
import threading
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

_lock = threading.Lock()


def unpacked(archived: bytes) -> str:
    """Return the folder that holds the content of a zip, unpacked at its first use; what it imports is compiled once."""
    folder = Path(tempfile.gettempdir(), "unpacked", sha256(archived).hexdigest())
    with _lock:
        if not folder.exists():
            with zipfile.ZipFile(BytesIO(archived)) as archive:
                archive.extractall(folder)
    return str(folder)
