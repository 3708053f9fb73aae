"""The notifications of the stack on this machine, when the emulator ends."""

import socket
import threading
from types import SimpleNamespace

import pytest
from botocore.exceptions import BotoCoreError

from local.emulator.process import Emulator
from local.notifications import Notifications
from tests.patience import PATIENCE


def test_nothing_is_received_again_after_the_end() -> None:
    """A poll that loses its emulator after stop ends with an error, and no other poll follows.

    The thread of the poll would go on otherwise, beside whatever its process does next.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        stack = SimpleNamespace(emulator=Emulator(endpoint), notifications_url=endpoint)
        notifications = Notifications(stack)  # type: ignore[arg-type] # it has what is used of a stack
        errors: list[BotoCoreError] = []

        def receive() -> None:
            with pytest.raises(BotoCoreError) as found:
                notifications.receive()
            errors.append(found.value)

        thread = threading.Thread(target=receive)
        thread.start()
        server.settimeout(PATIENCE)
        poll, _ = server.accept()
        notifications.stop()
        poll.close()
        thread.join(PATIENCE)
        assert len(errors) == 1
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
