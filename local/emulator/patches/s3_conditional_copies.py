"""A copy with If-None-Match replaces no object.

AWS: CopyObject takes If-None-Match for its target, as PutObject does, and answers 412.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html

ministack: It checks the conditions on the source only.

Patched: The condition on the target is checked, too.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.s3",
        name="_copy_object",
        found="""    lock_err = _object_lock_header_error(bucket_name, headers)
""",
        replacement="""    if headers.get("if-none-match", "").strip() == "*" and dest_key in dest_bucket["objects"]:
        return _error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
    lock_err = _object_lock_header_error(bucket_name, headers)
""",
    ),
)
