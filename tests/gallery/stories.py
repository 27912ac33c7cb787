"""Real runs that show what the bot can say, with the shortest values and the longest that there can be."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from bot.operations import OPERATIONS
from bot.slack.sender import key_of
from sandbox.hub.wire.faults import Drop, failure
from sandbox.slack import Message, Person
from tests.flows.house import APPROVALS, House

Story = Callable[[House], Awaitable[None]]
QUIET_SECONDS = 0.6
LONG_REASON = "because " * 120
LONG_NAME = "x" * 240
MAILS = " ".join(f"{number:02d}{'p' * 50}@{'d' * 60}.example.com" for number in range(40))


async def quiet(house: House, seconds: float = QUIET_SECONDS) -> None:
    """Wait until nothing has been shown to anybody for a moment."""
    notices = house.slack.parts.feed.notices
    for _ in range(40):
        before = notices[-1] if notices else None
        await asyncio.sleep(seconds)
        if not notices or notices[-1] is before:
            return


async def typed(house: House, line: str, person: Person | None = None) -> None:
    """Somebody types a command, and what comes of it comes."""
    await (person or house.ann).command(line)
    await quiet(house)


def newest(house: House) -> Message:
    """The newest card."""
    cards = [one for one in house.omar.messages(APPROVALS) if (key_of(one.body) or "").startswith("card:")]
    return cards[-1]


async def pressed(house: House, person: Person, what: str, place: Message | None = None) -> None:
    """Somebody presses a button of the newest card; who cannot see it leaves it."""
    await person.click(place or newest(house), what)
    await quiet(house)


async def denied(house: House, reason: str) -> None:
    """Omar denies the newest request."""
    await pressed(house, house.omar, "deny")
    if (view := house.omar.view) is not None:
        await house.omar.submit(view, {"reason": reason})
    await quiet(house)


async def first_contact(house: House) -> None:
    """Words to the bot, help, and what it does not understand."""
    guest = house.person("U0GUS") if "U0GUS" in house.slack.workspace.users else house.ann
    for text in ("hello", "invite", "help", "invite jane@example.com to platform because she joins"):
        house.ann.say(text)
        await quiet(house)
    for line in ("/hub", "/hub help", "/hub help invite", "/hub help team", "/hub invit", "/hub whoami", "/hub limits"):
        await typed(house, line)
    await typed(house, "/hub invite send x@example.com --reason x", guest)


async def reads(house: House) -> None:
    """Every list and every look."""
    lines = [
        *("member list", "invite list", "team list", "team show platform", "team member list platform"),
        *("repo list", "repo show api", "repo check api", "repo immutable show api", "repo team list api"),
        *("tag list api", "tag show api latest", "tag check api latest", "oat list", "pat list", "org settings show"),
        *("registry access show", "scim config", "scim user list", "audit list", "audit actions", "requests"),
        *("requests --whose mine", "history 1", "request 1", "request 99", "member export"),
    ]
    for line in lines:
        await typed(house, f"/hub {line}")


async def forms(house: House) -> None:
    """Every form, as it opens."""
    for operation in OPERATIONS:
        await house.ann.command(f"/hub {operation.name.replace('.', ' ')}")
        await quiet(house, 0.15)
        if (view := house.ann.view) is not None:
            await house.ann.close(view, everything=True)


async def approved(house: House) -> None:
    """A request that is approved and done, with what everybody around it sees."""
    await typed(house, "/hub invite send jane@example.com --team platform --reason x")
    for what, person in (("details", house.omar), ("approve", house.ann), ("approve", house.omar)):
        with contextlib.suppress(Exception):
            await pressed(house, person, what)


async def denied_and_cancelled(house: House) -> None:
    """A request that is denied, and one that is cancelled."""
    await typed(house, "/hub invite send boss@example.com --role owner --reason 'the new CTO'")
    await denied(house, "The board decides on owners.")
    await typed(house, "/hub team create x --reason x")
    await pressed(house, house.ann, "cancel")


async def risky(house: House) -> None:
    """What does not come back, makes powerful, or is for everybody to see."""
    for line in (
        "repo delete web",
        "repo visibility api public",
        "member role miranovak owner",
        "member remove samok",
        "tag delete web latest",
        "repo immutable set api --enabled off",
        "member offboard chiaraweber",
        "team delete data",
        "oat create CI --repos 'acme/*:image-push'",
        "pat create CI repo:admin",
    ):
        await typed(house, f"/hub {line} --reason x")


async def in_part(house: House) -> None:
    """Some invites work and some do not; and a failure, and nobody knows what."""
    await typed(house, "/hub invite send jane2@example.com bob2@example.com samok --reason 'joins on Monday'")
    house.hub.faults.add("POST", "/v2/invites/bulk", failure(500), times=3)
    await pressed(house, house.omar, "approve")
    house.hub.faults.clear()
    await typed(house, "/hub team create failing --reason x")
    house.hub.faults.add("POST", "/v2/orgs/*/groups", Drop(after=True), times=3)
    await pressed(house, house.omar, "approve")
    house.hub.faults.clear()


async def tokens(house: House) -> None:
    """A token's secret, for who asked alone."""
    await typed(house, "/hub pat create reading repo:read --reason 'for the scanner'")
    await pressed(house, house.omar, "approve")


async def alerts(house: House) -> None:
    """What happens in Docker Hub without the bot, and the rate limit."""
    await house.bot.poller.poll("acme")
    house.clock.advance(5)
    for act in ("make_owner", "make_public", "switch_off_immutability", "push_over_version", "delete_repository"):
        await house.hub.act_outside(act)
        house.clock.advance(90)
        await house.bot.poller.poll("acme")
    for _ in range(3):
        await house.hub.act_outside("remove_member")
    house.clock.advance(5)
    await house.bot.poller.poll("acme")
    await house.hub.act_outside("spend_rate_limit")
    await typed(house, "/hub member list")
    house.clock.advance(70)
    await quiet(house, 1.5)


async def longest(house: House) -> None:
    """The longest values that there can be."""
    lines = (
        f"invite send {MAILS} --team platform --reason '{LONG_REASON}'",
        f"team create {LONG_NAME[:30]} --description '{LONG_NAME}' --reason '{LONG_REASON}'",
        f"repo create {LONG_NAME} --description '{LONG_NAME[:100]}' --reason '{LONG_REASON}'",
        f"repo immutable set api --rules 'v.*' --reason '{LONG_REASON}'",
    )
    for line in lines:
        await typed(house, f"/hub {line}")
        with contextlib.suppress(Exception):
            await pressed(house, house.omar, "details")
            await denied(house, LONG_REASON[:900])


async def homes(house: House) -> None:
    """Home of who asks, who approves, and who has no right."""
    for person in (house.ann, house.omar, house.lena):
        person.open_home()
        await quiet(house, 1.0)


async def expired(house: House) -> None:
    """Reminders, and the end of a request's time."""
    await typed(house, "/hub team create waiting --reason x")
    for hours in (12, 11, 2):
        house.clock.advance(hours * 3600)
        await quiet(house, 1.5)


STORIES: tuple[Story, ...] = (
    first_contact,
    approved,
    denied_and_cancelled,
    risky,
    in_part,
    tokens,
    reads,
    forms,
    alerts,
    longest,
    homes,
    expired,
)
