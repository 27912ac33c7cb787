"""Settings of the organization, and registry access management: said in words, written whole, refused when stale."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import UserError
from bot.hub import Hub, NotFoundError
from bot.operations import organization_settings as org
from bot.operations.kit.base import CapabilityMissing
from bot.operations.registry import access as registry
from bot.operations.registry.edits import MAX_REGISTRIES
from sandbox.hub.wire.faults import Respond
from tests.operations.judged import JudgedHub

SETTINGS = "/v2/orgs/acme/settings"
REGISTRIES = f"{SETTINGS}/registry-access-management"
OURS = {"address": "ghcr.io", "friendly_name": "Ours", "allowed": True}


def settings(**given: Any) -> org.SettingsUpdate:
    return org.SettingsUpdate(organization="acme", **given)


def access(**given: Any) -> registry.RegistryAccessUpdate:
    return registry.RegistryAccessUpdate(**{"organization": "acme"} | given)


async def do(hub: Hub, params: registry.RegistryAccessUpdate) -> list[str]:
    """Every step that is left, done; what each said."""
    steps = await registry.edits_left(hub, params)
    results = [await registry.make_edit(hub, params, step) for step in steps]
    assert all(result.done for result in results)
    return [f"{result.subject}: {result.text}" for result in results]


async def test_settings_are_shown_with_what_they_mean(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await org.show_settings(hub, org.OrganizationSettings(organization="acme"))
    assert answer.rows == (
        ("Image restrictions", "off"),
        ("Docker Official Images", "allowed"),
        ("Images of Verified Publishers", "allowed"),
    )
    assert answer.note == "Image restrictions are off: everybody can pull every image on Docker Hub."
    assert hub_sandbox.judge()[-1] == "GetOrgSettings"


async def test_restrictions_are_compared_explained_and_sent_whole(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = settings(restricted_images="on", verified_publishers="blocked")
    preview = await org.preview_update(hub, params)
    assert [(c.subject, c.before, c.after) for c in preview.changes] == [
        ("Image restrictions", "off", "on"),
        ("Images of Verified Publishers", "allowed", "blocked"),
    ]
    assert preview.notes[1] == (
        "Then: Image restrictions are on: people can pull the organization’s own images, Docker Official Images from "
        "Docker Hub; Verified Publishers' images, community images are blocked."
    )
    organization = hub_sandbox.state.organizations["acme"]
    owners = len(organization.owners())
    assert preview.notes[2].startswith(f"This holds for {len(organization.members) - owners} members of acme")
    assert f"not for its {owners} owners" in preview.notes[2]
    await org.update_settings(hub, params)
    assert hub_sandbox.requests.made("PUT", SETTINGS)[0].body == {
        "restricted_images": {
            "enabled": True,
            "allow_official_images": True,
            "allow_verified_publishers": False,
        }
    }
    assert (await org.preview_update(hub, params)).is_noop
    assert "UpdateOrgSettings" in hub_sandbox.judge()


async def test_what_changes_nothing_while_restrictions_are_off_is_said(hub: Hub) -> None:
    preview = await org.preview_update(hub, settings(official_images="blocked"))
    assert preview.notes[-1] == "While image restrictions are off, this changes nothing for anybody."


async def test_any_setting_changed_meanwhile_makes_the_approval_stale(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = settings(restricted_images="on")
    approved = await org.preview_update(hub, params)
    hub_sandbox.state.organizations["acme"].restricted_images["allow_official_images"] = False
    assert (await org.preview_update(hub, params)).fingerprint != approved.fingerprint


async def test_a_setting_that_is_not_known_here_counts_too(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = settings(restricted_images="on")
    approved = await org.preview_update(hub, params)
    flags = hub_sandbox.state.organizations["acme"].restricted_images
    hub_sandbox.faults.add("GET", SETTINGS, Respond(200, {"restricted_images": flags, "allow_list": ["acme/api"]}))
    assert (await org.preview_update(hub, params)).fingerprint != approved.fingerprint


async def test_an_update_of_no_setting_is_a_question(hub: Hub) -> None:
    with pytest.raises(UserError, match="switch image restrictions on or off"):
        await org.preview_update(hub, settings())


async def test_a_plan_without_the_settings_is_named(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.organizations["acme"].plan.settings = False
    for refused in (
        org.show_settings(hub, org.OrganizationSettings(organization="acme")),
        org.update_settings(hub, settings(restricted_images="on")),
    ):
        with pytest.raises(UserError) as error:
            await refused
        assert "That takes a Business plan, and an owner's Docker ID" in error.value.text


async def test_settings_without_image_restrictions_name_the_plan(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("GET", SETTINGS, Respond(200, {}))
    with pytest.raises(
        UserError, match=r"shows no image restrictions for this organization\. They take a Business plan"
    ):
        await org.preview_update(hub, settings(restricted_images="on"))


async def test_registry_access_is_shown_with_what_it_means(hub_sandbox: JudgedHub, hub: Hub) -> None:
    document = hub_sandbox.state.organizations["acme"].registry_access
    document.enabled, document.custom = True, [dict(OURS)]
    answer = await registry.show_access(hub, registry.RegistryAccess(organization="acme"))
    assert answer.rows == (("DockerHub", "standard", "allowed", "–"), ("ghcr.io", "added", "allowed", "Ours"))
    assert answer.note == "Registry access management is on: DockerHub, ghcr.io can be reached, and no other."


async def test_each_difference_is_a_step_that_writes_the_whole_document(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = access(enabled="on", allow="GHCR.io", nickname="Ours", block="dockerhub")
    preview = await registry.preview_update(hub, params)
    assert [(c.subject, c.before, c.after) for c in preview.changes] == [
        ("Registry ghcr.io", None, "allowed, called “Ours”"),
        ("Registry DockerHub", "allowed", "blocked"),
        ("Registry access management", "off", "on"),
    ]
    assert "Docker Hub itself is blocked" in preview.notes[0]
    steps = await registry.edits_left(hub, params)
    assert [(step.key, step.hub_action) for step in steps] == [
        ("custom:ghcr.io", "org.registry_access.registry_added"),
        ("standard:dockerhub", "org.registry_access.registry_updated"),
        ("switch:", "org.registry_access.enabled"),
    ]
    assert steps[0].subjects == ("ghcr.io", "acme")
    await do(hub, params)
    bodies = [each.body for each in hub_sandbox.requests.made("PUT", REGISTRIES)]
    hub_allowed, hub_blocked = [{"id": "DockerHub", "allowed": True}], [{"id": "DockerHub", "allowed": False}]
    assert bodies == [
        {"enabled": False, "standard_registries": hub_allowed, "custom_registries": [OURS]},
        {"enabled": False, "standard_registries": hub_blocked, "custom_registries": [OURS]},
        {"enabled": True, "standard_registries": hub_blocked, "custom_registries": [OURS]},
    ]
    assert (await registry.preview_update(hub, params)).is_noop
    assert await registry.edits_left(hub, params) == []


async def test_a_registry_is_blocked_allowed_and_removed_again(hub_sandbox: JudgedHub, hub: Hub) -> None:
    document = hub_sandbox.state.organizations["acme"].registry_access
    document.custom = [dict(OURS), {"address": "quay.io", "friendly_name": "quay.io", "allowed": True}]
    assert await do(hub, access(block="ghcr.io", remove="quay.io")) == [
        "Registry ghcr.io: blocked, called “Ours”",
        "Registry quay.io: removed",
    ]
    assert hub_sandbox.state.organizations["acme"].registry_access.custom == [OURS | {"allowed": False}]
    assert await do(hub, access(allow="ghcr.io")) == ["Registry ghcr.io: allowed, called “Ours”"]


async def test_a_key_that_is_not_known_here_is_written_back(hub_sandbox: JudgedHub, hub: Hub) -> None:
    rows = [{"id": "DockerHub", "allowed": True, "since": "2020"}]
    answer = {"enabled": False, "standard_registries": rows, "custom_registries": []}
    hub_sandbox.faults.add("GET", REGISTRIES, Respond(200, answer), times=2)
    await do(hub, access(enabled="on"))
    assert hub_sandbox.requests.made("PUT", REGISTRIES)[0].body == answer | {"enabled": True}


async def test_switching_off_comes_first_and_opening_before_closing(hub_sandbox: JudgedHub, hub: Hub) -> None:
    document = hub_sandbox.state.organizations["acme"].registry_access
    document.enabled, document.custom = True, [dict(OURS)]
    steps = await registry.edits_left(hub, access(enabled="off", remove="ghcr.io", allow="quay.io"))
    assert [step.key for step in steps] == ["switch:", "custom:quay.io", "custom:ghcr.io"]


async def test_a_document_changed_meanwhile_makes_the_approval_stale(hub_sandbox: JudgedHub, hub: Hub) -> None:
    approved = await registry.preview_update(hub, access(enabled="on"))
    hub_sandbox.state.organizations["acme"].registry_access.custom = [dict(OURS)]
    assert (await registry.preview_update(hub, access(enabled="on"))).fingerprint != approved.fingerprint


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "switch registry access on or off"),
        ({"allow": "dockerhubb"}, "nor a host name such as ghcr.io. The nearest is “DockerHub”"),
        ({"block": "quay.io"}, "“quay.io” is not in the list of registries."),
        ({"remove": "DockerHub"}, "one of Docker's standard registries, which stay in the list: block it"),
        ({"allow": "ghcr.io", "remove": "GHCR.io"}, "“ghcr.io” is named twice"),
        ({"allow": "ghcr.io quay.io", "nickname": "Two"}, "The nickname “Two” goes with one registry of your own"),
        ({"enabled": "on", "nickname": "None"}, "The nickname “None” goes with one registry of your own"),
    ],
)
async def test_what_cannot_be_is_refused_before_the_write(hub: Hub, given: dict[str, str], said: str) -> None:
    with pytest.raises(UserError) as refused:
        await registry.preview_update(hub, access(**given))
    assert said in refused.value.text


async def test_a_registry_to_remove_that_is_not_listed_is_named_with_the_nearest(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    hub_sandbox.state.organizations["acme"].registry_access.custom = [dict(OURS)]
    preview = await registry.preview_update(hub, access(remove="ghrc.io"))
    assert preview.is_noop
    assert preview.notes[-1] == "“ghrc.io” is not in the list of registries. The nearest is “ghcr.io”."


async def test_more_registries_than_docker_takes_are_refused(hub_sandbox: JudgedHub, hub: Hub) -> None:
    rows: list[dict[str, object]] = [OURS | {"address": f"r{n}.example"} for n in range(MAX_REGISTRIES)]
    hub_sandbox.state.organizations["acme"].registry_access.custom = rows
    with pytest.raises(UserError, match="That would be 101 registries, and Docker takes at most 100"):
        await registry.preview_update(hub, access(allow="ghcr.io"))
    assert (await registry.preview_update(hub, access(remove="r1.example", allow="ghcr.io"))).changes


@pytest.mark.parametrize("value", ["https://ghcr.io", "ghcr.io/acme", "a..b", "-x.io", "é.io"])
def test_what_is_no_registry_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="is no registry"):
        access(allow=[value])


@pytest.mark.parametrize("status", [403, 404])
async def test_registry_access_can_be_a_missing_capability(hub_sandbox: JudgedHub, hub: Hub, status: int) -> None:
    hub_sandbox.faults.add("GET", REGISTRIES, Respond(status, {"detail": "no"}))
    with pytest.raises(CapabilityMissing, match=r"does not offer registry access management to this account \(4"):
        await registry.show_access(hub, registry.RegistryAccess(organization="acme"))


async def test_an_organization_that_is_not_there_is_no_missing_capability(hub: Hub) -> None:
    with pytest.raises(NotFoundError):
        await registry.show_access(hub, registry.RegistryAccess(organization="nowhere"))
