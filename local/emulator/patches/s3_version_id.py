"""An event about an object in a versioned bucket names the version.

AWS: `detail.object` of an EventBridge event has `version-id` if the bucket is versioned.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html

ministack: The event has key, size, etag and sequencer only.

Patched: The version is added where there is one.

Upstream: No report found. Other fields of the event were corrected in
https://github.com/ministackorg/ministack/pull/1006
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.s3",
        name="_fire_s3_event",
        found='"sequencer": sequencer or "0"}',
        replacement='"sequencer": sequencer or "0", **({"version-id": version_id} if version_id else {})}',
    ),
)
