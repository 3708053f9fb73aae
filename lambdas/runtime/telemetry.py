"""Log, metrics and traces of the functions, all written by Powertools."""

from __future__ import annotations

import json
import logging
import os
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from lambdas.runtime.metrics import NAMESPACE, STEP
from lambdas.runtime.settings import VERSION
from workflow.contracts.errors import ImageRejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools import Logger, Tracer

LIBRARIES = ("aws_xray_sdk", "boto3", "botocore", "PIL", "s3transfer", "urllib3")


def _one_line(line: dict[str, Any]) -> str:
    """Return a log line as JSON in ASCII: names, keys and causes in it are anybody's, and JSON escapes no DELETE."""
    return json.dumps(line, default=str, separators=(",", ":")).replace("\x7f", r"\u007f")


@cache
def logger() -> Logger:
    """Return the JSON logger; level and service name come from Powertools' own variables.

    Lambda gives every logger the level that is configured. Libraries stay at WARNING, because AWS's would log credentials.
    """
    from aws_lambda_powertools import Logger

    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    made = Logger(json_serializer=_one_line)
    if version := os.environ.get(VERSION):
        made.append_keys(version=version)
    return made


def set_log_keys(**keys: str) -> None:
    """Add keys to every log line from now on, and drop the keys of the previous invocation."""
    logger().thread_safe_clear_keys()
    add_log_keys(**keys)


def add_log_keys(**keys: str) -> None:
    """Add further keys to every log line from now on."""
    logger().thread_safe_append_keys(**keys)


@contextmanager
def log_errors() -> Iterator[None]:
    """Log an error that leaves the function. It passes on to Lambda, which logs it again as text."""
    try:
        yield
    except Exception:
        logger().exception("the function failed")
        raise


def count(*metrics: str, step: str = "", at: int = 0, number: int = 1, **details: str) -> None:
    """Add number to each of metrics, for a step if there is one, at a time other than now if there is one.

    at is in milliseconds since 1970. The line is in CloudWatch's embedded metric format. It carries the log's keys and
    details beside the metrics: that costs nothing, whereas each value of a dimension is a metric of its own.
    """
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

    line = EphemeralMetrics(namespace=NAMESPACE)
    for metric in metrics:
        line.add_metric(metric, MetricUnit.Count, number)
    if step:
        line.add_dimension(STEP, step)
    for name, value in {**logger().thread_safe_get_current_keys(), **details}.items():
        line.add_metadata(name, value)
    if at:
        line.set_timestamp(at)
    line.flush_metrics()


@cache
def tracer() -> Tracer:
    """Return the tracer. Each call of AWS makes a subsegment, which names tables and keys but holds no content."""
    from aws_lambda_powertools import Tracer

    return Tracer(patch_modules=["botocore"])


@contextmanager
def trace(name: str, **annotations: str) -> Iterator[None]:
    """Record what is done inside as a subsegment with annotations to search for; a rejection is no fault in it."""
    if not _is_sampled():
        yield
        return
    recorder: Any = (
        tracer().provider
    )  # X-Ray's, which distinguishes errors from faults; Powertools' type for it does not
    rejected = None
    with recorder.in_subsegment(f"## {name}") as subsegment:
        for key, value in annotations.items():
            subsegment.put_annotation(key, value)
        try:
            yield
        except ImageRejected as error:
            subsegment.add_error_flag()  # in X-Ray's terms, the client caused it
            rejected = error
    if rejected:
        raise rejected


def _is_sampled() -> bool:
    """Return whether X-Ray samples this invocation, as Lambda states; if not, the import of its SDK (16 ms) is saved."""
    return "AWS_XRAY_DAEMON_ADDRESS" in os.environ and "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")
