"""Docker Hub fails in the middle of a story: what was done is found out, and what cannot be is left to people."""

import functools
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.hub import ClientOptions
from sandbox.hub.content import seed
from sandbox.hub.wire.faults import (
    Drop,
    ExpireTokens,
    Fault,
    ForeignNext,
    Hang,
    Respond,
    edge_page,
    failure,
    nonsense,
    rate_limited,
)
from sandbox.slack import words_of
from tests.flows.house import APPROVALS, House
from tests.flows.steps import agree, ask, refusal

ADD = "/hub team member add backend samok"
ADDED = ("POST", "/v2/orgs/acme/groups/backend/members")
DONE = ("is done", "answer was lost; reading back shows the change")
NOT_DONE = ("has failed", "Reading back shows that nothing was changed.")
UNKNOWN = ("has an unknown outcome", "Whether it was done cannot be told from reading.")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that gives up soon; no setting says how long it waits."""
    options = functools.partial(ClientOptions, attempt_timeout=1.0, deadline=2.0)
    monkeypatch.setattr("bot.configuration.ClientOptions", options)


LOST = [
    pytest.param(failure(500, after=True), DONE, True, id="500-after"),
    pytest.param(failure(503), NOT_DONE, False, id="503-before"),
    pytest.param(Hang(after=True), DONE, True, id="time-out-after"),
    pytest.param(Hang(), UNKNOWN, False, id="time-out-before"),
    pytest.param(Drop(after=True), DONE, True, id="reset-after"),
    pytest.param(Drop(), UNKNOWN, False, id="reset-before"),
    pytest.param(edge_page(504, after=True), DONE, True, id="page-after"),
    pytest.param(edge_page(502), UNKNOWN, False, id="page-before"),
    pytest.param(nonsense(status=200, after=True), DONE, True, id="nonsense-after"),
    pytest.param(nonsense("<html>", status=201, after=False), UNKNOWN, False, id="nonsense-before"),
]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("fault", "said", "is_there"), LOST)
async def test_a_write_whose_answer_is_lost_is_read_back_and_never_repeated(
    house: House, fault: Fault, said: tuple[str, ...], is_there: bool
) -> None:
    card = await ask(house, ADD)
    house.hub.faults.add(*ADDED, fault)
    await agree(house, card)
    await house.told(house.ann, *said)
    assert len(house.writes()) == 1
    assert ("samok" in house.hub.state.organizations["acme"].teams["backend"].members) is is_there
    assert house.slack.violations == []


REFUSED = [
    pytest.param(edge_page(403), ("A web page came instead of Docker Hub's answer",), id="page-403"),
    pytest.param(
        Respond(409, {"detail": "no seats left"}), ("conflicts", "Docker Hub says: “no seats left”."), id="409"
    ),
    pytest.param(Respond(403, {"message": "x"}), ("plan, the account's role or the token's scope",), id="403"),
    pytest.param(Respond(400, {"fields": {"member": "<b>"}}), ("&lt;b&gt;",), id="400"),
    pytest.param(Respond(404, {"detail": "gone"}), ("Docker Hub has nothing there",), id="404"),
]


@pytest.mark.parametrize(("fault", "said"), REFUSED)
async def test_a_write_that_docker_hub_refuses_has_failed(house: House, fault: Fault, said: tuple[str, ...]) -> None:
    card = await ask(house, ADD)
    house.hub.faults.add(*ADDED, fault)
    await agree(house, card)
    result = await house.told(house.ann, "has failed", *said)
    assert "It may have been done" not in words_of(result)
    assert len(house.writes()) == 1


@pytest.mark.parametrize("done", [True, False])
async def test_an_approver_settles_what_nobody_knows_and_others_cannot(house: House, done: bool) -> None:
    card = await ask(house, "/hub invite resend externaldev")
    house.hub.faults.add("PATCH", "/v2/invites/*", Drop(after=done))
    await agree(house, card)
    card = await house.card(1, "Outcome unknown", "It may have been done all the same.")
    await house.told(house.ann, "has an unknown outcome", "Somebody has to look at Docker Hub, and settle it")
    button = "settle_done" if done else "settle_not_done"

    sam = house.person("U0SAM")
    await sam.click(card, button)
    await sam.wait_for_ephemeral("You are not among the approvers", channel=APPROVALS)
    await house.ann.click(card, button)
    await house.ann.wait_for_ephemeral("You asked for request 1 yourself", channel=APPROVALS)
    held = house.slack.hold("chat.update")
    await house.lena.click(card, button)
    await held.arrived()
    await house.omar.click(card, "settle_not_done" if done else "settle_done")
    await house.omar.wait_for_ephemeral("Too late: request 1", channel=APPROVALS)
    held.release()

    ended = "is done" if done else "has failed"
    await house.card(1, "settled by <@U0LENA>")
    await house.told(house.ann, ended, f"A person looked at Docker Hub: it was {'' if done else 'not '}done")
    assert len(house.writes()) == 1
    assert house.slack.violations == []


@pytest.mark.parametrize("form", ["seconds", "date", "unix", "older header"])
async def test_a_429_is_waited_for_and_the_write_is_done_once(house: House, form: str) -> None:
    soon = house.clock.datetime() + timedelta(seconds=1)
    value = {"date": format_datetime(soon, usegmt=True), "unix": str(int(soon.timestamp()) + 1)}.get(form, "1")
    header = "X-Retry-After" if form == "older header" else "Retry-After"
    card = await ask(house, ADD)
    house.hub.faults.add(*ADDED, rate_limited(value, header=header))
    await agree(house, card)
    await house.told(house.ann, "is done", "samok is in team backend")
    assert [one.status for one in house.writes()] == [429, 200]


async def test_a_429_after_the_time_has_jumped_is_waited_for_by_docker_hubs_clock(house: House) -> None:
    card = await ask(house, ADD)
    house.clock.advance(3600)
    house.hub.faults.add(*ADDED, rate_limited(str(int(house.clock.now()) + 2)))
    await agree(house, card)
    await house.card(1, "Done")
    assert [one.status for one in house.writes()] == [429, 200]


async def test_a_429_that_is_long_burns_no_approval_and_the_write_is_done_once_it_is_over(house: House) -> None:
    card = await ask(house, ADD)
    house.hub.faults.add(*ADDED, rate_limited("600"))
    await agree(house, card)
    await house.card(1, "Approved, and waits", "Docker Hub's rate limit is spent.", "and goes on <!date^")
    house.clock.advance(601)
    await house.told(house.ann, "is done", "samok is in team backend")
    assert [one.status for one in house.writes()] == [429, 200]


async def test_a_preview_that_fails_writes_nothing(house: House) -> None:
    house.hub.faults.add("GET", "/v2/orgs/acme/groups/backend", Respond(403, {"message": "no"}))
    await refusal(house.ann, f"{ADD} --reason x", "Docker Hub says: “no”")
    card = await ask(house, ADD)
    house.hub.faults.add("GET", "/v2/orgs/acme/groups/backend", Respond(403, {"message": "no"}))
    await agree(house, card)
    await house.told(house.ann, "has failed", "Nothing was written.")
    assert house.writes() == []


async def test_a_read_back_that_fails_too_leaves_the_outcome_unknown(house: House) -> None:
    card = await ask(house, ADD)
    house.hub.faults.add(*ADDED, failure(500))
    house.hub.faults.add("GET", "/v2/orgs/acme/groups/backend", Respond(403, {"message": "no"}), skip=1)
    await agree(house, card)
    await house.told(house.ann, "unknown outcome", "Reading back failed too")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (failure(500), "Docker Hub failed with an error of its own"),
        (Drop(), "could not be reached"),
        (Hang(), "could not be reached"),
        (edge_page(403), "A web page came instead"),
        (nonsense(), "that this program does not understand"),
        (nonsense({"results": 7}), "that this program does not understand"),
    ],
)
async def test_a_read_that_fails_is_a_sentence(house: House, fault: Fault, said: str) -> None:
    house.hub.faults.add("GET", "/v2/orgs/acme/groups", fault, times=None)
    await refusal(house.ann, "/hub team list", said)
    assert house.slack.violations == []


async def test_an_outage_in_a_read_is_ridden_out(house: House) -> None:
    house.hub.faults.add("GET", "/v2/orgs/acme/groups", failure(503), times=2)
    await refusal(house.ann, "/hub team list", "Teams of acme")


def fill(house: House, count: int = 250) -> int:
    """Bring so many more members into acme; answers how many there are."""
    state = house.hub.state
    for number in range(count):
        seed.add_member(state, seed.account(state, f"worker{number:03d}", full_name=f"Worker {number}"))
    return len(state.organizations["acme"].members)


async def test_a_token_that_expires_in_the_middle_of_a_list_is_renewed(house: House) -> None:
    total = fill(house)
    house.hub.faults.add("GET", "/v2/orgs/acme/members", ExpireTokens(), skip=1)
    await refusal(house.ann, "/hub member list --type member", f"{total} in all, 1 to 20 shown")
    assert len([one for one in house.hub.requests if one.status == 401]) >= 1


async def test_a_list_that_leads_to_another_host_is_not_followed(house: House) -> None:
    total = fill(house)
    house.hub.faults.add("GET", "/v2/orgs/acme/members", ForeignNext(), times=None)
    await refusal(house.ann, "/hub member list --type member", f"{total} in all, 1 to 20 shown")


async def test_a_scope_that_is_missing_is_said_with_its_way_out(house: House) -> None:
    house.hub.state.options.personal_tokens_refused = frozenset({"invites"})
    said = await refusal(house.ann, "/hub invite list", "does not include this")
    assert "personal access tokens are not supported on this route" in said
    assert "The organization's plan, the account's role or the token's scope" in said


async def test_the_flat_form_of_bulk_invites_is_read_too(house: House) -> None:
    house.hub.state.options.nested_invitees = False
    card = await ask(house, "/hub invite send jane@example.com kofim")
    assert "kofim is a member already." in words_of(card)
    await agree(house, card)
    await house.told(house.ann, "1 invited · 1 already a member")


async def test_bulk_invites_whose_answer_is_lost_are_found_among_the_pending(house: House) -> None:
    card = await ask(house, "/hub invite send jane@example.com Joe@Example.com kofim")
    house.hub.faults.add("POST", "/v2/invites/bulk", nonsense({"invitees": "?"}, status=202), skip=1)
    await agree(house, card)
    await house.told(house.ann, "1 already a member", "done; found by reading back", "kofim is a member already")
    assert [one.body["invitees"] for one in house.writes()] == [["jane@example.com"], ["Joe@Example.com"], ["kofim"]]


async def test_an_outage_of_the_log_in_is_a_sentence(house: House) -> None:
    house.clock.advance(700)
    house.hub.faults.add("POST", "/v2/auth/token", Respond(401, {"detail": "bad"}), times=None)
    await refusal(house.ann, "/hub team list", "Docker Hub does not accept the bot's credential")
