"""What is refused before anything is recorded, and the sentence that says why."""

import sqlite3
from pathlib import Path

import pytest

from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import APPROVALS, House
from tests.flows.steps import refusal, write_policy

LEADS = "approvals: 1, approvers: {groups: [S0LEADS]}"

MISTYPED = {
    "/hub team member ad backend samok": ("There is no “/hub team member ad”.", "Did you mean “/hub team member add”?"),
    "/hub invte send a@example.com": ("There is no “/hub invte send a@example.com”.", "“/hub invite send”"),
    "/hub frobnicate": ("There is no “/hub frobnicate”.", "“/hub help” lists everything."),
    "/hub invite send 'jane": ("A quotation mark is not closed.",),
    "/hub invite send jane@example.com --reason": ("--reason needs a value.", "/hub invite send &lt;invitee&gt;…"),
    "/hub invite send jane@example.com --roll owner": ("There is no --roll here.", "Did you mean --role?"),
    "/hub invite send jane@example.com --role boss": ("role: “boss” is none of member, editor or owner.",),
    "/hub invite send jane@@example --reason x": ("invitees: “jane@@example” is no e-mail address.",),
    "/hub team member add ../x samok --reason x": ("team: “../x” is no team name",),
    "/hub team member add backend samok kofim": ("“kofim” is one word too many.", "/hub team member add &lt;team&gt;"),
    "/hub repo immutable set API! --rule x --reason x": ("repository: “API!” is no repository name",),
    "/hub repo immutable set .. --rule x --reason x": ("repository: “..” is no repository name",),
    "/hub repo immutable set api --rule v1,v2 --reason x": ("holds a comma", "make it two rules"),
    "/hub repo immutable set api --rule '(?!x)' --reason x": ("is no RE2 expression",),
    "/hub invite cancel 'a b' --reason x": ("invite: “a b” is neither an invite",),
    "/hub audit list --limit 5000": ("limit: “5000” is more than 1000, the most there is.",),
    "/hub audit list --from someday": ("from: “someday” is no time such as 2026-11-01",),
    f"/hub invite send {' '.join(f'p{n}' for n in range(501))}": ("500 is the most there is",),
}


def asked_of(house: House) -> int:
    """How many requests have come to Docker Hub, the audit log's apart."""
    return sum("/auditlogs/" not in one.path for one in house.hub.requests)


async def test_what_is_mistyped_is_answered_before_docker_hub_is_asked(open_house: OpenHouse) -> None:
    house = await open_house(audit_poll_seconds=3600)
    await house.ann.command("/hub team list")
    await house.ann.wait_for_ephemeral("Teams of acme")
    asked = asked_of(house)
    for line, words in MISTYPED.items():
        await refusal(house.ann, line, *words)
    assert asked_of(house) == asked
    assert house.slack.violations == []


async def test_another_organization_is_refused_before_docker_hub_is_asked(open_house: OpenHouse) -> None:
    house = await open_house(audit_poll_seconds=3600)
    asked = len(house.hub.requests)
    said = "Hubwarden does not run the organization “rival”. It runs: acme."
    await refusal(house.ann, "/hub team list --organization rival", said)
    await refusal(house.ann, "/hub invite send a@example.com --organization=rival --reason x", said)
    assert not [one for one in house.hub.requests[asked:] if "rival" in f"{one.path}{one.body}"]


LAST = {
    "/hub team member remove owners nobody --reason x": "Nothing to do. nobody is not in team owners.",
    "/hub team member add backend stranger --reason x": "stranger is no member of acme. Invite them first",
    "/hub invite cancel gone@example.com --reason x": "Nothing to do. gone@example.com has no pending invite in acme.",
    "/hub invite send kofim --reason x": "Nothing to do. kofim is a member already.",
    "/hub invite send jane@example.com --team nope --reason x": "There is no team “nope” in acme.",
    "/hub repo immutable set nope --rule x --reason x": "There is no repository “nope” in acme.",
    "/hub repo immutable set web --reason x": "web has no rules yet. Give at least one",
    "/hub repo immutable set api --rule 'v1.*' --reason x": "Nothing to do. api has these rules already.",
    "/hub tag list nope": "There is no repository “nope” in acme.",
}


async def test_what_would_change_nothing_is_not_recorded(house: House) -> None:
    for line, words in LAST.items():
        await refusal(house.ann, line, words)
    assert house.writes() == []
    assert house.slack.calls_of("chat.postMessage") == []
    assert house.slack.violations == []


async def test_policy_says_which_rule_refuses_whom(open_house: OpenHouse, tmp_path: Path) -> None:
    policy = write_policy(
        tmp_path,
        '{name: no owners by chat, operations: ["invite.send"], where: {role: owner}, refuse: "Ask in person."}',
        '{name: our own people, operations: ["invite.send"], where: {invitees: {any: ["*@rival.example"]}}, '
        'refuse: "Not them."}',
        f'{{name: security invites, operations: ["invite.*"], requesters: {{groups: [S0SECURITY]}}, {LEADS}}}',
        f'{{name: leads, operations: ["team.*.add"], requesters: {{users: [U0SAM]}}, {LEADS}}}',
    )
    house = await open_house(policy=policy)
    invite = "/hub invite send jane@example.com"
    await refusal(house.ann, f"{invite} --role owner --reason x", "The rule “no owners by chat” refuses invite.send")
    mixed = f"{invite} eve@RIVAL.example --reason x"
    await refusal(house.person("U0MIRA"), mixed, "The rule “our own people” refuses invite.send: Not them.")
    said = await refusal(house.ann, f"{invite} --reason x", "The rule “security invites” does not let you ask")
    assert "<!subteam^S0SECURITY> may." in said
    said = await refusal(house.ann, "/hub team member add backend samok --reason x", "The rule “leads” does not let")
    assert "<@U0SAM> may." in said
    await refusal(house.ann, "/hub team list", "No rule of the policy speaks of team.list")
    await refusal(house.ann, "/hub team member remove backend annberg --reason x", "what no rule allows is refused")

    await house.person("U0MIRA").command(f"{invite} --reason fine")
    await house.card(1, "security invites")
    assert refused_records(house) == 6
    assert house.writes() == []


def refused_records(house: House) -> int:
    """How many refusals the audit trail holds."""
    with sqlite3.connect(house.database_url.removeprefix("sqlite+aiosqlite:///")) as database:
        (count,) = database.execute("SELECT count(*) FROM audit_trail WHERE event = 'request.refused'").fetchone()
    return int(count)


async def test_a_read_that_wants_approvals_is_refused(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, f'{{name: closed, operations: ["*.list"], {LEADS}}}'))
    await refusal(house.ann, "/hub team list", "wants approvals for team.list, and a read cannot wait.")


async def test_a_write_that_policy_allows_is_done_at_once_and_has_a_card(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, '{name: free, operations: ["team.*"], approvals: 0}'))
    await refusal(house.ann, "/hub team member add backend samok --reason x", "Needs no approval")
    await house.card(1, "*Done* · needed no approval", "rule “free”")
    await house.told(house.ann, "samok is in team backend")
    assert house.slack.violations == []


@pytest.mark.parametrize("line", ["/hub team list", "/hub invite send jane@example.com --reason x"])
async def test_a_guest_may_not_ask(house: House, line: str) -> None:
    await refusal(house.person("U0GUS"), line, "Guests, bots and people who have left cannot ask Hubwarden")
    assert house.writes() == []


async def test_who_asks_for_what_only_they_could_approve_is_told_at_once(open_house: OpenHouse, tmp_path: Path) -> None:
    rule = '{name: one, operations: ["invite.*"], approvals: 1, approvers: {users: [U0ANN]}}'
    house = await open_house(policy=write_policy(tmp_path, rule))
    await refusal(
        house.ann,
        "/hub invite send jane@example.com --reason x",
        "nobody of those it names may give one. Barred from deciding",
    )
    assert house.slack.calls_of("chat.postMessage") == []


async def test_what_people_type_is_never_markup(house: House) -> None:
    evil = "<!channel> *bold* <https://evil.example|click> `x` <@U0LENA> & co"
    assert (await house.ann.command(f"/hub invite send jane@example.com --reason '{evil}'")).ok
    card = await house.card(1, "jane@example.com")
    said = words_of(card)
    assert "<!channel>" not in said
    assert "<https://evil.example" not in said
    assert "<@U0LENA>" not in said.replace("&lt;@U0LENA", "")
    assert "&lt;!channel&gt;" in said
    await house.omar.click(card, "deny")
    view = await house.omar.wait_for_view("Nothing will be changed")
    assert (await house.omar.submit(view, {"reason": "<!here> no"})).ok
    await house.told(house.ann, "&lt;!here&gt; no")
    assert all("<!here>" not in words_of(one) for one in house.omar.messages(APPROVALS))
    assert house.slack.violations == []
