"""What operators see of the functions: log, metrics and traces, all by Powertools."""

from __future__ import annotations

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


@cache
def logger() -> Logger:
    """Return the JSON logger; level and service name come from Powertools' own variables.

    Lambda gives every logger the level that is asked for; libraries stay above it, for AWS's would log credentials.
    """
    from aws_lambda_powertools import Logger

    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    made = Logger()
    if version := os.environ.get(VERSION):
        made.append_keys(version=version)
    return made


def set_log_keys(**keys: str) -> None:
    """Let every line of the log carry keys from now on, and none of those of before: a warm function remembers them."""
    logger().thread_safe_clear_keys()
    add_log_keys(**keys)


def add_log_keys(**keys: str) -> None:
    """Let every line of the log carry keys too from now on."""
    logger().thread_safe_append_keys(**keys)


@contextmanager
def log_errors() -> Iterator[None]:
    """Log an error on its way out of the function; Lambda, which it passes on to, logs it once more as text."""
    try:
        yield
    except Exception:
        logger().exception("the function failed")
        raise


def count(*metrics: str, step: str = "", at: int = 0, number: int = 1, **details: str) -> None:
    """Count so many of each of metrics, a step's if they are of a step, at that time if not now: milliseconds since 1970.

    The line says so in CloudWatch's embedded metric format, and carries the log's keys and details beside: they cost
    nothing there, where each value of a dimension would be a metric of its own.
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
    """Return the tracer; each call of AWS makes a subsegment, which names tables and keys but no content."""
    from aws_lambda_powertools import Tracer

    return Tracer(patch_modules=["botocore"])


@contextmanager
def trace(name: str, **annotations: str) -> Iterator[None]:
    """Make a subsegment of what is done inside, to be found by annotations; a rejection is no fault there."""
    if not _is_sampled():
        yield
        return
    recorder: Any = tracer().provider  # X-Ray's, which knows errors from faults; Powertools' type of it does not
    rejected = None
    with recorder.in_subsegment(f"## {name}") as subsegment:
        for key, value in annotations.items():
            subsegment.put_annotation(key, value)
        try:
            yield
        except ImageRejected as error:
            subsegment.add_error_flag()  # in X-Ray's words: the client's doing
            rejected = error
    if rejected:
        raise rejected


def _is_sampled() -> bool:
    """Tell whether X-Ray takes this invocation, as Lambda says: if not, the 16 ms of its SDK's import are saved."""
    return "AWS_XRAY_DAEMON_ADDRESS" in os.environ and "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")
