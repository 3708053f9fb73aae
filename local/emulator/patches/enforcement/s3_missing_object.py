"""A caller who may not list a bucket learns nothing about missing objects.

AWS: GetObject of a missing object is 404 NoSuchKey for callers with s3:ListBucket, and 403 AccessDenied for others.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html

ministack: It is NoSuchKey for everybody.

Patched: It is AccessDenied for a role without s3:ListBucket.

Upstream: No report found.
"""

from local.emulator.iam import caller_arn, role_may
from local.emulator.patch import SourcePatch


def may_list(path: str) -> bool:
    """Return whether the caller of the request may list the bucket that path begins with."""
    bucket = path.split("/")[1]
    role, _, _ = caller_arn().rpartition("/")
    return ":assumed-role/" not in role or role_may(role, "s3:ListBucket", f"arn:aws:s3:::{bucket}")


PATCHES = (
    SourcePatch(
        module="ministack.services.s3",
        name="_error",
        found='root = Element("Error")',
        replacement="""if code == "NoSuchKey" and not may_list(resource):
        code, message, status = "AccessDenied", "Access Denied", 403
    root = Element("Error")""",
        helpers=(may_list,),
    ),
    # A signed GET has an error of its own: let it have the one above.
    SourcePatch(
        module="ministack.services.s3",
        name="_get_object",
        found='if (not query_params.keys() - {"x-id"}',
        replacement='if (may_list(f"/{bucket_name}/{key}") and not query_params.keys() - {"x-id"}',
    ),
)
