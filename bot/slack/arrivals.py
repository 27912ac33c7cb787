"""What arrives from Slack: kept, then acknowledged, then worked on, also where a restart comes in between."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.errors import UserError
from bot.inbox.arrivals import Arrival, Delivery, Lane, Stage
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import SORRY, error_message, said
from bot.slack.surface import Surface

Sent = TypeVar("Sent")

# To JSON values and back, for each type of what is kept.
adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)

OF_ANOTHER_VERSION = "Hubwarden was updated before it came to this, and nothing was done. Please ask once more."


@dataclass(frozen=True, slots=True)
class Interruption:
    """A restart came between the acknowledgement and the answer; what had been received by then, and what done."""

    received_at: datetime
    has_acted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Sent]):
    """One kind of arrival. `sent` is what is kept of it: a frozen dataclass of what JSON has, and no secret.

    `work` does what was asked for, and may raise `UserError`. `resume` is called in its place after an interruption: a
    form can no longer be opened by then, and what stands already is not done again.
    """

    name: str
    sent: type[Sent]
    lane: Callable[[Surface, Sent], Lane]
    work: Callable[[Surface, ReplyAddress, Sent], Awaitable[None]]
    resume: Callable[[Surface, ReplyAddress, Sent, Interruption], Awaitable[None]]


async def keep(surface: Surface, kind: Kind[Sent], sent: Sent, *, key: str, address: ReplyAddress) -> None:
    """Return once it is stored: from then on it is worked on, whatever becomes of this process. Raises `NotStored`."""
    arrival = Arrival(
        key=f"{kind.name}:{key}",
        kind=kind.name,
        person=address.user,
        received_at=surface.context.clock.real(),
        payload={"address": adapter(ReplyAddress).dump_python(address), "sent": adapter(kind.sent).dump_python(sent)},
    )
    await surface.inbox.accept(arrival)


def in_lane(lane: Lane) -> Callable[[Surface, object], Lane]:
    """The same lane for all of a kind."""
    return lambda _surface, _sent: lane


def as_before(
    work: Callable[[Surface, ReplyAddress, Sent], Awaitable[None]],
) -> Callable[[Surface, ReplyAddress, Sent, Interruption], Awaitable[None]]:
    """After an interruption it is done as if for the first time, unless it stands already."""

    async def resume(surface: Surface, address: ReplyAddress, sent: Sent, interruption: Interruption) -> None:
        if not interruption.has_acted:
            await work(surface, address, sent)

    return resume


class SlackDesk:
    """A `Desk`: works on every kind of arrival that there is."""

    def __init__(self, surface: Surface, kinds: Iterable[Kind[Any]]) -> None:
        self._surface = surface
        self._kinds: Mapping[str, Kind[Any]] = {kind.name: kind for kind in kinds}

    def lane_of(self, arrival: Arrival) -> Lane:
        """As its kind says."""
        try:
            kind, _, sent = self._read(arrival)
            return kind.lane(self._surface, sent)
        except UserError:
            return Lane.READS  # it ends in a sentence

    async def work(self, arrival: Arrival, delivery: Delivery, stage: Stage) -> None:
        """Do it, or go on with it; raises `UserError`."""
        kind, address, sent = self._read(arrival)
        surface = replace(self._surface, context=replace(self._surface.context, delivery=delivery))
        if stage is Stage.FRESH:
            await kind.work(surface, address, sent)
        else:
            interruption = Interruption(arrival.received_at, stage is Stage.ACTED)
            await kind.resume(surface, address, sent, interruption)

    async def fail(self, arrival: Arrival, error: Exception) -> None:
        """The error's sentence where it has one for people; where another version kept the address, directly."""
        try:
            address = adapter(ReplyAddress).validate_python(arrival.payload["address"])
        except (LookupError, ValidationError):
            address = ReplyAddress(arrival.person)
        content = error_message(error) if isinstance(error, UserError) else said(SORRY)
        await self._surface.replies.answer(address, content)

    def _read(self, arrival: Arrival) -> tuple[Kind[Any], ReplyAddress, Any]:
        """What was kept; raises `UserError` where another version kept it in another way."""
        try:
            kind = self._kinds[arrival.kind]
            address = adapter(ReplyAddress).validate_python(arrival.payload["address"])
            return kind, address, adapter(kind.sent).validate_python(arrival.payload["sent"])
        except (LookupError, ValidationError):
            raise UserError(OF_ANOTHER_VERSION) from None
