"""Finite automata of regular expressions, and the comparison of two, whose steps are counted."""

from bisect import bisect_right
from collections.abc import Iterable

from asl.check.budget import spend
from asl.check.regular_expressions import Either, Node, One, Ranges, Repeated, Sequence, UndecidedPatternError

MAX_STATES = 40_000  # of an automaton
MAX_STEPS = 300_000  # of one comparison, which take less than a second
ACCEPTING = 0

States = frozenset[int]


def size(node: Node) -> int:
    """Return the number of states of the automaton of node, which is made only if there are not too many."""
    match node:
        case One():
            return 1
        case Sequence(parts):
            return sum(map(size, parts))
        case Either(options):
            return 1 + sum(map(size, options))
        case Repeated(part, low, high):
            return (low + 1 if high is None else high) * (size(part) + 1)


class Automaton:
    """A nondeterministic automaton: each state reads one character and has the states that may read the next one."""

    def __init__(self, node: Node) -> None:
        """Make the automaton of node; raises UndecidedPatternError if it is too large."""
        if (states := size(node)) > MAX_STATES:
            raise UndecidedPatternError(f"a pattern that takes {states:,} states, and {MAX_STATES:,} are compared")
        self.ranges: list[Ranges] = [()]
        self._targets = [ACCEPTING]
        self._silent: dict[int, tuple[int, ...]] = {}  # states that read nothing, with those that they lead to
        self._reached: dict[int, States] = {}
        self.start = self._closure(self._made(node, ACCEPTING))

    def following(self, state: int) -> States:
        """Return the states after state has read its character."""
        return self._closure(self._targets[state])

    def _made(self, node: Node, end: int) -> int:
        """Add the states of node that lead to end, and return the first."""
        match node:
            case One(ranges):
                return self._added(ranges, end)
            case Sequence(parts):
                for part in reversed(parts):
                    end = self._made(part, end)
                return end
            case Either(options):
                return self._added_silent([self._made(option, end) for option in options])
            case Repeated(part, low, high):
                return self._repeated(part, low, high, end)

    def _repeated(self, part: Node, low: int, high: int | None, end: int) -> int:
        begin = end
        if high is None:
            begin = self._added_silent([])
            self._silent[begin] = (self._made(part, begin), end)
        for _ in range(0 if high is None else high - low):
            begin = self._added_silent([self._made(part, begin), end])
        for _ in range(low):
            begin = self._made(part, begin)
        return begin

    def _added(self, ranges: Ranges, target: int) -> int:
        self.ranges.append(ranges)
        self._targets.append(target)
        return len(self.ranges) - 1

    def _added_silent(self, targets: Iterable[int]) -> int:
        state = self._added((), ACCEPTING)
        self._silent[state] = tuple(targets)
        return state

    def _closure(self, state: int) -> States:
        """Return the states that read a character or accept, and that state leads to without reading."""
        if state not in self._reached:
            seen, waiting = {state}, [state]
            while waiting:
                new = set(self._silent.get(waiting.pop(), ())) - seen
                seen |= new
                waiting += new
            spend(len(seen) // 4)
            self._reached[state] = frozenset(one for one in seen if one not in self._silent)
        return self._reached[state]


class Comparison:
    """The comparison of two automata; characters that both treat alike are one class."""

    def __init__(self, one: Automaton, other: Automaton) -> None:
        """Divide the characters into classes."""
        self._steps = MAX_STEPS
        known = {ranges for each in (one, other) for ranges in each.ranges}
        edges = sorted({edge for ranges in known for low, high in ranges for edge in (low, high + 1)})
        self._count(len(known) + len(edges) + len(known) * len(edges) // 64)
        masks = {ranges: _mask(ranges, edges) for ranges in known}
        self._automata = one, other
        self._masks = [[masks[ranges] for ranges in each.ranges] for each in (one, other)]

    def is_subset(self) -> bool:
        """Return True if the other automaton accepts all that the first one accepts; raises UndecidedPatternError."""
        pair = self._automata[0].start, self._automata[1].start
        seen, waiting = {pair}, [pair]
        while waiting:
            mine, theirs = waiting.pop()
            if ACCEPTING in mine and ACCEPTING not in theirs:
                return False
            moves, others = self._moves(0, mine), self._moves(1, theirs)
            for pair in {(target, others.get(one, frozenset())) for one, target in moves.items()}:
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
        return True

    def are_disjoint(self) -> bool:
        """Return True if no text is accepted by both; raises UndecidedPatternError."""
        one, other = self._automata
        waiting = [(mine, theirs) for mine in one.start for theirs in other.start]
        seen = set(waiting)
        while waiting:
            mine, theirs = waiting.pop()
            if mine == theirs == ACCEPTING:
                return False
            self._count(1)
            if self._masks[0][mine] & self._masks[1][theirs]:
                ahead = {(a, b) for a in one.following(mine) for b in other.following(theirs)} - seen
                self._count(len(ahead))
                seen |= ahead
                waiting += ahead
        return True

    def _moves(self, which: int, states: States) -> dict[int, States]:
        """Return where states lead, by the number of a class of characters."""
        automaton, masks = self._automata[which], self._masks[which]
        alike: dict[int, set[int]] = {}
        for state in states:
            following = automaton.following(state) if masks[state] else frozenset()
            self._count(1 + len(following) // 4)
            alike.setdefault(masks[state], set()).update(following)
        found: dict[int, set[int]] = {}
        for mask, targets in alike.items():
            for one in _bits(mask):
                self._count(1 + len(targets) // 4)
                found.setdefault(one, set()).update(targets)
        return {one: frozenset(targets) for one, targets in found.items()}

    def _count(self, steps: int) -> None:
        spend(steps)
        self._steps -= steps
        if self._steps < 0:
            raise UndecidedPatternError(f"patterns whose comparison takes more than {MAX_STEPS:,} steps")


def accepts(automaton: Automaton, text: str) -> bool:
    """Return whether automaton accepts text; raises BudgetSpentError."""
    states = automaton.start
    for letter in text:
        spend(1 + len(states))
        code = ord(letter)
        reading = [one for one in states if _has(automaton.ranges[one], code)]
        states = frozenset().union(*map(automaton.following, reading))
    return ACCEPTING in states


def _has(ranges: Ranges, code: int) -> bool:
    at = bisect_right(ranges, (code, 0x110000)) - 1
    return at >= 0 and code <= ranges[at][1]


def _mask(ranges: Ranges, edges: list[int]) -> int:
    """Return the classes between edges that ranges have, as bits."""
    mask = 0
    for low, high in ranges:
        first, last = bisect_right(edges, low) - 1, bisect_right(edges, high) - 1
        mask |= (1 << (last + 1)) - (1 << first)
    return mask


def _bits(mask: int) -> Iterable[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
