"""Every write says whom it is about: by its parameters, or by what it found when it looked."""

from typing import Any

import pytest
from pydantic import AfterValidator

from bot.hub import Hub
from bot.operations import OPERATIONS
from bot.operations.kit import fields
from bot.operations.kit.base import Beneficiary, ByAnyName, Mentions, Operation, Preview, Write, marker_of
from bot.operations.kit.beneficiaries import beneficiaries, everybody, somebody
from bot.operations.scim import changes, users
from sandbox.hub.content.state import Invite
from sandbox.hub.wire.faults import Respond
from tests.operations.doing import do, foresee, write_of
from tests.operations.judged import JudgedHub

WRITES = [operation for operation in OPERATIONS if isinstance(operation, Write)]
PERSON, PREVIEW, NOBODY = "whom the parameters name", "whom the preview finds", "nobody"
# A new write is a line here: whose role, team, invite or token is it?
WHO: dict[str, str] = {
    "member.role": PERSON,
    "member.remove": PERSON,
    "member.offboard": PREVIEW,
    "invite.send": PERSON,
    "invite.cancel": PREVIEW,
    "invite.resend": PREVIEW,
    "team.create": NOBODY,
    "team.update": NOBODY,
    "team.member.add": PERSON,
    "team.member.remove": PERSON,
    "team.delete": PREVIEW,
    "team.clone": PREVIEW,
    "repo.create": NOBODY,
    "repo.update": NOBODY,
    "repo.visibility": NOBODY,
    "repo.delete": NOBODY,
    "repo.immutable.set": NOBODY,
    "repo.team.set": PREVIEW,
    "repo.team.remove": PREVIEW,
    "tag.delete": NOBODY,
    "oat.create": NOBODY,
    "oat.update": PREVIEW,
    "oat.delete": PREVIEW,
    "pat.create": NOBODY,
    "pat.update": NOBODY,
    "pat.delete": NOBODY,
    "org.settings.update": NOBODY,
    "registry.access.update": NOBODY,
    "scim.user.create": PREVIEW,
    "scim.user.update": PREVIEW,
    "scim.user.deactivate": PREVIEW,
    "scim.user.activate": PREVIEW,
}
# What a value has to pass that is somebody's Docker ID, address or reference.
PERSON_CHECKS = {
    fields.check_invitee,
    fields.check_invite_id,
    fields.check_docker_id,
    users.check_reference,
    changes.check_address,
}


def person_fields(operation: Operation) -> dict[str, bool]:
    """The fields that name a person, however; and whether that is by any of several names."""
    found = {}
    for name, info in operation.params.model_fields.items():
        checks = {part.func for part in info.metadata if isinstance(part, AfterValidator)}
        takes_mentions = marker_of(info, Mentions) is not None
        if name != "organization" and (takes_mentions or checks & PERSON_CHECKS):
            found[name] = not takes_mentions or marker_of(info, ByAnyName) is not None
    return found


def names(found: tuple[Beneficiary, ...]) -> list[tuple[str, ...]]:
    """Each one's names."""
    return [each.names for each in found]


def test_every_write_is_asked_whom_it_is_about() -> None:
    assert set(WHO) == {operation.name for operation in WRITES}


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_no_field_that_names_a_person_is_overlooked(operation: Operation) -> None:
    found = person_fields(operation)
    if WHO[operation.name] == NOBODY:
        assert not found
    if WHO[operation.name] == PERSON:
        assert found
        assert not any(found.values()), "an id is no person's name: the preview has to say whose it is"


FORESEEN: list[tuple[str, dict[str, Any], list[tuple[str, ...]]]] = [
    ("member.offboard", {"person": "kofim"}, [("kofim", "kofi@example.com")]),
    ("member.offboard", {"person": "Kofi@Example.com"}, [("kofim", "kofi@example.com")]),
    ("scim.user.create", {"email": "new@example.com"}, [("new@example.com",)]),
    ("scim.user.update", {"user": "kofim", "given_name": "K"}, [("kofi@example.com", "kofim")]),
    ("scim.user.deactivate", {"user": "kofi@example.com"}, [("kofi@example.com", "kofim")]),
    ("member.role", {"username": "kofim", "role": "member"}, [("kofim",)]),
    ("invite.send", {"invitees": ["New@Example.com", "lenaf"]}, [("new@example.com",), ("lenaf",)]),
    ("oat.update", {"token": "CI", "active": "off"}, [("omarh",)]),
    ("oat.delete", {"token": "CI"}, [("omarh",)]),
    ("repo.visibility", {"repository": "api", "visibility": "public"}, []),
]


@pytest.mark.parametrize(("operation", "values", "about"), FORESEEN, ids=lambda value: str(value)[:30])
async def test_it_is_about_these_people_by_each_of_their_names(
    provisioned: Hub, operation: str, values: dict[str, Any], about: list[tuple[str, ...]]
) -> None:
    preview = await foresee(provisioned, operation, **values)
    params = write_of(operation).params.model_validate({"organization": "acme", **values})
    assert names(beneficiaries(params, preview)) == about


async def test_activating_somebody_again_is_about_them(hub_sandbox: JudgedHub, provisioned: Hub) -> None:
    await do(provisioned, "scim.user.deactivate", user="kofim")
    number = hub_sandbox.state.accounts["kofim"].id
    preview = await foresee(provisioned, "scim.user.activate", user=number)
    assert names(preview.about or ()) == [("kofi@example.com", "kofim")]


async def test_an_invite_by_its_id_is_about_whoever_is_invited(hub_sandbox: JudgedHub, hub: Hub) -> None:
    invite = Invite("Jane@example.com", "lenaf", "acme", "data", "member", hub_sandbox.state.now())
    hub_sandbox.state.organizations["acme"].invites[invite.id] = invite
    for operation in ("invite.cancel", "invite.resend"):
        preview = await foresee(hub, operation, invite=invite.id)
        assert names(preview.about or ()) == [("jane@example.com",)]


async def test_a_cloned_or_deleted_team_is_about_everybody_whom_it_takes_along(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    platform = hub_sandbox.state.organizations["acme"].teams["platform"]
    everybody_in_it = sorted((name,) for name in platform.members)
    cloned = await foresee(hub, "team.clone", **{"from": "platform", "to": "platform-two"})
    deleted = await foresee(hub, "team.delete", team="platform")
    assert names(cloned.about or ()) == names(deleted.about or ()) == everybody_in_it


async def test_a_teams_permission_is_about_those_who_may_do_more_or_less_by_it(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    members = hub_sandbox.state.organizations["acme"].members
    plain = {name for name in members if members[name].role == "member"}
    for operation, team, more in (("set", "data", {"permission": "write"}), ("remove", "backend", {})):
        people = hub_sandbox.state.organizations["acme"].teams[team].members.keys() & plain
        found = names((await foresee(hub, f"repo.team.{operation}", repository="api", team=team, **more)).about or ())
        assert found
        assert {name for (name,) in found} <= people, "owners and editors may do everything as it is"


async def test_where_docker_hub_hides_what_a_team_has_its_permission_is_about_everybody_in_it(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    hub_sandbox.faults.add("GET", "/v2/repositories/acme/api/groups", Respond(404, {"message": "no"}))
    acme = hub_sandbox.state.organizations["acme"]
    plain = {(name,) for name in acme.teams["data"].members if acme.members[name].role == "member"}
    preview = await foresee(hub, "repo.team.set", repository="api", team="data", permission="read")
    assert set(names(preview.about or ())) == plain
    assert plain


async def test_a_token_of_the_bots_own_account_is_nobodys(hub_sandbox: JudgedHub, hub: Hub) -> None:
    token = next(t for t in hub_sandbox.state.organizations["acme"].tokens.values() if t.label == "CI")
    token.created_by = hub.identity.name.upper()
    assert (await foresee(hub, "oat.delete", token="CI")).about == ()


def test_each_is_named_once_and_nobody_where_nothing_is_known() -> None:
    assert somebody("Jane", "jane", "", None, "J@x.io") == (Beneficiary(("jane", "j@x.io")),)
    assert somebody("", None) == ()
    params = write_of("invite.send").params.model_validate({"organization": "acme", "invitees": ["kim", "jane"]})
    assert beneficiaries(params, Preview((), about=everybody("a", "a"))) == (Beneficiary(("a",)),)
    assert beneficiaries(params, Preview((), about=())) == ()
    assert beneficiaries(params, Preview(())) == everybody("kim", "jane")
