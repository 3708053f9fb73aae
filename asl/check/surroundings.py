"""What a state can read besides its payload: the input of its execution, the item of the Map around it, and variables."""

from dataclasses import dataclass, replace

from asl.check.context import context_object
from asl.check.joins import joined
from asl.check.paths import select
from asl.check.shapes import Field, Object, Shape, exact_object, members, union
from asl.check.steps import CONTEXT, DATA, VARIABLES

NO_VARIABLES = exact_object()


@dataclass(frozen=True)
class Surroundings:
    """The input of the execution, `$$.Map.Item` in an iteration, and the variables; a Choice may narrow them."""

    execution_input: Shape
    item: Shape | None = None
    variables: Object = NO_VARIABLES
    outer: frozenset[str] = frozenset()  # variables that the machine around has set, which no state here may assign

    def within(self) -> "Surroundings":
        """Return the surroundings of a branch, or of an iteration, in a state with these."""
        return replace(self, outer=frozenset(name for name, field in self.variables.fields if field.required))

    def context(self, state: str, *, token: bool | None) -> Object:
        """Return the context object in state; token is whether the state has a task token, None if that is not known."""
        return context_object(self.execution_input, state, self.item, token=token)

    def narrowed(self, context: Shape, variables: Shape) -> "Surroundings":
        """Return what is left where the context object and the variables are of these shapes."""
        left = joined(members(variables))
        narrowed = replace(
            self,
            execution_input=select(context, ["Execution", "Input"])[0],
            variables=left if isinstance(left, Object) else self.variables,
        )
        return narrowed if self.item is None else replace(narrowed, item=select(context, ["Map", "Item"])[0])


@dataclass(frozen=True)
class Scope:
    """What paths are evaluated on: the data (`$`), the context object (`$$`) and the variables."""

    data: Shape
    context: Shape
    variables: Shape

    def root(self, name: str) -> Shape:
        """Return what the root called name stands for."""
        return {DATA: self.data, CONTEXT: self.context, VARIABLES: self.variables}[name]

    @property
    def shape(self) -> Object:
        """All of it as one shape, so that a rule narrows all of it."""
        roots = (DATA, CONTEXT, VARIABLES)
        return Object(tuple(sorted((name, Field(self.root(name))) for name in roots)))


def scope_from(shape: Shape) -> Scope:
    """Return the scope that a shape of one stands for."""
    parts = [member.by_name for member in members(shape) if isinstance(member, Object)]
    return Scope(*(union(*(part[name].shape for part in parts)) for name in (DATA, CONTEXT, VARIABLES)))
