"""What the numbers were measured on."""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OURS = ("Pillow", "cykooz-resizer", "isal", "pillow-heif", "zlib-ng")
THEIRS = {"node": "Node.js", "sharp": "sharp", "vips": "libvips"}


def described(sharp: dict[str, str]) -> dict[str, str]:
    """Return the machine's hardware and system and the versions that ran; sharp reports its own versions."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{_system()}, {platform.machine()}",
        "Python": platform.python_version(),
        **{name: found for name in OURS if (found := _version(name))},
        **{name: sharp[key] for key, name in THEIRS.items()},
    }


def _processor() -> str:
    """Return the processor's model, from /proc/cpuinfo if it is there."""
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
