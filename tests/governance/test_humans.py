"""Who is the same human, and who in Slack is known for a Docker ID: by the policy, by what was learned, by address."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.db import humans
from bot.db.models import Message
from bot.errors import AlreadyVoted, NotAnApprover
from bot.governance.addresses import Acquaintance
from bot.governance.context import Context
from bot.governance.humans import aliases, people_behind
from bot.governance.ledger.lifecycle import Status
from bot.governance.people import DirectoryUnavailable, Person
from bot.governance.policy import load_policy
from bot.governance.requests.settle import settle
from bot.governance.requests.submit import submit
from bot.governance.requests.vote import approve, deny
from bot.governance.ties import learn_ties
from bot.hub import Credential, Hub
from sandbox.hub import HubSandbox
from sandbox.hub.wire.faults import Respond
from sandbox.world import BOT_ACCOUNT, BOT_TOKEN
from tests.governance.parts import Desk

ANN, BOB, TWIN = "U0ANN", "U0BOB", "U0ANN2"


@dataclass
class Book:
    """A directory of people by their addresses, which are kept when it is asked, as Slack's are."""

    acquaintance: Acquaintance
    emails: dict[str, str | None]
    silent: set[str] = field(default_factory=set)

    async def person(self, user: str) -> Person:
        """Them, as of now."""
        if user in self.silent:
            raise DirectoryUnavailable
        email = self.emails.get(user)
        found = Person(user, user.lower(), is_active=True, is_guest=False, is_bot=False, email=email)
        await self.acquaintance.hear_of([found])
        return found

    async def members_of(self, _group: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()


@dataclass
class Town:
    """People in Slack, and a Docker Hub; the policy's head is the test's own."""

    desk: Desk
    hub: Hub
    sandbox: HubSandbox
    book: Book

    def context(self, head: str = "") -> Context:
        """What the use cases work with; what was remembered of Docker Hub is forgotten."""
        policy = load_policy(f"version: 1\n{head}\n", self.desk.operations.values(), source="the test")
        return replace(
            self.desk.context,
            hub=self.hub,
            directory=self.book,
            policy=policy,
            found_accounts={},
            admin_channel="C0ADMIN",
        )

    async def meet(self, **emails: str | None) -> None:
        """Slack tells of these people; None where it does not tell the address."""
        self.book.emails |= emails
        for user in emails:
            await self.book.person(user)

    async def behind(self, account: str, head: str = "") -> set[str]:
        """Who is known for the account."""
        return set(await people_behind(self.context(head), "acme", account))

    async def notices(self) -> list[str]:
        """What the administrators were told."""
        async with self.desk.database.begin() as session:
            rows = (await session.scalars(select(Message).where(Message.kind == "notice").order_by(Message.id))).all()
        assert all(row.address == "C0ADMIN" for row in rows)
        return [row.payload["text"] for row in rows]


@pytest.fixture
async def town(desk: Desk, sandbox: HubSandbox) -> AsyncIterator[Town]:
    """A desk, the sandbox's Docker Hub, and nobody in Slack yet."""
    hub = Hub(url=sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)))
    book = Book(Acquaintance(database=desk.database, clock=desk.times.clock), {})
    yield Town(desk, hub, sandbox, book)
    await hub.close()


# One human


async def test_two_accounts_with_one_address_are_one_human_also_once_it_is_changed(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com", U0ANN2="Ann+second@example.com", U0BOB="bob@example.com")
    assert await aliases(town.context(), ANN) == {ANN, TWIN}
    town.book.emails |= {ANN: "elsewhere@example.com", TWIN: "third@example.com"}
    assert await aliases(town.context(), ANN) == await aliases(town.context(), TWIN) == {ANN, TWIN}
    assert await aliases(town.context(), BOB) == {BOB}


async def test_an_address_that_slack_tells_now_counts_at_once(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com")
    town.book.emails[TWIN] = "ann@example.com"
    assert await aliases(town.context(), TWIN) == {ANN, TWIN}


async def test_where_addresses_are_not_told_nobody_equals_anybody(town: Town) -> None:
    await town.meet(U0ANN=None, U0ANN2=None, U0BOB="")
    assert await aliases(town.context(), ANN) == {ANN}


async def test_where_slack_does_not_answer_nobody_guesses(town: Town) -> None:
    town.book.silent = {ANN}
    with pytest.raises(DirectoryUnavailable):
        await aliases(town.context(), ANN)


# Whoever presses may be somebody of whom Slack has not told yet, as long as others sufficed.
ONE_OF = 'rules: [{{name: some agree, operations: ["*"], approvals: {}, approvers: {{users: [{}]}}}}]'


async def ask(town: Town, head: str) -> int:
    """A new request's number, of Ann's."""
    return (await submit(town.context(head), town.desk.intent(), ANN)).id


@pytest.mark.parametrize("verb", ["approve", "deny", "settle"])
async def test_another_account_of_whoever_asked_is_known_by_its_first_press(town: Town, verb: str) -> None:
    head = ONE_OF.format(1, f"U0AMY, {TWIN}")
    town.book.emails |= {ANN: "ann@example.com", TWIN: "Ann+2@example.com"}
    number = await ask(town, head)
    if verb == "settle":
        await town.desk.change(number, status=Status.UNKNOWN)
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "approve": lambda: approve(town.context(head), number, TWIN),
        "deny": lambda: deny(town.context(head), number, TWIN, "no"),
        "settle": lambda: settle(town.context(head), number, TWIN, done=True),
    }
    with pytest.raises(NotAnApprover, match="who is you as well"):
        await acts[verb]()


async def test_two_accounts_of_one_person_are_one_whichever_of_them_slack_tells_of_last(town: Town) -> None:
    head = ONE_OF.format(2, "U0AMY, U0BEA, U0YVE, U0ZOE")
    town.book.emails |= {"U0YVE": "yve@example.com", "U0ZOE": "zoe@example.com"}
    number = await ask(town, head)
    await approve(town.context(head), number, "U0YVE")
    town.book.emails["U0YVE"] = "zoe@example.com"
    with pytest.raises(AlreadyVoted):
        await approve(town.context(head), number, "U0ZOE")


SEATS = "terminal: {users: {root: [U0ANN], deploy: [U0BOB]}}"


async def test_who_sits_at_a_terminal_is_whom_the_policy_ties_to_the_system_user(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com", U0ANN2="ann@example.com", U0BOB="bob@example.com")
    seated = town.context(SEATS)
    assert await aliases(seated, "terminal:root@build-7") == {"terminal:root@build-7", ANN, TWIN}
    assert await aliases(seated, "terminal:root") == {"terminal:root", ANN, TWIN}
    assert await aliases(seated, "terminal:nobody@x") == {"terminal:nobody@x"}
    assert await aliases(town.context(), "terminal:root@x") == {"terminal:root@x"}
    assert await aliases(seated, "root") == {"root"}, "who is at no terminal is tied to nobody"


# Whose Docker ID


async def test_a_docker_id_is_that_of_whoever_has_its_address(town: Town) -> None:
    await town.meet(U0ANN="Ann@example.com", U0ANN2="ann+x@example.com", U0BOB="bob@example.com")
    assert await town.behind("annberg") == {ANN, TWIN}
    assert await town.behind("AnnBerg") == {ANN, TWIN}
    assert await town.behind("ann@example.com") == {ANN, TWIN}
    assert await town.behind("ANN+new@example.com") == {ANN, TWIN}
    assert await town.behind("kofim") == set()
    assert await town.behind("nobody") == set()
    assert await town.behind("nobody@nowhere.example") == set()
    assert await town.notices() == []


async def test_an_address_stands_for_the_docker_id_that_has_it(town: Town) -> None:
    assert await town.behind("ann@example.com", "people: {U0BOB: annberg}") == {BOB}


async def test_a_changed_address_in_slack_unties_nobody(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com")
    assert await town.behind("annberg") == {ANN}
    await town.meet(U0ANN="new@example.com")
    assert await town.behind("annberg") == {ANN}


async def test_an_address_changed_at_docker_hub_moves_no_docker_id_bars_both_and_is_told_once(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com", U0BOB="bob@example.com")
    assert await town.behind("annberg") == {ANN}
    town.sandbox.state.accounts["annberg"].email = "bob@example.com"
    head = "administrators: {users: [U0OMAR]}"
    for _ in range(2):
        assert await town.behind("annberg", head) == {ANN, BOB}
    [told] = await town.notices()
    assert told.startswith("The Docker ID annberg is tied to @U0ANN, and its e-mail address is that of @U0BOB now.")
    assert "An administrator (@U0OMAR) can tie it in the policy: people: {U0BOB: annberg}" in told
    async with town.desk.database.begin() as session:
        assert await humans.tied_to(session, "annberg") == ANN


async def test_the_policys_word_goes_before_what_was_learned(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com", U0BOB="bob@example.com", U0ANN2="bob@example.com")
    assert await town.behind("annberg") == {ANN}
    assert await town.behind("annberg", "people: {U0BOB: annberg}") == {BOB, TWIN}
    assert await town.behind("annberg") == {ANN}
    assert await town.behind("unheard-of", "people: {U0BOB: unheard-of}") == {BOB, TWIN}


async def test_where_docker_hub_does_not_answer_nobody_guesses_but_the_policys_word_stands(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com")
    town.sandbox.faults.add("GET", "*/members", Respond(403, {"detail": "no"}), times=9)
    with pytest.raises(DirectoryUnavailable, match="Docker Hub does not tell at the moment who “annberg” is in acme"):
        await town.behind("annberg")
    assert await town.behind("annberg", "people: {U0BOB: annberg}") == {BOB}


async def test_nobody_waits_for_a_rate_limit_to_hear_whose_a_docker_id_is(town: Town) -> None:
    pauses = list[float]()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    town.sandbox.faults.add("GET", "*/members", Respond(429, {"detail": "no"}, {"Retry-After": "8"}), times=1)
    hub = Hub(url=town.sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)), sleep=sleep)
    with pytest.raises(DirectoryUnavailable):
        await people_behind(replace(town.context(), hub=hub), "acme", "annberg")
    assert pauses == []
    await hub.close()


async def test_docker_hub_is_asked_once_a_minute(town: Town) -> None:
    context = replace(town.context(), found_accounts=town.desk.context.found_accounts)
    for _ in range(3):
        await people_behind(context, "acme", "annberg")
    assert sum(call.path.endswith("/members") for call in town.sandbox.requests) == 1


async def test_docker_ids_are_tied_before_anybody_asks_for_them(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com", U0BOB="kofi@example.com")
    await learn_ties(replace(town.context(), organizations=("globex", "acme")))
    async with town.desk.database.begin() as session:
        assert [await humans.tied_to(session, each) for each in ("annberg", "kofim", "lenaf")] == [ANN, BOB, None]
    town.sandbox.state.accounts["annberg"].email = "kofi@example.com"
    await learn_ties(replace(town.context(), organizations=("acme",)))
    assert len(await town.notices()) == 1


async def test_hundreds_of_people_are_a_few_questions_to_docker_hub(town: Town) -> None:
    await town.meet(U0ANN="ann@example.com")
    context = town.context()
    names = [f"p{number}@new.example" for number in range(300)]
    for name in (*names, "annberg", "Ann+x@example.com"):
        found = await people_behind(context, "acme", name)
    assert found == {ANN}
    assert sum(call.path.endswith("/members") for call in town.sandbox.requests) < 6
