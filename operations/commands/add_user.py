"""`operations add-user`: add a user who may upload, with a password or by an invitation."""

from argparse import Namespace

import boto3

from operations.cli.tables import print_object, print_sentence, print_table
from operations.stack import Stack, find_stack
from operations.users import Users, generate_password, read_password


def run(options: Namespace) -> int:
    """Add the user, and print what the person needs to sign in."""
    stack = find_stack(options.stack)
    generated = generate_password() if options.generate else ""
    password = read_password() if options.password else generated
    users = Users(boto3.client("cognito-idp"), stack.outputs["UserPoolId"], stack.outputs["UserPoolClientId"])
    users.add(options.email, password)
    needed = _needed(stack, options.email, generated)
    if options.json:
        print_object({"invited": not password, **needed})
    else:
        print_table(["what", "value"], [list(fact) for fact in needed.items()])
        _print_next_step(options.email, invited=not password, generated=bool(generated))
    return 0


def _needed(stack: Stack, email: str, generated: str) -> dict[str, str]:
    """Return the data with which the person signs in; the password only if it was generated."""
    password = {"password": generated} if generated else {}
    return {
        "email": email,
        **password,
        "UserPoolClientId": stack.outputs["UserPoolClientId"],
        "UploadUrlEndpoint": stack.upload_url_endpoint,
    }


def _print_next_step(email: str, *, invited: bool, generated: bool) -> None:
    if invited:
        print_sentence(
            f"Cognito sends a temporary password to {email}. At the first sign-in the user chooses another one."
        )
    else:
        print_sentence(f"{email} can sign in now." + (" The password is not shown again." if generated else ""))
    print_sentence(f'How to sign in: docs/api.md, "{"The first sign-in" if invited else "Sign in"}".')
