"""Console output: the table of outcomes, and instructions for a running stack."""

from pathlib import Path
from textwrap import dedent

from local.emulator.process import ACCESS_KEY, Emulator
from local.process import Outcome
from local.stack import LocalStack
from operations.cli.tables import print_table

COLUMNS = ["file", "status", "size", "format", "seconds", "results"]


def show_table(outcomes: list[Outcome]) -> None:
    """Print one row for each image."""
    print_table(COLUMNS, [_row(outcome) for outcome in outcomes])


def _row(outcome: Outcome) -> list[str]:
    status = outcome.status or "UNFINISHED"
    return [
        Path(outcome.file).name,
        f"{status} {outcome.reason}" if outcome.reason else status,
        _size(outcome),
        _validation(outcome).get("format", ""),
        f"{outcome.seconds:.1f}",
        str(outcome.folder or ""),
    ]


def _size(outcome: Outcome) -> str:
    found = _validation(outcome)
    return f"{found['width']}x{found['height']}" if found else ""


def _validation(outcome: Outcome) -> dict[str, str]:
    found: dict[str, str] = (outcome.record or {}).get("validation", {})
    return found


def instructions(stack: LocalStack) -> str:
    """Return the endpoint of a running stack, and commands for each step of an upload."""
    endpoint, outputs = stack.emulator.endpoint, stack.outputs
    return dedent(f"""\
        web page   {outputs.get("WebPageUrl", "none: the parameter WebPage is false")}
        endpoint   {endpoint}
        API        {stack.upload_url_endpoint}
        test user  {stack.user.email}
        password   {stack.user.password}

        # For the AWS CLI and SDKs:
        export AWS_ENDPOINT_URL={endpoint} AWS_DEFAULT_REGION={stack.emulator.region}
        export AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={stack.emulator.secret}{_trusted(stack.emulator)}

        # For the programs in examples/:
        export API_ENDPOINT={stack.api_url("")} UPLOAD_URL_ENDPOINT={stack.upload_url_endpoint}
        export USER_POOL_CLIENT_ID={outputs["UserPoolClientId"]}
        export EMAIL={stack.user.email} PASSWORD={stack.user.password}
        export NOTIFICATION_TOPIC_ARN={outputs["NotificationTopicArn"]}

        # 1. Sign in.
        TOKEN=$(curl -s {endpoint} -H 'Content-Type: application/x-amz-json-1.1' \\
          -H 'X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth' \\
          -d '{{"ClientId": "{outputs["UserPoolClientId"]}", "AuthFlow": "USER_PASSWORD_AUTH",
               "AuthParameters": {{"USERNAME": "{stack.user.email}", "PASSWORD": "{stack.user.password}"}}}}' \\
          | python3 -c 'import json, sys; print(json.load(sys.stdin)["AuthenticationResult"]["IdToken"])')

        # 2. Request an upload URL.
        FILE=photo.jpg
        curl -s -G {stack.upload_url_endpoint} -H "Authorization: $TOKEN" \\
          --data-urlencode "filename=$FILE" -d contentType=image/jpeg -d size=$(wc -c < "$FILE" | tr -d ' ') > grant.json

        # 3. Upload the image with PUT, with exactly the headers of the response: 200.
        python3 -c 'import json; grant = json.load(open("grant.json")); print("url =", json.dumps(grant["uploadUrl"]))
        for header in grant["headers"].items(): print("header =", json.dumps(": ".join(header)))' > put.curl
        curl -s -K put.curl -X PUT --data-binary "@$FILE" -w '%{{http_code}}\\n'

        # 4. Read its status, until that is final.
        IMAGE=$(python3 -c 'import json; print(json.load(open("grant.json"))["imageId"])')
        curl -s {stack.api_url("images")}/$IMAGE -H "Authorization: $TOKEN"

        # 5. List all images.
        curl -s {stack.api_url("images")} -H "Authorization: $TOKEN"

        # 6. Delete it for good: 204, or 202 while it is being processed.
        curl -s -X DELETE {stack.api_url("images")}/$IMAGE -H "Authorization: $TOKEN" -w '%{{http_code}}\\n'

        Ctrl-C stops the stack and deletes everything in it.
        """)


def _trusted(running: Emulator) -> str:
    """Return variables that let the AWS CLI, SDKs and curl trust the emulator's certificate; nothing without TLS."""
    return f" AWS_CA_BUNDLE={running.certificate} CURL_CA_BUNDLE={running.certificate}" if running.certificate else ""
