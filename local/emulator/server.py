"""The emulator's own process: ministack with the patches of local/emulator/patches."""

import importlib
import os

from local.emulator import patches
from local.emulator.patch import apply_patches
from local.emulator.patches import enforcement


def main() -> None:
    """Patch ministack and serve until the process is terminated."""
    # Lambda workers inherit this environment and must not import from the checkout.
    os.environ.pop("PYTHONPATH", None)
    apply_patches(patches)
    if os.environ.get("AUTH"):
        apply_patches(enforcement)
    # Not imported above: ministack reads the environment and sets up logging when it is.
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
