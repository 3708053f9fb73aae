"""A request with a pre-signed URL may have no Authorization header.

AWS: S3 answers a request that has both with 400 InvalidArgument, "Only one auth mechanism allowed", whatever is in the header. A client
that sends the token of the API with each request meets this.
(Answers of AWS are quoted in https://github.com/catalyst/moodle-tool_objectfs/issues/303 and, for an empty header, in
https://github.com/dlcs/protagonist/issues/1219)

ministack: The header is ignored.

Patched: The request is refused. AWS's answer repeats the header in ArgumentValue; here it does not, since it may be a token.
Which of two errors AWS reports of a request that is wrong in another way too was not seen; here it is this one.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.s3",
        name="_verify_presigned_sigv4",
        found="return None  # not a presigned URL",
        replacement="""return None  # not a presigned URL
    if "authorization" in map(str.lower, headers):
        text = (
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the "
            "Authorization header should be specified"
        )
        return _error("InvalidArgument", text, 400, path, {"ArgumentName": "Authorization"})""",
    ),
)
