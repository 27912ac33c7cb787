"""Forms, menus and shortcuts, and what people read: pages, help, and an answer to everything that they press."""

import json
from collections.abc import Callable

import pytest

from sandbox.slack import Message, words_of
from sandbox.slack.workspace.views import View
from tests.flows.house import House
from tests.flows.steps import agree
from tests.slack.picking import MENU, pick


async def test_a_command_that_lacks_something_opens_its_form_with_docker_hubs_repositories(house: House) -> None:
    assert (await house.ann.command("/hub repo immutable set")).ok
    form = await house.ann.wait_for_view("Set immutable tags")
    shown = [option["value"] for option in await house.ann.options(form, "repository", "mail")]
    assert shown == ["mail-service", "mail-tools", "mail-web", "mail-worker", "mail"]
    shown = [option["value"] for option in await house.ann.options(form, "repository", "ap")]
    assert shown[0] == "api"

    values = {"repository": "api", "rules": "v2.*\nlatest", "reason": "the 2.0 line is out"}
    assert (await house.ann.submit(form, values)).ok
    await house.ann.wait_for_view("Waits for 1 approval in <#C0APPROVALS>")
    card = await house.card(1, "the 2.0 line is out", "v2.*, latest")
    await agree(house, card)
    await house.told(house.ann, "Immutable tags of api are on, with 2 rules")
    assert house.slack.violations == []


async def test_errors_stand_beside_the_fields_at_fault(house: House) -> None:
    await house.ann.command("/hub repo immutable set api")
    form = await house.ann.wait_for_view("Set immutable tags")
    seen = await house.ann.submit(form, {"rules": "v(\nv2.*", "reason": "  "})
    assert set(seen.errors) == {"rules", "reason"}
    assert "“v(” is no RE2 expression" in seen.errors["rules"]
    seen = await house.ann.submit(form, {"rules": "a\nb\nc\nd\ne\nf", "reason": "x"})
    assert seen.errors == {"rules": "6 rules, and Docker takes at most 5: join some with |."}

    await house.ann.command("/hub invite send")
    form = await house.ann.wait_for_view("Invite people to the organization")
    seen = await house.ann.submit(form, {"invitees": "jane@example.com not*an*id", "reason": "x"})
    assert list(seen.errors) == ["invitees"]
    assert "not*an*id" in seen.errors["invitees"]
    assert house.writes() == []
    assert house.slack.violations == []


async def test_a_form_keeps_what_was_typed(house: House) -> None:
    await house.ann.command("/hub team member add backend --reason because")
    form = await house.ann.wait_for_view("Add to team")
    assert form.values["team"]["choice"]["selected_option"]["value"] == "backend"
    assert form.values["reason"]["value"]["value"] == "because"
    assert (await house.ann.submit(form, {"username": "samok"})).ok
    await house.card(1, "samok", "because")


async def test_what_docker_hub_cannot_do_is_said_in_the_form(house: House) -> None:
    await house.ann.command("/hub team member add backend annberg")
    form = await house.ann.wait_for_view("Add to team")
    assert (await house.ann.submit(form, {"reason": "x"})).ok
    await house.ann.wait_for_view("Nothing to do. annberg is in team backend already.")
    await house.ann.command("/hub team member add nobodys annberg")
    form = await house.ann.wait_for_view("nobodys")
    assert (await house.ann.submit(form, {"reason": "x"})).ok
    await house.ann.wait_for_view("There is no team “nobodys” in acme.")
    assert house.writes() == []


def is_form_of(operation: str) -> Callable[[View], bool]:
    """Whether a modal is that operation's form."""
    return lambda view: json.loads(view.body["private_metadata"] or "{}").get("operation") == operation


@pytest.mark.parametrize("way", ["command", "shortcut"])
async def test_the_picker_leads_to_every_form(house: House, way: str) -> None:
    await (house.ann.command("/hub") if way == "command" else house.ann.shortcut("ask_hubwarden"))
    picker = await house.ann.wait_for_view(MENU)
    await pick(house.ann, picker, "team.member.add")
    form = await house.ann.wait_for_view(is_form_of("team.member.add"))
    assert (await house.ann.submit(form, {"team": "backend", "username": "samok", "reason": "moves over"})).ok
    await house.ann.wait_for_view("Waits for 1 approval")
    await house.card(1, "moves over", "samok in team backend")
    assert house.slack.violations == []


async def test_every_operation_of_the_picker_opens_a_form_that_slack_takes(house: House) -> None:
    for operation in house.bot.context.operations.values():
        await house.ann.command("/hub")
        picker = await house.ann.wait_for_view(MENU)
        await pick(house.ann, picker, operation.name)
        await house.ann.close(await house.ann.wait_for_view(is_form_of(operation.name)))
    assert house.slack.violations == []


async def test_where_the_form_was_closed_the_answer_is_a_direct_message(house: House) -> None:
    await house.ann.command("/hub invite send jane@example.com")
    form = await house.ann.wait_for_view("Invite people")
    held = house.hub.hold("POST", "/v2/invites/bulk")
    assert (await house.ann.submit(form, {"reason": "x"})).ok
    await held.arrived()
    await house.ann.close(await house.ann.wait_for_view("Asking Docker Hub"))
    held.release()
    await house.told(house.ann, "Waits for 1 approval")

    await house.ann.command("/hub invite send kofim")
    form = await house.ann.wait_for_view("Invite people")
    held = house.hub.hold("POST", "/v2/invites/bulk")
    await house.ann.submit(form, {"reason": "x"})
    await held.arrived()
    await house.ann.close(await house.ann.wait_for_view("Asking Docker Hub"))
    held.release()
    await house.told(house.ann, "Nothing to do. kofim is a member already.")


async def test_the_form_of_a_read_answers_in_the_direct_messages(house: House) -> None:
    await house.ann.command("/hub tag list")
    form = await house.ann.wait_for_view("List tags")
    assert (await house.ann.submit(form, {"repository": "api"})).ok
    await house.ann.wait_for_view("The answer is in your messages with Hubwarden.")
    await house.told(house.ann, "Tags of acme/api", "14 in all", "v2.3.0-rc.1")
    assert house.slack.violations == []


async def test_a_long_list_is_paged_in_place(house: House) -> None:
    await house.ann.command("/hub member list --type=member")
    first = await house.ann.wait_for_ephemeral("Members of acme")
    total = len(house.hub.state.organizations["acme"].members)
    assert f"{total} in all, 1 to 20 shown" in words_of(first)
    assert "Show earlier" not in words_of(first)

    await house.ann.click(first, "Show more")
    second = await house.ann.wait_for_ephemeral("21 to 40 shown")
    await house.ann.click(second, "Show more")
    last = await house.ann.wait_for_ephemeral(f"41 to {total} shown")
    assert "Show more" not in words_of(last)
    await house.ann.click(last, "Show earlier")
    again = await house.ann.wait_for_ephemeral("21 to 40 shown")
    assert again.ts == first.ts
    assert len(house.ann.ephemerals()) == 1
    assert house.slack.violations == []


READS = {
    "/hub team list": ("Teams of acme", "platform", "Build and run the platform"),
    "/hub team member list backend": ("Team backend of acme", "annberg"),
    "/hub invite list": ("Pending invites of acme", "nina.park@example.com", "lenaf"),
    "/hub repo list --name mail": ("Repositories of acme", "mail-tools"),
    "/hub tag list api": ("Tags of acme/api", "nightly"),
    "/hub repo immutable show api": ("Immutable tags of acme/api", "v1.*", "Immutable tags are on."),
    "/hub audit list --limit 5": ("Docker Hub's audit log of acme", "repo.tag.push"),
    "/hub limits": ("Docker Hub's rate limits", "600"),
    "/hub help": ("Access tokens", "Invite people to the organization"),
    "/hub help team": ("Add a member to a team",),
    "/hub invite help": ("Invite people to the organization", "Send a pending invite again"),
    "/hub team member list --help": ("List who is in a team",),
}


async def test_what_is_called_by_its_short_name_alone_opens_its_form(house: House) -> None:
    assert (await house.ann.command("/hub invite")).ok
    await house.ann.wait_for_view(is_form_of("invite.send"))
    assert house.slack.violations == []


async def test_everything_that_can_be_read_is_read(house: House) -> None:
    for line, words in READS.items():
        assert (await house.ann.command(line)).ok, line

        def fits(message: Message, words: tuple[str, ...] = words) -> bool:
            return all(word in words_of(message) for word in words)

        await house.ann.wait_for_ephemeral(fits)
    assert house.slack.violations == []
