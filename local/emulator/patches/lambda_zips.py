"""Workers share the unpacked zips of code and layers.

AWS: A function's code and layers are unpacked into its execution environment, read-only, before the function starts.
https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html

ministack: Each worker unpacks the code and 50 MB of layers for itself, and compiles what it imports.

Patched: A zip is unpacked once, and all workers read the same folder (local/emulator/zips.py).

Upstream: The same is reported of the Docker executor: https://github.com/ministackorg/ministack/issues/1600
"""

from local.emulator.patch import SourcePatch
from local.emulator.zips import extract_once

_LAYERS = SourcePatch(
    module="ministack.core.lambda_runtime",
    name="Worker._spawn",
    found="if layer_data:",
    # append returns None, which skips ministack's own unpacking.
    replacement="if layer_data and layers_dirs.append(extract_once(layer_data)):",
    helpers=(extract_once,),
)
_CODE = SourcePatch(
    module="ministack.core.lambda_runtime",
    name="Worker._spawn",
    found="""with zipfile.ZipFile(os.path.join(self._tmpdir, "code.zip")) as zf:
        zf.extractall(code_dir)""",
    replacement="code_dir = extract_once(self.code_zip)",
)
PATCHES = (_LAYERS, _CODE)
