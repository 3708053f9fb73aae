"""The Data Science SDK's states, with the fields of the language that it does not know yet.

Importing the SDK lowers the root logger and warns about itself; here it is imported without either. AWS's own package of it
imports sagemaker, whose handlers write to standard output; here they find standard error, since the output is what is made.
The SDK imports boto3 and pkg_resources, which take a third of the time of `generate.py`, and uses neither for a definition:
here they are loaded at their first use (importlib's LazyLoader loads a module at its second import before Python 3.12).
"""

import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from enum import Enum
from importlib import import_module
from types import ModuleType
from typing import Any


class _Unloaded(ModuleType):
    """A module that is imported when its first attribute is read."""

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the module itself."""
        self.remove()
        return getattr(import_module(self.__name__), name)

    def remove(self) -> None:
        """Let the next import of its name find the module itself."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]


_root_level = logging.getLogger().level
_unloaded = [_Unloaded(name) for name in ("boto3", "pkg_resources") if name not in sys.modules]
sys.modules.update({each.__name__: each for each in _unloaded})
with warnings.catch_warnings(), redirect_stdout(sys.stderr):
    # A comparison with `is` in the SDK's source, and the age of the pkg_resources it imports.
    warnings.simplefilter("ignore")
    from stepfunctions.steps import (
        Catch,
        Chain,
        Choice,
        ChoiceRule,
        DynamoDBUpdateItemStep,
        Graph,
        Pass,
        SnsPublishStep,
        Succeed,
        integration_resources,
    )
    from stepfunctions.steps import Fail as SdkFail
    from stepfunctions.steps import LambdaStep as SdkLambdaStep
    from stepfunctions.steps import Map as SdkMap
    from stepfunctions.steps import Parallel as SdkParallel
    from stepfunctions.steps import Retry as SdkRetry
    from stepfunctions.steps.states import State
logging.getLogger().setLevel(_root_level)
for _each in _unloaded:
    _each.remove()

__all__ = [
    "Catch",
    "Chain",
    "Choice",
    "ChoiceRule",
    "DistributedMap",
    "DynamoDBUpdateItemStep",
    "Fail",
    "Graph",
    "LambdaStep",
    "Parallel",
    "Pass",
    "Retry",
    "SnsPublishStep",
    "State",
    "Succeed",
    "to_states_language",
]


class Field(Enum):
    """Fields of the Amazon States Language that the SDK refuses."""

    ResultSelector = "result_selector"
    MaxDelaySeconds = "max_delay_seconds"
    JitterStrategy = "jitter_strategy"
    ErrorPath = "error_path"
    CausePath = "cause_path"
    ItemReader = "item_reader"
    ItemSelector = "item_selector"
    ItemBatcher = "item_batcher"
    ResultWriter = "result_writer"
    MaxConcurrencyPath = "max_concurrency_path"
    ToleratedFailurePercentage = "tolerated_failure_percentage"
    ToleratedFailurePercentagePath = "tolerated_failure_percentage_path"


OF_DISTRIBUTED_MAP = (
    Field.ItemReader,
    Field.ItemSelector,
    Field.ItemBatcher,
    Field.ResultWriter,
    Field.MaxConcurrencyPath,
    Field.ToleratedFailurePercentage,
    Field.ToleratedFailurePercentagePath,
)


class Retry(SdkRetry):
    """A retrier with a longest delay and jitter."""

    def allowed_fields(self) -> list[Enum]:
        """Add MaxDelaySeconds and JitterStrategy to the SDK's fields."""
        return [*super().allowed_fields(), Field.MaxDelaySeconds, Field.JitterStrategy]


class LambdaStep(SdkLambdaStep):
    """A Lambda task that can select from its result."""

    def allowed_fields(self) -> list[Enum]:
        """Add ResultSelector to the SDK's fields."""
        return [*super().allowed_fields(), Field.ResultSelector]


class Parallel(SdkParallel):
    """A parallel state that can select from its branches' results."""

    def allowed_fields(self) -> list[Enum]:
        """Add ResultSelector to the SDK's fields."""
        return [*super().allowed_fields(), Field.ResultSelector]


class DistributedMap(SdkMap):
    """A Map that runs its iterator in EXPRESS executions of their own, for items that it reads from S3."""

    def allowed_fields(self) -> list[Enum]:
        """Add the fields of distributed Maps to the SDK's fields."""
        return [*super().allowed_fields(), *OF_DISTRIBUTED_MAP]

    def to_dict(self) -> dict[str, Any]:
        """Return the state; the field of the iterator has its present name, which the mode needs."""
        written: dict[str, Any] = super().to_dict()
        iterator = written.pop("Iterator")
        config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
        return {**written, "ItemProcessor": {"ProcessorConfig": config, **iterator}}


class Fail(SdkFail):
    """An end whose error and cause come from the data."""

    def allowed_fields(self) -> list[Enum]:
        """Add ErrorPath and CausePath to the SDK's fields."""
        return [*super().allowed_fields(), Field.ErrorPath, Field.CausePath]


@contextmanager
def _any_partition() -> Iterator[None]:
    """Make the SDK write `${Partition}` into resource ARNs, where it writes the partition of the builder's region."""
    original = integration_resources.get_aws_partition
    integration_resources.get_aws_partition = lambda: "${Partition}"
    try:
        yield
    finally:
        integration_resources.get_aws_partition = original


def to_states_language(build: Callable[[], Graph]) -> dict[str, Any]:
    """Return the graph that build makes in the Amazon States Language, for any partition."""
    with _any_partition():
        definition: dict[str, Any] = json.loads(build().to_json())
    return definition
