"""Organization access tokens."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.errors import UserError
from bot.hub import Credential, Hub, HubProtocolError
from bot.operations.kit.base import Lookup
from bot.operations.tokens import organization as oat
from bot.operations.tokens import organization_reads as reads
from bot.operations.tokens.resources import ORGANIZATION_SCOPES, REPOSITORY_SCOPES
from sandbox.hub.content import seed
from sandbox.hub.content.seed import ORGANIZATION_TOKEN
from sandbox.hub.content.state import OrganizationToken, Resource
from sandbox.hub.wire.faults import Respond
from sandbox.world import BOT_PASSWORD
from tests.operations.judged import JudgedHub

PATH = "/v2/orgs/acme/access-tokens"
DAY = 86400.0


def new(**given: Any) -> oat.OrganizationTokenCreate:
    defaults = {"organization": "acme", "label": "deploy", "repos": ["acme/api:image-pull"]}
    return oat.OrganizationTokenCreate(**defaults | given)


def one(token: str) -> reads.OneOrganizationToken:
    return reads.OneOrganizationToken(organization="acme", token=token)


def changed(token: str, **given: Any) -> oat.OrganizationTokenUpdate:
    return oat.OrganizationTokenUpdate(organization="acme", token=token, **given)


def stored(hub_sandbox: JudgedHub, label: str) -> OrganizationToken:
    return next(t for t in hub_sandbox.state.organizations["acme"].tokens.values() if t.label == label)


async def test_the_list_says_how_many_are_used_and_that_docker_does_not_say_how_many_may_be(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    stored(hub_sandbox, "reporting").active = False
    stored(hub_sandbox, "hubwarden").expires_at = hub_sandbox.state.now() - DAY
    answer = await reads.list_tokens(hub, reads.OrganizationTokenList(organization="acme"))
    assert [row[:3] for row in answer.rows] == [
        ("hubwarden", "expired", "omarh"),
        ("reporting", "switched off", "omarh"),
        ("CI", "active", "omarh"),
    ]
    assert answer.note.startswith("3 tokens used; Docker Hub's API does not say how many are allowed.")
    assert "10 with a Team and 100 with a Business plan" in answer.note
    assert hub_sandbox.judge()[-1] == "ListOrgAccessTokens"


async def test_showing_a_token_says_what_it_reaches(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await reads.show_token(hub, one("ci"))
    assert answer.rows[-1] == (
        "Reaches all repositories of acme, later ones too (acme/*)",
        "push and pull images, pull images (scope-image-push, scope-image-pull)",
    )
    assert (await reads.show_token(hub, one(stored(hub_sandbox, "CI").id))) == answer
    assert hub_sandbox.judge()[-1] == "GetOrgAccessToken"


async def test_a_new_token_says_what_it_may_reach_and_is_made_with_the_exact_body(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    last = datetime.now(UTC).date() + timedelta(days=30)
    params = new(
        repos="api: image-pull, image-push\nacme/*:scope-tag-read\n*/*/public:image-pull",
        org_scopes="member-read, scope-activity-read",
        expires=last,
        description="what the pipeline uses",
    )
    preview = await oat.preview_create(hub, params)
    assert [(c.subject, c.after) for c in preview.changes] == [
        ("Organization access token “deploy” of acme", f"active, expires at the end of {last} (UTC)"),
        ("Reach: acme/api (private)", "pull images, push and pull images"),
        ("Reach: all 60 repositories of acme, later ones too (acme/*)", "read tags"),
        ("Reach: all public repositories on Docker Hub (*/*/public)", "pull images"),
        ("Reach: the organization acme itself", "read members, read the audit log"),
    ]
    outcome = await oat.create(hub, params)
    assert hub_sandbox.requests.made("POST", PATH)[0].body == {
        "label": "deploy",
        "description": "what the pipeline uses",
        "resources": [
            {"type": "TYPE_REPO", "path": "acme/api", "scopes": ["scope-image-pull", "scope-image-push"]},
            {"type": "TYPE_REPO", "path": "acme/*", "scopes": ["scope-tag-read"]},
            {"type": "TYPE_REPO", "path": "*/*/public", "scopes": ["scope-image-pull"]},
            {"type": "TYPE_ORG", "path": "acme", "scopes": ["scope-member-read", "scope-activity-read"]},
        ],
        "expires_at": f"{last}T23:59:59Z",
    }
    made = stored(hub_sandbox, "deploy")
    assert outcome.secret is not None
    assert outcome.secret.get_secret_value() == made.secret
    assert made.secret not in repr(outcome) + outcome.summary
    assert outcome.take_back is not None
    await outcome.take_back()
    assert made.id not in hub_sandbox.state.organizations["acme"].tokens
    assert {"CreateOrgAccessToken", "DeleteOrgAccessToken"} <= set(hub_sandbox.judge())


async def test_what_was_stored_is_read_back_as_the_same_parameters() -> None:
    params = new(org_scopes=["member-read"], repos=["*/*/public:image-pull", "api:tag-read"], expires="2027-01-31")
    assert oat.OrganizationTokenCreate(**params.model_dump(mode="json", by_alias=True)) == params


@pytest.mark.parametrize(
    "typed", ["*", "acme", "acme/", "acme/**", "acme*", "acme/api-*", "*/*", "*/acme", "all", "*/public", "**"]
)
def test_all_repositories_written_wrongly_are_refused_with_the_right_spelling(typed: str) -> None:
    with pytest.raises(ValidationError, match=r"all of them are acme/\*"):
        new(repos=[f"{typed}:image-pull"])


@pytest.mark.parametrize("typed", ["other/*", "other/api"])
def test_another_organizations_repositories_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match=r"is not acme's.* acme/\*"):
        new(repos=[f"{typed}:image-pull"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"repos": ["api:image-psh"]}, "the nearest is scope-image-push"),
        ({"repos": ["api:zzz"]}, "there are image-pull, image-push"),
        ({"repos": ["api:member-read"]}, "give it as --org-scope member-read"),
        ({"repos": ["api"]}, "says no scope: write acme/api:image-pull"),
        ({"repos": ["acme/a/b:image-pull"]}, "no repository name"),
        ({"repos": ["none", "api:image-pull"]}, "stands alone"),
        ({"org_scopes": ["membr-read"]}, "the nearest is scope-member-read"),
        ({"org_scopes": ["image-pull"]}, r"give it as --repo acme/\*:image-pull"),
        ({"label": "dckr_oat_x"}, "holds an access token itself"),
        ({"description": "it is dckr_oat_x"}, "holds an access token itself"),
    ],
)
def test_what_docker_would_refuse_is_refused_with_the_way_out(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        new(**given)


def test_every_scope_that_a_bot_needs_is_known() -> None:
    assert set(seed.REPOSITORY_SCOPES) <= REPOSITORY_SCOPES.keys()
    assert set(seed.ORGANIZATION_SCOPES) <= ORGANIZATION_SCOPES.keys()
    assert not REPOSITORY_SCOPES.keys() & ORGANIZATION_SCOPES.keys()


def test_a_repository_that_is_named_twice_is_one_resource() -> None:
    assert new(repos=["api:image-pull", "acme/api:tag-read,image-pull"]).repos == (
        "acme/api:scope-image-pull,scope-tag-read",
    )


async def test_a_token_that_reaches_nothing_is_refused_before_the_write(hub_sandbox: JudgedHub, hub: Hub) -> None:
    for repos in ((), "none"):
        with pytest.raises(UserError, match="“deploy” would reach nothing"):
            await oat.preview_create(hub, new(repos=repos))
    assert not hub_sandbox.requests.made("POST", PATH)


async def test_a_repository_that_is_not_there_is_refused_before_the_write(hub_sandbox: JudgedHub, hub: Hub) -> None:
    with pytest.raises(UserError, match="no repository “apy” in acme"):
        await oat.preview_create(hub, new(repos=["apy:image-pull"]))
    assert not hub_sandbox.requests.made("POST", PATH)


async def test_an_expiry_that_has_passed_is_refused_before_the_write(hub: Hub) -> None:
    with pytest.raises(UserError, match="2020-01-01 has passed"):
        await oat.preview_create(hub, new(expires=date(2020, 1, 1)))


async def test_what_the_console_does_not_take_is_said(hub: Hub) -> None:
    notes = (await oat.preview_create(hub, new(description="x" * 201, expires=date(9999, 1, 1)))).notes
    assert any("201 characters; the console takes 200" in note for note in notes)
    assert any("more than a year" in note for note in notes)


async def test_from_ten_tokens_on_the_card_says_what_is_allowed(hub_sandbox: JudgedHub, hub: Hub) -> None:
    assert not any("allows" in note for note in (await oat.preview_create(hub, new())).notes)
    for number in range(7):
        token = OrganizationToken("acme", f"more {number}", f"dckr_oat_{number}", "omarh", hub_sandbox.state.now())
        hub_sandbox.state.organizations["acme"].tokens[token.id] = token
    notes = (await oat.preview_create(hub, new())).notes
    assert any(note.startswith("acme has 10 tokens. Docker's documentation allows 10") for note in notes)


async def test_a_label_that_several_have_is_a_question_with_ids(hub_sandbox: JudgedHub, hub: Hub) -> None:
    assert any("Another token is called “CI”" in n for n in (await oat.preview_create(hub, new(label="ci"))).notes)
    await oat.create(hub, new(label="CI"))
    ids = [t.id for t in hub_sandbox.state.organizations["acme"].tokens.values() if t.label == "CI"]
    with pytest.raises(UserError, match="2 tokens are called “CI”") as question:
        await oat.preview_delete(hub, one("CI"))
    assert all(each in question.value.text for each in ids)


async def test_an_unknown_label_names_the_nearest(hub: Hub) -> None:
    with pytest.raises(UserError, match=r"acme has no token “reportin”\. The nearest is “reporting”"):
        await reads.show_token(hub, one("reportin"))


async def test_switching_off_says_who_made_it_when_it_was_used_and_what_stops(hub_sandbox: JudgedHub, hub: Hub) -> None:
    stored(hub_sandbox, "CI").last_used_at = datetime(2026, 11, 20, 14, 5, tzinfo=UTC).timestamp()
    params = changed("CI", active="off")
    preview = await oat.preview_update(hub, params)
    assert [(c.subject, c.before, c.after) for c in preview.changes] == [("Token “CI”", "on", "off")]
    assert preview.notes[0].startswith("“CI” was made by omarh on 20")
    assert preview.notes[0].endswith("last used 2026-11-20 14:05 UTC.")
    assert preview.notes[1] == (
        "It reaches all repositories of acme, later ones too (acme/*): push and pull images, pull images."
    )
    assert preview.notes[2] == "Whatever uses it is locked out at once."
    await oat.update(hub, params)
    assert hub_sandbox.requests.made("PATCH")[0].body == {"is_active": False}
    assert (await oat.preview_update(hub, params)).is_noop
    await oat.update(hub, changed("CI", active="on"))
    assert stored(hub_sandbox, "CI").active
    assert "UpdateOrgAccessToken" in hub_sandbox.judge()


async def test_resources_of_a_kind_that_was_not_given_stay_as_they_are(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = changed("hubwarden", repos=["api:image-pull"])
    preview = await oat.preview_update(hub, params)
    assert [(c.subject, c.after) for c in preview.changes] == [
        ("Reach: all repositories of acme, later ones too (acme/*)", None),
        ("Reach: acme/api (private)", "pull images"),
    ]
    await oat.update(hub, params)
    assert hub_sandbox.requests.made("PATCH")[0].body == {
        "resources": [
            {"type": "TYPE_REPO", "path": "acme/api", "scopes": ["scope-image-pull"]},
            {"type": "TYPE_ORG", "path": "acme", "scopes": list(seed.ORGANIZATION_SCOPES)},
        ]
    }
    assert (await oat.preview_update(hub, params)).is_noop


async def test_none_takes_a_kind_of_resource_away_but_not_the_last(hub_sandbox: JudgedHub, hub: Hub) -> None:
    await oat.update(hub, changed("hubwarden", org_scopes="none"))
    assert [r.type for r in stored(hub_sandbox, "hubwarden").resources] == ["TYPE_REPO"]
    with pytest.raises(UserError, match="would reach nothing any more"):
        await oat.preview_update(hub, changed("hubwarden", repos="none"))


async def test_renaming_is_a_no_op_once_it_was_done(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = changed("CI", label="pipeline", description="builds")
    assert [(c.subject, c.before, c.after) for c in (await oat.preview_update(hub, params)).changes] == [
        ("Label", "CI", "pipeline"),
        ("Description", None, "builds"),
    ]
    await oat.update(hub, params)
    assert hub_sandbox.requests.made("PATCH")[0].body == {"label": "pipeline", "description": "builds"}
    assert (await oat.preview_update(hub, params)).is_noop
    with pytest.raises(UserError, match="acme has no token “gone”"):
        await oat.preview_update(hub, changed("gone", label="pipeline", active="off"))


async def test_an_approval_is_stale_when_somebody_changed_what_the_token_reaches(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    params = changed("CI", active="off")
    before = await oat.preview_update(hub, params)
    assert (await oat.preview_update(hub, params)).fingerprint == before.fingerprint
    stored(hub_sandbox, "CI").resources = (Resource("TYPE_REPO", "acme/web", ("scope-image-pull",)),)
    assert (await oat.preview_update(hub, params)).fingerprint != before.fingerprint


async def test_being_used_meanwhile_does_not_make_an_approval_stale(hub_sandbox: JudgedHub, hub: Hub) -> None:
    before = await oat.preview_delete(hub, one("CI"))
    stored(hub_sandbox, "CI").last_used_at = hub_sandbox.state.now()
    assert (await oat.preview_delete(hub, one("CI"))).fingerprint == before.fingerprint


async def test_an_expired_token_is_not_updated(hub_sandbox: JudgedHub, hub: Hub) -> None:
    stored(hub_sandbox, "CI").expires_at = hub_sandbox.state.now() - DAY
    with pytest.raises(UserError, match="an expired token can only be deleted"):
        await oat.preview_update(hub, changed("CI", active="off"))
    assert (await oat.preview_delete(hub, one("CI"))).changes[0].before == "expired"


async def test_an_update_of_nothing_is_refused(hub: Hub) -> None:
    with pytest.raises(UserError, match="Nothing would be different"):
        await oat.preview_update(hub, changed("CI"))


async def test_deleting_is_previewed_done_and_then_nothing_to_do(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await oat.preview_delete(hub, one("CI"))
    assert preview.changes[0].before == "active"
    assert preview.notes[0].endswith(", never used.")
    assert not any("locked out" in note for note in preview.notes), "that is a risk of deleting, said as one"
    await oat.delete(hub, one("CI"))
    after = await oat.preview_delete(hub, one("CI"))
    assert after.is_noop
    assert after.notes[0].startswith("acme has no token “CI”.")
    assert len(hub_sandbox.requests.made("DELETE")) == 1


@pytest.mark.parametrize("operation", oat.OPERATIONS, ids=lambda operation: operation.name)
async def test_an_organization_token_manages_none_and_the_sentence_names_it(
    hub_sandbox: JudgedHub, operation: Any
) -> None:
    hub = Hub(url=hub_sandbox.url, credential=Credential("acme", SecretStr(ORGANIZATION_TOKEN)))
    params = {
        reads.OneOrganizationToken: one("CI"),
        oat.OrganizationTokenCreate: new(org_scopes=["member-read"]),
        oat.OrganizationTokenUpdate: changed("CI", active="off"),
        reads.OrganizationTokenList: reads.OrganizationTokenList(organization="acme"),
    }[operation.params]
    for act in (operation.run,) if hasattr(operation, "run") else (operation.preview, operation.execute):
        with pytest.raises(UserError, match="an organization access token cannot make, show or change organization"):
            await act(hub, params)
    await hub.close()


async def test_an_editor_is_told_that_it_takes_an_owner(hub_sandbox: JudgedHub) -> None:
    hub = Hub(url=hub_sandbox.url, credential=Credential("kofim", SecretStr(BOT_PASSWORD)))
    with pytest.raises(UserError, match=r"an owner's password or personal access token.*\(403: this needs the role"):
        await reads.list_tokens(hub, reads.OrganizationTokenList(organization="acme"))
    await hub.close()


async def test_an_answer_without_the_token_may_have_made_one(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("POST", PATH, Respond(201, {"id": "1", "token": ""}))
    with pytest.raises(HubProtocolError) as lost:
        await oat.create(hub, new())
    assert lost.value.unclear


async def test_the_menu_offers_labels(hub: Hub) -> None:
    assert await reads.choose_tokens(hub, Lookup("acme", "r")) == ["hubwarden", "reporting"]


@pytest.mark.parametrize("typed", ["https://hub.docker.com/r/acme/api/tags", "hub.docker.com/r/acme/api", "ACME/Api"])
def test_a_token_may_reach_what_the_address_of_a_page_names(typed: str) -> None:
    assert new(repos=[f"{typed}:image-pull"]).repos == ("acme/api:scope-image-pull",)


def test_a_token_reaches_no_page_of_another_organization() -> None:
    with pytest.raises(ValidationError, match="is not acme's, and its tokens reach no others"):
        new(repos=["https://hub.docker.com/r/other/api:image-pull"])
