"""`operations reprocess`: start images again that have not succeeded, rejected ones too."""

from argparse import Namespace

from lambdas.domain import object_keys
from lambdas.domain.record import read_record
from operations.attempts import start_next_attempt, uploads
from operations.commands.outcomes import find_writable_stack, print_outcomes
from operations.errors import OperationError
from operations.stack import Stack


def run(options: Namespace) -> int:
    """Start each image again that is named, or whose key begins with a prefix, unless it has succeeded."""
    stack = find_writable_stack(options)
    keys = dict.fromkeys(key for wanted in options.wanted for key in _keys(stack, wanted))
    attempts = (start_next_attempt(stack, key, rejected=True, dry_run=options.dry_run) for key in keys)
    return print_outcomes(options, attempts, len(keys))


def _keys(stack: Stack, wanted: str) -> list[str]:
    """Return the keys of the uploads with an image ID or a prefix; raises OperationError if there are none."""
    if wanted.startswith(object_keys.UPLOADS):
        keys = [image["key"] for image in uploads(stack, wanted)]
    elif found := read_record(stack.start_settings.metadata_table, wanted):
        keys = [found["key"]]
    else:
        keys = [image["key"] for image in uploads(stack, object_keys.UPLOADS) if image["imageId"] == wanted]
    if not keys:
        raise OperationError(
            f"{wanted} is neither the ID of an uploaded image nor a prefix of keys such as uploads/OWNER/"
        )
    return keys
