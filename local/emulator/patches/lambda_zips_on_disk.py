"""Zips of layers are in files.

AWS: S3 and Lambda store objects and layers; nothing of a client's machine holds them.
https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html

ministack: Layers, and the objects of S3 that were uploaded in parts, are in the memory of the emulator: 65 MB for good.

Patched: Both are in files (local/emulator/memory.py), which are read when they are asked for.

Upstream: No report found.
"""

from local.emulator.memory import in_memory, mapped
from local.emulator.patch import SourcePatch

_UPLOADED = SourcePatch(
    module="ministack.services.s3",
    name="_complete_multipart_upload",
    found='"body": combined,',
    replacement='"body": mapped(combined),',
    helpers=(mapped,),
)
_READ = SourcePatch(
    module="ministack.services.s3",
    name="_read_body",
    found="return body",
    replacement="return in_memory(body)",
    helpers=(in_memory,),
)
_LAYER = SourcePatch(
    module="ministack.services.cloudformation.provisioners",
    name="_lambda_layer_create",
    found='"_zip_data": zip_data,',
    replacement='"_zip_data": mapped(zip_data),',
    helpers=(mapped,),
)
_SERVED = SourcePatch(
    module="ministack.services.lambda_svc",
    name="serve_layer_content",
    found='"application/zip"}, zip_data',
    replacement='"application/zip"}, in_memory(zip_data)',
    helpers=(in_memory,),
)
PATCHES = (_UPLOADED, _READ, _LAYER, _SERVED)
