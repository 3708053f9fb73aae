"""A policy may ask for PUTs that replace nothing.

AWS: `s3:if-none-match` is the header of a PUT in conditions of policies.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html

ministack: Conditions do not see the header.

Patched: They do.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.core.iam_actions",
        name="_s3_object_context",
        found="""        if sse:
""",
        replacement="""        if headers.get("if-none-match"):
            context["s3:if-none-match"] = headers["if-none-match"]
        if sse:
""",
    ),
)
