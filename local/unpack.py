"""Layers unpacked once for all workers of an emulator, as Lambda mounts them, where ministack unpacks one for each."""

import tempfile
import threading
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

_lock = threading.Lock()


def unpacked(layer: bytes) -> str:
    """Return the folder that holds the content of the zip layer, unpacked at its first use."""
    folder = Path(tempfile.gettempdir(), "layers", sha256(layer).hexdigest())
    with _lock:
        if not folder.exists():
            with zipfile.ZipFile(BytesIO(layer)) as archive:
                archive.extractall(folder)
    return str(folder)
