"""A queue's MaximumConcurrency may come from a template's parameter.

AWS: A Number parameter becomes a string where the template refers to it; MaximumConcurrency takes that.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html

ministack: The poller compares the string with a number, fails, and never reads the queue.

Patched: The value is converted to a number.

Upstream: No report found. The property was added in https://github.com/ministackorg/ministack/pull/1029
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.lambda_svc",
        name="_sqs_esm_concurrency",
        found='.get("MaximumConcurrency") or _ESM_SQS_DEFAULT_CONCURRENCY',
        replacement='.get("MaximumConcurrency") or _ESM_SQS_DEFAULT_CONCURRENCY\n    limit = int(limit)',
    ),
)
