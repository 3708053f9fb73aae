"""A scheduler that runs one thread at a time: a seed determines which actor gets the baton next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Lock, Thread, local
from typing import NoReturn

Ready = Callable[[], bool]
Step = tuple[str, str, str]  # actor, point, fault

STAY = 0.6  # probability that the current actor continues, if it can: long runs and quick changes both find defects
DAWDLE = 0.15  # share of slow actors: others run to their end between two steps of a slow one
SLOW = 0.02
LINGERING = 0.002
TURNS = 20_000  # limit of one schedule; one that takes more is in a loop


class Gone(BaseException):
    """The actor was ended: its process was killed, or its execution was stopped. No handler may catch it."""


class Stuck(Exception):  # noqa: N818 - the name of the fact
    """All actors wait, or they are in an endless loop."""


def _at_once() -> bool:
    return True


@dataclass(eq=False)
class Actor:
    """A concurrent activity, in a thread of its own that runs only while it holds the baton."""

    name: str
    group: object = None  # the execution that it belongs to
    works: bool = False  # it runs a function
    born: int = 0  # number of steps before it
    pace: float = 1  # weight of being picked, relative to the others
    ready: Ready = _at_once
    gone: bool = False  # from now on it has no effect
    over: bool = False
    skew: float | None = None  # seconds by which the clock of its machine is wrong; None before it is first read
    baton: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Start without the baton."""
        self.baton.acquire()


class Scheduler:
    """Picks the next actor, at every point where actors may change; the same seed gives the same trace."""

    def __init__(self, seed: int) -> None:
        """Make the calling thread the first actor, which holds the baton."""
        self.random = Random(seed)  # noqa: S311 - it is to be replayed
        self.trace: list[Step] = []
        self._here = local()
        self._world = Actor("world")
        self._actors = [self._world]
        self._here.actor = self._world
        self._numbers: dict[str, int] = {}
        self._failure: BaseException | None = None

    @property
    def actor(self) -> Actor:
        """The actor that holds the baton."""
        actor: Actor = self._here.actor
        return actor

    def works(self) -> bool:
        """Return whether the actor that holds the baton runs a function."""
        return self.actor.works

    def end(self, group: object) -> None:
        """End all actors of an execution at their current point."""
        for actor in self._actors:
            actor.gone = actor.gone or actor.group is group

    def spawn(self, name: str, work: Callable[[], object], *, group: object = None, works: bool = False) -> Actor:
        """Add an actor that starts work when it is first picked; its name gets a number."""
        self._numbers[name] = number = self._numbers.get(name, 0) + 1
        pace = SLOW if self.random.random() < DAWDLE else 1
        actor = Actor(f"{name}#{number}", group, works, len(self.trace), pace)
        self._actors.append(actor)
        Thread(target=self._live, args=(actor, work), daemon=True).start()
        return actor

    def pause(self, point: str, fault: str = "") -> None:
        """Record point and let the scheduler pick the next actor; raises Gone if this actor was ended meanwhile."""
        self.note(point, fault)
        self.wait(_at_once)

    def linger(self, point: str) -> None:
        """Pause for long: others probably take many steps first; raises Gone as pause does."""
        actor, pace = self.actor, self.actor.pace
        actor.pace = LINGERING
        try:
            self.pause(point)
        finally:
            actor.pace = pace

    def note(self, point: str, fault: str = "") -> None:
        """Add the actor's current point to the trace."""
        self.trace.append((self.actor.name, point, fault))
        if len(self.trace) > TURNS:
            raise Stuck(f"no end after {TURNS} turns")

    def wait(self, ready: Ready) -> None:
        """Let other actors run until ready; raises Gone if this actor was ended, Stuck if all wait."""
        actor = self.actor
        actor.ready = ready
        following = self._next(actor)
        if following is not actor:
            following.baton.release()
            actor.baton.acquire()
        if self._failure and actor is self._world:
            raise self._failure
        if actor.gone:
            raise Gone

    def busy(self) -> bool:
        """Return whether there is an actor besides the world."""
        return len(self._actors) > 1

    def drain(self) -> None:
        """Run all other actors to their end."""
        self.wait(lambda: len(self._actors) == 1)

    def abandon(self) -> None:
        """End every actor at its current point, so that no thread is left."""
        for actor in self._actors[1:]:
            actor.gone = True
        self._failure = None
        while len(self._actors) > 1:
            self.wait(lambda: len(self._actors) == 1)

    def _next(self, current: Actor) -> Actor:
        """Pick the next actor among those that can run."""
        able = [actor for actor in self._actors if actor.gone or actor.ready()]
        if not able:
            self._failure = self._failure or Stuck(f"all wait: {', '.join(actor.name for actor in self._actors)}")
            return self._world
        if self._failure and self._world is not current:
            return self._world
        swift = [actor for actor in able if actor.pace == 1 and actor is not self._world]
        if swift and current in able and self.random.random() < STAY * current.pace:
            return current
        return self.random.choices(able, [actor.pace if swift else 1 for actor in able])[0]

    def _live(self, actor: Actor, work: Callable[[], object]) -> None:
        self._here.actor = actor
        actor.baton.acquire()
        try:
            if not actor.gone:
                work()
        except Gone:
            pass
        except BaseException as failure:  # noqa: BLE001 - the world's thread raises it
            self._failure = self._failure or failure
        self._end(actor)

    def _end(self, actor: Actor) -> None:
        actor.over = True
        self._actors.remove(actor)
        self._next(actor).baton.release()


def vanish() -> NoReturn:
    """End the actor that calls."""
    raise Gone
