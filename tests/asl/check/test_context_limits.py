"""The names in `$$` are as long as Step Functions makes them."""

import botocore.session
import pytest

from asl.check.context import context_object
from asl.check.shapes import Anything, Object, Shape, Text


def inside(shape: Shape, *path: str) -> Text:
    """Return the text at a path in a shape."""
    for name in path:
        assert isinstance(shape, Object)
        shape = dict(shape.fields)[name].shape
    assert isinstance(shape, Text)
    return shape


@pytest.mark.parametrize(
    ("path", "name"), [("Execution", "Name"), ("State", "StateName"), ("StateMachine", "Name")], ids=str
)
def test_names_are_as_long_as_in_step_functions(path: str, name: str) -> None:
    """The longest name of an execution, a state and a state machine is the one that the service's model states."""
    model = botocore.session.get_session().get_service_model("stepfunctions")
    found = inside(context_object(Anything(), "State"), path, "Name")
    assert (found.low, found.high) == (model.shape_for(name).metadata["min"], model.shape_for(name).metadata["max"])
