"""What an act of the panel is: its name, what it asks for, and what it acts on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.hub.content.state import Organization, State
from sandbox.hub.wire.faults import Faults
from sandbox.hub.wire.limits import Limits
from sandbox.hub.wire.sessions import Sessions

Args = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """What the acts act on."""

    state: State
    limits: Limits
    sessions: Sessions
    faults: Faults

    @property
    def organization(self) -> Organization:
        """The world's."""
        return self.state.organization


@dataclass(frozen=True, slots=True)
class Arg:
    """One input; `choices` is None for free text. A default that is no choice gives way to the first that is."""

    name: str
    label: str
    default: str
    choices: Callable[[State], list[str]] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do; `do` answers the sentence that says what came of it."""

    name: str
    title: str
    description: str
    args: tuple[Arg, ...]
    do: Callable[[Stage, Args], str]
