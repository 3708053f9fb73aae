"""Task states: the input of the service or function that a task calls, and its response."""

import re
from collections.abc import Iterator
from dataclasses import replace

from asl.check.integrations import SERVICES, UNSTATED_ITEM, lambda_invoke
from asl.check.mapping import Edges
from asl.check.proof_result import Exit
from asl.check.service_calls import ServiceCall, service_call, unsupported
from asl.check.shapes import Anything, Number, Object, Shape, Text, Unknown, exact_object, members, union
from asl.check.templates import Problem, expressions
from asl.check.visit import Visit
from asl.language import CALLBACK, FUNCTION_INVOKE, target

SECONDS = Number(integer=True, low=1, high=99_999_999)
TOKEN = "$$.Task.Token"  # noqa: S105 - a path
CONTEXT = re.compile(r"\$\$(?:\.Task|\['Task'\]|[^.\[\w]|$)")  # the token, or all of the context object
CREDENTIALS = exact_object(RoleArn=Text(1, 2048))
# Patterns of calls whose response is modelled; after `.sync` the response is that of the finished job.
KNOWN_PATTERNS = ("", CALLBACK)


def task_exits(visit: Visit) -> Iterator[Exit]:
    """Yield the exits of a Task."""
    for name in ("TimeoutSecondsPath", "HeartbeatSecondsPath"):
        visit.check_path(name, SECONDS)
    if "Credentials" in visit.state:
        visit.check(visit.templated(visit.arrival.shape, "Credentials"), CREDENTIALS, "Credentials")
    called = target(visit.state)
    visit.takes_text = called.integration in SERVICES or service_call(called) is not None
    yield from visit.leave(response(visit, visit.effective()))
    yield from visit.catches(visit.proof.mapping.raised(visit.name))


def _check_token(visit: Visit) -> None:
    """Report a task that waits for its token to come back, but does not send it."""
    sent = [visit.state.get("InputPath"), *expressions(visit.state.get("Parameters"))]
    is_sent = any(CONTEXT.search(str(one)) for one in sent) or "$states.context" in str(visit.state.get("Arguments"))
    if target(visit.state).pattern == CALLBACK and not is_sent:
        field = next((name for name in ("Parameters", "Arguments") if name in visit.state), "Resource")
        visit.report(
            [Problem(field, "a task that waits for its token, and does not send it", f"`{TOKEN}` in Parameters")]
        )


def response(visit: Visit, parameters: Shape, field: str = "Parameters") -> Shape:
    """Return the response to the task, and report parameters, made by field, that are not what the call takes."""
    _check_token(visit)
    edges = visit.proof.mapping.edges(visit.name)
    gives = edges.gives.shape if edges.gives else Unknown()
    called = target(visit.state)
    modelled = called.pattern in KNOWN_PATTERNS
    invoked = called.integration == FUNCTION_INVOKE and modelled
    known = lambda_invoke(gives) if invoked else SERVICES.get(called.integration) if modelled else None
    visit.report(list(unsupported(called)))
    if known is None and (call := service_call(called)) is not None:
        return _response_of_service(visit, call, parameters, field)
    own = invoked or known is None  # contracts have to say what it takes and gives
    if visit.proof.mapping.is_given:
        visit.report(_missing_contracts(edges, takes=own, gives=own or bool(called.pattern)))
    if known is not None:
        visit.check(parameters, known.takes(called.parameters), field)
    if invoked:
        visit.check_contract(_property(parameters, "Payload"), edges.takes, field, "Payload")
    else:
        visit.check_contract(parameters, edges.takes, field)
    visit.check_contract(_property(parameters, "Message"), edges.says, field, "Message")
    answered = known is None or called.pattern or (edges.gives and not invoked)  # a contract states the response
    if known is None or answered:
        return gives
    answer = known.answers(called.parameters)
    if isinstance(answer, Object) and any(one.shape == UNSTATED_ITEM for _, one in answer.fields):
        _warn_of_size(visit)
    return answer if visit.proof.mapping.is_given else _without_contracts(answer)


def _response_of_service(visit: Visit, call: ServiceCall, parameters: Shape, field: str) -> Shape:
    """Return the response of a service whose model is known; a `gives` contract overrides it."""
    edges = visit.proof.mapping.edges(visit.name)
    waits = call.target.pattern == CALLBACK  # a client sends the result
    if waits and visit.proof.mapping.is_given:
        visit.report(_missing_contracts(edges, takes=False, gives=True))
    visit.report_mismatches(call.problems(parameters), field)
    visit.check_contract(parameters, edges.takes, field)
    if edges.gives or waits:
        return edges.gives.shape if edges.gives else Unknown()
    if call.is_large:
        _warn_of_size(visit)
    return call.answer()


def _warn_of_size(visit: Visit) -> None:
    if visit.proof.checks_sizes:
        visit.warn("result", "a response of any size", "a `gives` contract, which bounds it")


def _without_contracts(answer: Shape) -> Shape:
    """Return answer, with nothing known of what only a contract can state, such as the attributes of an item."""
    if not isinstance(answer, Object):
        return answer
    fields = (
        (name, replace(one, shape=Unknown()) if isinstance(one.shape, Anything) else one) for name, one in answer.fields
    )
    return replace(answer, fields=tuple(fields))


def _missing_contracts(edges: Edges, *, takes: bool, gives: bool) -> list[Problem]:
    """Return a problem if the mapping lacks a contract without which nothing is known of an edge."""
    silent = (takes and edges.takes is None, "takes"), (gives and edges.gives is None, "gives")
    wanted = " and ".join(f"`{kind}`" for missing, kind in silent if missing)
    return (
        [Problem("Resource", "a task without contracts", f"{wanted} in the mapping", decided=False)] if wanted else []
    )


def _property(shape: Shape, name: str) -> Shape:
    """Return the property of shape called name, or an empty object without one."""
    found = [field.shape for one in members(shape) if isinstance(one, Object) and (field := one.get(name)) is not None]
    found += [one for one in members(shape) if isinstance(one, Unknown)]
    return union(*found) if found else exact_object()
