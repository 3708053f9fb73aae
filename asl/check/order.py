"""The order in which the states of a machine are followed: each after all that lead to it, apart from loops."""

from collections.abc import Iterator

from asl.language import Machine, transitions


def order_of(machine: Machine) -> dict[str, int]:
    """Return the place of each state that machine may reach: states that lead to another one come before it."""
    after: list[str] = []
    seen: set[str] = set()
    waiting = [(str(machine["StartAt"]), False)]
    while waiting:
        name, is_done = waiting.pop()
        if is_done:
            after.append(name)
        elif name not in seen:
            seen.add(name)
            waiting.append((name, True))
            waiting += [(transition.target, False) for transition in transitions(machine["States"][name])]
    return {name: place for place, name in enumerate(reversed(after))}


def looping(machine: Machine) -> set[str]:
    """Return the states that machine may come back to."""
    targets = {name: [one.target for one in transitions(state)] for name, state in machine["States"].items()}
    return {name for one in _components(targets) for name in one if len(one) > 1 or name in targets[name]}


def _components(targets: dict[str, list[str]]) -> list[list[str]]:
    """Return the states in groups that lead to each other."""
    search = _Search(targets)
    for name in targets:
        search.start(name)
    return search.groups


class _Search:
    """Tarjan's algorithm without recursion: the search of one state after another."""

    def __init__(self, targets: dict[str, list[str]]) -> None:
        """Search the states of targets, which has the states that each leads to."""
        self._targets = targets
        self._number: dict[str, int] = {}
        self._lowest: dict[str, int] = {}  # of the states whose group is not known yet
        self._stack: list[str] = []
        self.groups: list[list[str]] = []

    def start(self, first: str) -> None:
        """Find the groups of all states that first leads to, and of first."""
        path = [self._entered(first)] if first not in self._number else []
        while path:
            name, rest = path[-1]
            target = next((one for one in rest if one not in self._number or one in self._lowest), None)
            if target is None:
                path.pop()
                self._leave(name, path[-1][0] if path else None)
            elif target in self._number:
                self._lowest[name] = min(self._lowest[name], self._number[target])
            else:
                path.append(self._entered(target))

    def _entered(self, name: str) -> tuple[str, Iterator[str]]:
        self._number[name] = self._lowest[name] = len(self._number)
        self._stack.append(name)
        return name, iter(self._targets[name])

    def _leave(self, name: str, parent: str | None) -> None:
        """Take the group of name off the stack if name is the first of it, and hand its lowest number to its parent."""
        own = self._lowest[name]
        if own < self._number[name]:
            if parent is not None:
                self._lowest[parent] = min(self._lowest[parent], own)
            return
        at = self._stack.index(name)
        self.groups.append(self._stack[at:])
        for one in self._stack[at:]:
            del self._lowest[one]
        del self._stack[at:]
