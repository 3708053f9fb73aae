"""Calls between AWS's services count as made over TLS.

AWS: Services call each other over TLS, so that policies with aws:SecureTransport let them pass.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

ministack: What is not in a request, such as the delivery of an event, counts as plain HTTP.

Patched: It counts as TLS.

Upstream: No report found.
"""

from contextvars import ContextVar

from local.emulator.patch import ValuePatch

_LOOPBACK = "127.0.0.1"

PATCHES = (
    ValuePatch(
        module="ministack.core.iam_evaluator",
        name="_request_origin",
        is_expected=lambda origin: origin.get() == (_LOOPBACK, False),
        replacement=ContextVar("origin", default=(_LOOPBACK, True)),
    ),
)
