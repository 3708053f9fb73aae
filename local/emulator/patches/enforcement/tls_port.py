"""An emulator that speaks TLS leaves port 443 of this machine alone.

AWS: Endpoints of AWS have port 443; an emulator has a port of its own, given in GATEWAY_PORT.

ministack: With USE_SSL=1 it serves 443 too, if that is free, because a Cognito token names an issuer without a port.

Patched: It serves its own port only.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.app",
        name="main",
        found="and _port_is_bindable(bind_host, 443)",
        replacement="and False",
    ),
)
