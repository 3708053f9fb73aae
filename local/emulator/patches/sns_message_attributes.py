"""Message attributes that Step Functions publishes reach the subscribers.

AWS: The task `sns:publish` takes MessageAttributes as one object and sends them with the message.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html

ministack: SNS reads attributes in the query form of its API only, and drops those of the object.

Patched: The object is the attributes to begin with.

Upstream: No report found. A Message that is an object was accepted in
https://github.com/ministackorg/ministack/pull/960
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.sns",
        name="_parse_message_attributes",
        found="attrs = {}",
        replacement='attrs = dict(params.get("MessageAttributes") or {})',
    ),
)
