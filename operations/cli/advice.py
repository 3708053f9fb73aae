"""What a person reads of an error that AWS, or the way to it, answered: a sentence that names the next command."""

from botocore import exceptions
from botocore.exceptions import ClientError

PROFILE = "export AWS_PROFILE=NAME with one that `aws configure list-profiles` names"
HANDED_OVER = 'eval "$(aws configure export-credentials --format env)" && unset AWS_PROFILE'
NO_CREDENTIALS = f"there are no credentials for AWS: {PROFILE}, or make one with `aws configure`"
NO_REGION = "no region, or none that there is, is set: export AWS_DEFAULT_REGION=eu-central-1, or another"
NO_SIGN_IN = "the sign-in has expired or never was ({0})"
NO_CRT = (
    "a profile of `aws login` needs more than is installed here. Hand over its credentials: "
    f"{HANDED_OVER}; or: .venv/bin/python -m pip install 'botocore[crt]'"
)
NO_TERMINAL = (
    "the profile wants the code of an MFA device, and there is no terminal to ask on. Run this in a terminal, or hand over "
    f"credentials from one: {HANDED_OVER}"
)
NO_WAY = "{0}: AWS is not reached; see the network, the proxy, AWS_ENDPOINT_URL and the region"
# The first class that fits counts; {0} is the error's own sentence.
ADVICE: dict[type[BaseException], str] = {
    exceptions.NoCredentialsError: NO_CREDENTIALS,
    exceptions.PartialCredentialsError: NO_CREDENTIALS,
    exceptions.ProfileNotFound: f"{{0}}: {PROFILE}",
    exceptions.NoRegionError: NO_REGION,
    exceptions.InvalidRegionError: NO_REGION,
    exceptions.SSOError: f"{NO_SIGN_IN}: aws sso login",
    exceptions.TokenRetrievalError: f"{NO_SIGN_IN}: aws sso login",
    exceptions.LoginError: f"{NO_SIGN_IN}: aws login",
    exceptions.MissingDependencyException: NO_CRT,
    EOFError: NO_TERMINAL,
    exceptions.ConnectionError: NO_WAY,
    exceptions.HTTPClientError: NO_WAY,
}
STALE = "the credentials have expired: sign in again, as with `aws sso login` or `aws login`, or export fresh ones"
UNKNOWN = "AWS does not take these credentials; `aws configure list` says where they come from"
FORBIDDEN = f"for that these credentials lack the permission: ask for it, or {PROFILE}"
BY_CODE = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired"), STALE),
    **dict.fromkeys(("InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException"), UNKNOWN),
    "SignatureDoesNotMatch": f"{UNKNOWN}, and `date -u` whether this machine's clock is right",
    "RequestTimeTooSkewed": "this machine's clock is wrong: `date -u` says what it has",
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"), FORBIDDEN),
    "NoSuchBucket": "make the bucket with: aws s3 mb s3://NAME",
}


def explain(error: BaseException) -> str:
    """Return what error says, with what to do where that is known."""
    if isinstance(error, ClientError):
        advice = BY_CODE.get(error.response["Error"]["Code"], "")
        return f"{error}: {advice}" if advice else str(error)
    known = (advice for kind, advice in ADVICE.items() if isinstance(error, kind))
    return next(known, "{0}").format(str(error).rstrip("."))
