"""One thread at a time: a scheduler that hands a baton from actor to actor, as a seed has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Lock, Thread, local
from typing import NoReturn

Ready = Callable[[], bool]
Step = tuple[str, str, str]  # actor, point, fault

STAY = 0.6  # how likely an actor goes on where it may: long runs and quick changes are both worth trying
DAWDLE = 0.15  # of the actors are slow: others come to their end between two of their steps
SLOW = 0.02
LINGERING = 0.002
TURNS = 20_000  # of one schedule; one that takes more goes round in circles


class Gone(BaseException):
    """The actor is no more: its process was killed, or its execution ended. No handler may catch it."""


class Stuck(Exception):  # noqa: N818 - the name of the fact
    """Actors wait for what nobody will do, or turn in circles."""


def _at_once() -> bool:
    return True


@dataclass(eq=False)
class Actor:
    """Something that happens beside others, in a thread of its own that runs only while it holds the baton."""

    name: str
    group: object = None  # the execution that it belongs to
    works: bool = False  # it runs a function
    pace: float = 1  # how likely it is picked, beside the others
    ready: Ready = _at_once
    gone: bool = False  # from now on it has no effect
    over: bool = False
    baton: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Begin without the baton."""
        self.baton.acquire()


class Scheduler:
    """Picks who goes on, at every point where actors may change; the same seed gives the same trace."""

    def __init__(self, seed: int) -> None:
        """Let the calling thread be the first actor, and hold the baton."""
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
        """Tell whether the actor that holds the baton runs a function."""
        return self.actor.works

    def end(self, group: object) -> None:
        """End all actors of an execution where they stand."""
        for actor in self._actors:
            actor.gone = actor.gone or actor.group is group

    def spawn(self, name: str, work: Callable[[], None], *, group: object = None, works: bool = False) -> Actor:
        """Begin an actor that does work when it is first picked; its name gets a number."""
        self._numbers[name] = number = self._numbers.get(name, 0) + 1
        actor = Actor(f"{name}#{number}", group, works, SLOW if self.random.random() < DAWDLE else 1)
        self._actors.append(actor)
        Thread(target=self._live, args=(actor, work), daemon=True).start()
        return actor

    def pause(self, point: str, fault: str = "") -> None:
        """Let others go on, perhaps; raises Gone if the actor is no more when it is picked again."""
        self.note(point, fault)
        self.wait(_at_once)

    def linger(self, point: str) -> None:
        """Let others go far before the actor goes on; raises Gone as pause does."""
        actor, pace = self.actor, self.actor.pace
        actor.pace = LINGERING
        try:
            self.pause(point)
        finally:
            actor.pace = pace

    def note(self, point: str, fault: str = "") -> None:
        """Write into the trace what the actor is doing."""
        self.trace.append((self.actor.name, point, fault))
        if len(self.trace) > TURNS:
            raise Stuck(f"no end after {TURNS} turns")

    def wait(self, ready: Ready) -> None:
        """Let others go on until ready; raises Gone if the actor is no more, Stuck if all wait."""
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
        """Tell whether there is anybody but the world."""
        return len(self._actors) > 1

    def drain(self) -> None:
        """Let all others come to their end."""
        self.wait(lambda: len(self._actors) == 1)

    def abandon(self) -> None:
        """End every actor where it stands, so that no thread is left."""
        for actor in self._actors[1:]:
            actor.gone = True
        self._failure = None
        while len(self._actors) > 1:
            self.wait(lambda: len(self._actors) == 1)

    def _next(self, current: Actor) -> Actor:
        """Pick who goes on among those who can."""
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

    def _live(self, actor: Actor, work: Callable[[], None]) -> None:
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
