"""Task states: what the service or function behind one takes, and what it answers."""

from collections.abc import Iterator

from asl.check.integrations import SERVICES, lambda_invoke
from asl.check.mapping import Edges
from asl.check.proof import Exit
from asl.check.shapes import Number, Object, Shape, Unknown, exact_object, members, union
from asl.check.templates import Problem
from asl.check.visit import Visit
from asl.language import CALLBACK, FUNCTION_INVOKE, target

SECONDS = Number(integer=True, low=1, high=99_999_999)
KNOWN_PATTERNS = ("", CALLBACK)  # of an integration; the answer of any other is the service's own


def task_exits(visit: Visit) -> Iterator[Exit]:
    """Yield the ways on from a Task."""
    for name in ("TimeoutSecondsPath", "HeartbeatSecondsPath"):
        if name in visit.state:
            visit.check(visit.evaluated(visit.arrival.shape, visit.state[name], name), SECONDS, name)
    yield from visit.leave(_answer(visit, visit.effective()))
    yield from visit.catches(visit.proof.mapping.raised(visit.name))


def _answer(visit: Visit, parameters: Shape) -> Shape:
    """Return what the task answers, after checking that it gets what it takes."""
    edges = visit.proof.mapping.edges(visit.name)
    gives = edges.gives.shape if edges.gives else Unknown()
    called = target(visit.state)
    modelled = called.pattern in KNOWN_PATTERNS
    invoked = called.integration == FUNCTION_INVOKE and modelled
    known = lambda_invoke(gives) if invoked else SERVICES.get(called.integration) if modelled else None
    own = invoked or known is None  # what it takes and gives is no service's
    visit.report(_missing_contracts(edges, takes=own, gives=own or bool(called.pattern)))
    if known is not None:
        visit.check(parameters, known.takes(called.parameters), "Parameters")
    if invoked:
        visit.check_contract(_property(parameters, "Payload"), edges.takes, "Parameters", "Payload")
    else:
        visit.check_contract(parameters, edges.takes, "Parameters")
    visit.check_contract(_property(parameters, "Message"), edges.says, "Parameters", "Message")
    answered = known is None or called.pattern or (edges.gives and not invoked)  # by a contract
    return gives if known is None or answered else known.answers(called.parameters)


def _missing_contracts(edges: Edges, *, takes: bool, gives: bool) -> list[Problem]:
    """Return the problem that the mapping says nothing on an edge of which nothing else is known either."""
    silent = (takes and edges.takes is None, "takes"), (gives and edges.gives is None, "gives")
    wanted = " and ".join(f"`{kind}`" for missing, kind in silent if missing)
    return (
        [Problem("Resource", "a task without contracts", f"{wanted} in the mapping", decided=False)] if wanted else []
    )


def _property(shape: Shape, name: str) -> Shape:
    """Return what shape holds under name: an empty object if nothing."""
    found = [field.shape for one in members(shape) if isinstance(one, Object) and (field := one.get(name)) is not None]
    found += [one for one in members(shape) if isinstance(one, Unknown)]
    return union(*found) if found else exact_object()
