"""The message for an error of AWS or of the connection to AWS: what was wrong, and the next command."""

from botocore import exceptions
from botocore.exceptions import ClientError

from asl.command import file_problem

PROFILE = "select a profile with `export AWS_PROFILE=NAME` (`aws configure list-profiles` lists them)"
EXPORT_CREDENTIALS = 'eval "$(aws configure export-credentials --format env)" && unset AWS_PROFILE'
NO_CREDENTIALS = f"there are no AWS credentials: {PROFILE}, or create one with `aws configure`"
NO_REGION = "no valid region is configured: export AWS_DEFAULT_REGION=eu-central-1, or another region"
NOT_SIGNED_IN = "the sign-in has expired or is missing ({0})"
NO_CRT = (
    "a profile of `aws login` needs a package that is not installed here. Export its credentials: "
    f"{EXPORT_CREDENTIALS}; or install the package: .venv/bin/python -m pip install 'botocore[crt]'"
)
NO_TERMINAL = (
    "the profile needs the code of an MFA device, and there is no terminal to ask on. Run the command in a terminal, or "
    f"export credentials from one: {EXPORT_CREDENTIALS}"
)
NOT_REACHED = "{0}: AWS was not reached; check the network, the proxy, AWS_ENDPOINT_URL and the region"
# The first class that matches counts; {0} is the error's own message.
BY_CLASS: dict[type[BaseException], str] = {
    exceptions.NoCredentialsError: NO_CREDENTIALS,
    exceptions.PartialCredentialsError: NO_CREDENTIALS,
    exceptions.ProfileNotFound: f"{{0}}: {PROFILE}",
    exceptions.NoRegionError: NO_REGION,
    exceptions.InvalidRegionError: NO_REGION,
    exceptions.SSOError: f"{NOT_SIGNED_IN}: aws sso login",
    exceptions.TokenRetrievalError: f"{NOT_SIGNED_IN}: aws sso login",
    exceptions.LoginError: f"{NOT_SIGNED_IN}: aws login",
    exceptions.MissingDependencyException: NO_CRT,
    EOFError: NO_TERMINAL,
    exceptions.ConnectionError: NOT_REACHED,
    exceptions.HTTPClientError: NOT_REACHED,
}
EXPIRED = (
    "the credentials have expired: sign in again, for example with `aws sso login` or `aws login`, or export new ones"
)
REJECTED = "AWS does not accept these credentials; `aws configure list` shows where they come from"
CLOCK = "check this machine's clock with `date -u`"
DENIED = f"these credentials do not have the permission: ask for it, or {PROFILE}"
BY_CODE = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired"), EXPIRED),
    **dict.fromkeys(("InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException"), REJECTED),
    "SignatureDoesNotMatch": f"{REJECTED}; {CLOCK}",
    "RequestTimeTooSkewed": CLOCK,
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"), DENIED),
    "NoSuchBucket": "create the bucket with: aws s3 mb s3://NAME",
}


def explain(error: BaseException) -> str:
    """Return the message of error, followed by what to do if that is known."""
    if isinstance(error, ClientError):
        advice = BY_CODE.get(error.response["Error"]["Code"], "")
        return f"{error}: {advice}" if advice else str(error)
    matching = (advice for kind, advice in BY_CLASS.items() if isinstance(error, kind))
    return next(matching, "{0}").format(file_problem(error).rstrip("."))
