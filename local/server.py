"""The emulator's own process: ministack, its lines replaced where they depart from AWS on our path."""

import importlib
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from textwrap import dedent
from types import FunctionType, ModuleType

PINNED = "1.5.33"


class UnexpectedSourceError(RuntimeError):
    """A text to be replaced does not occur exactly once where it stands in the pinned ministack."""

    def __init__(self, where: str) -> None:
        """Say where, and what to do about it."""
        super().__init__(
            f"{where} does not read as in ministack {PINNED}: install ministack=={PINNED}, "
            "or review the repairs in local/server.py",
        )


@dataclass(frozen=True)
class Repair:
    """Names a function, method or string of ministack, the text found in it, and what AWS's behaviour asks for."""

    module: str
    name: str
    found: str
    instead: str

    def apply(self) -> None:
        """Put the rewritten function or string where ministack looks it up; raises UnexpectedSourceError."""
        module = importlib.import_module(self.module)
        *owners, name = self.name.split(".")
        owner = reduce(getattr, owners, module)
        value: object = getattr(owner, name, None)
        text = self._rewrite(_source(value))
        setattr(owner, name, text if isinstance(value, str) else _function(module, name, text))

    def _rewrite(self, source: str) -> str:
        if source.count(self.found) != 1:
            where = f"{self.module}.{self.name}"
            raise UnexpectedSourceError(where)
        return source.replace(self.found, self.instead)


# To an exception Lambda answers with its class, message and stack, and keeps the environment. Ministack calls
# each one Runtime.HandlerError, so that no Catch on an error name ever matches, and ends the worker.
_RAISED = Repair(
    module="ministack.core.lambda_runtime",
    name="_PYTHON_WORKER_SCRIPT",
    found='"status": "error", "error": str(e), "trace": traceback.format_exc()',
    instead="""
                "status": "ok",
                "trace": traceback.format_exc(),
                "raised": {
                    "errorMessage": str(e),
                    "errorType": type(e).__name__,
                    "requestId": context.aws_request_id,
                    "stackTrace": traceback.format_tb(e.__traceback__)[1:],
                },
            """,
)
_ANSWERED = Repair(
    module="ministack.services.lambda_svc",
    name="_execute_function_warm",
    found='if result.get("status") == "ok":',
    instead="""if raised := result.get("raised"):
            return {"body": raised, "error": True, "log": result["log"] + result["trace"]}
        elif result.get("status") == "ok":""",
)
# Step Functions passes message attributes as one object; ministack reads the API's query form only.
_ATTRIBUTES = Repair(
    module="ministack.services.sns",
    name="_parse_message_attributes",
    found="attrs = {}",
    instead='attrs = dict(params.get("MessageAttributes") or {})',
)
# An event from a versioned bucket says which version it is about.
_VERSION = Repair(
    module="ministack.services.s3",
    name="_fire_s3_event",
    found='"sequencer": sequencer or "0"}',
    instead='"sequencer": sequencer or "0", **({"version-id": version_id} if version_id else {})}',
)
# A number that comes from a template's parameter is text.
_CONCURRENCY = Repair(
    module="ministack.services.lambda_svc",
    name="_sqs_esm_concurrency",
    found='.get("MaximumConcurrency") or _ESM_SQS_DEFAULT_CONCURRENCY',
    instead='.get("MaximumConcurrency") or _ESM_SQS_DEFAULT_CONCURRENCY\n    limit = int(limit)',
)
# Each worker would unpack 50 MB of layers for itself; see local/unpack.py. What append returns skips that.
_UNPACKED = Repair(
    module="ministack.core.lambda_runtime",
    name="Worker._spawn",
    found="if layer_data:",
    instead='if layer_data and layers_dirs.append(__import__("local.unpack").unpack.unpacked(layer_data)):',
)
REPAIRS = (_RAISED, _ANSWERED, _ATTRIBUTES, _VERSION, _CONCURRENCY, _UNPACKED)


def main() -> None:
    """Repair ministack and serve until told to stop."""
    # Lambda workers inherit this environment and must not import from the checkout.
    os.environ.pop("PYTHONPATH", None)
    for repair in REPAIRS:
        repair.apply()
    # Not imported above: ministack reads the environment and sets up logging when it is.
    importlib.import_module("ministack.app").main()


def _source(value: object) -> str:
    """Give the text of a string or of a function, and none of anything else."""
    if isinstance(value, FunctionType):
        return dedent(inspect.getsource(value))
    return value if isinstance(value, str) else ""


def _function(module: ModuleType, name: str, source: str) -> Callable[..., object]:
    """Give the function that `source` defines among the names of `module`."""
    names: dict[str, Callable[..., object]] = {}
    exec(compile(source, module.__name__, "exec"), vars(module), names)  # noqa: S102 - ministack's and ours
    return names[name]


if __name__ == "__main__":
    main()
