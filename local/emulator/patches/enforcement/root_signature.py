"""The root's requests need a valid signature.

AWS: Every request with an access key is verified by its signature.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

ministack: Requests with the root's access key are accepted with any signature.

Patched: Only requests without an access key, such as sign-ins, are accepted without a signature.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.core.iam_evaluator",
        name="_is_root_key",
        found="return is_root_access_key(access_key_id)",
        replacement="return not access_key_id",
    ),
)
