"""The errors of API Gateway's integration with a function; test_stack.py has the response after an error of the function."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from local.emulator.patches import apigateway_integration_errors as errors


def gateway_error(kind: str, message: str) -> Any:
    """Return an error as ministack makes it."""
    return SimpleNamespace(kind=kind, message=message)


@pytest.mark.parametrize(
    ("result", "kind", "status"),
    [
        ({"error": True, "body": {"errorType": "ValueError"}}, "DEFAULT_5XX", 502),
        ({"error": True, "body": {"statusCode": 200}}, "DEFAULT_5XX", 502),
        ({"error": True, "throttle": True}, "DEFAULT_5XX", None),  # the default of the type: 500
        (errors.TIMED_OUT, "INTEGRATION_TIMEOUT", None),  # 504
    ],
)
def test_error_has_a_gateway_response(result: dict[str, Any], kind: str, status: int | None) -> None:
    """Each error has the type of a gateway response, and a message without the function's error."""
    found = errors.integration_error(result, gateway_error)
    assert (found.kind, getattr(found, "status", None)) == (kind, status)
    assert found.message in {"Internal server error", "Endpoint request timed out"}


def test_success_has_none() -> None:
    """The result of a function that succeeds is no error."""
    assert errors.integration_error({"body": {"statusCode": 500}}, gateway_error) is None


def test_function_that_takes_too_long_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the timeout of the integration the client gets its error, and the invocation still ends."""
    monkeypatch.setattr(errors, "INTEGRATION_SECONDS", 0.01)
    ended: list[str] = []

    async def call() -> tuple[dict[str, Any], list[str]]:
        release = asyncio.Event()

        async def invocation() -> dict[str, Any]:
            await release.wait()
            ended.append("ended")
            return {}

        result, before = await errors.within_integration_timeout(invocation()), [*ended]
        release.set()
        await asyncio.gather(*errors._invocations)  # noqa: SLF001 - to see the end
        return result, before

    assert asyncio.run(call()) == (errors.TIMED_OUT, [])
    assert ended == ["ended"]
    quick = asyncio.run(errors.within_integration_timeout(asyncio.sleep(0, {"body": 1})))
    assert quick == {"body": 1}
