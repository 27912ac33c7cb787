"""Personal access tokens of the bot's own account."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.errors import UserError
from bot.governance.stored import head_of
from bot.hub import Credential, Hub, HubProtocolError, NotFoundError
from bot.operations import BY_NAME
from bot.operations.kit.base import Lookup, Write
from bot.operations.kit.consequences import Harm, Risk
from bot.operations.tokens import personal as pat
from bot.operations.tokens.access_tokens import Token, name_choices
from sandbox.hub.content.seed import ORGANIZATION_TOKEN
from sandbox.hub.wire.faults import Respond
from tests.operations.judged import JudgedHub

PATH = "/v2/access-tokens"
TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


def new(**given: Any) -> pat.PersonalTokenCreate:
    return pat.PersonalTokenCreate(**{"organization": "acme", "label": "CI", "scope": "repo:read"} | given)


def one(token: str) -> pat.OnePersonalToken:
    return pat.OnePersonalToken(organization="acme", token=token)


def changed(token: str, **given: Any) -> pat.PersonalTokenUpdate:
    return pat.PersonalTokenUpdate(organization="acme", token=token, **given)


def id_of(hub_sandbox: JudgedHub, label: str) -> str:
    return next(token.id for token in hub_sandbox.state.personal_tokens.values() if token.label == label)


async def test_the_list_holds_the_accounts_own_tokens_alone_and_says_so(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await pat.list_tokens(hub, pat.PersonalTokenList(organization="acme"))
    assert [(row[0], row[1], row[2]) for row in answer.rows] == [
        ("hubwarden", "repo:admin", "active"),
        ("old laptop", "repo:read", "switched off"),
    ]
    assert answer.note.startswith("1 of 2 tokens active. These are the tokens of the bot's own account;")
    assert hub_sandbox.judge()[-1] == "ListPersonalAccessTokens"


async def test_a_new_token_is_previewed_made_and_can_be_taken_back(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = new(expires=TOMORROW)
    preview = await pat.preview_create(hub, params)
    assert preview.changes[0].subject == "Personal access token “CI” of the bot's own account"
    assert preview.changes[0].after == (
        f"may pull from public and from its private repositories (repo:read); expires at the end of {TOMORROW} (UTC)"
    )
    outcome = await pat.create(hub, params)
    made = hub_sandbox.state.personal_tokens[id_of(hub_sandbox, "CI")]
    assert outcome.secret is not None
    assert outcome.secret.get_secret_value() == made.secret
    assert made.secret not in repr(outcome) + outcome.summary
    assert hub_sandbox.requests.made("POST", PATH)[0].body == {
        "token_label": "CI",
        "scopes": ["repo:read"],
        "expires_at": f"{TOMORROW}T23:59:59Z",
    }
    assert outcome.take_back is not None
    await outcome.take_back()
    assert made.id not in hub_sandbox.state.personal_tokens
    assert {"CreatePersonalAccessToken", "DeletePersonalAccessToken"} <= set(hub_sandbox.judge())


async def test_a_token_that_never_ends_sends_no_expiry_and_says_so(hub_sandbox: JudgedHub, hub: Hub) -> None:
    endless, operation = new(expires="never"), BY_NAME["pat.create"]
    assert isinstance(operation, Write)
    head = head_of(operation, endless, await pat.preview_create(hub, endless))
    assert head.risks[-1] == Risk(
        Harm.POWER, "It never expires: whoever has copied it can use it until somebody deletes it."
    )
    await pat.create(hub, endless)
    assert hub_sandbox.requests.made("POST", PATH)[0].body == {"token_label": "CI", "scopes": ["repo:read"]}


@pytest.mark.parametrize(("typed", "days"), [(None, 90), ("30 days", 30), ("90 DAYS", 90), ("`1 year`", 365)])
async def test_a_token_ends_after_a_period_unless_it_is_asked_to_have_no_end(typed: str | None, days: int) -> None:
    params = new(**({} if typed is None else {"expires": typed}))
    assert params.expires == datetime.now(UTC).date() + timedelta(days=days)
    assert pat.PersonalTokenCreate.model_validate(params.model_dump(mode="json")) == params


async def test_an_expiry_that_has_passed_is_refused_before_the_write(hub_sandbox: JudgedHub, hub: Hub) -> None:
    with pytest.raises(UserError, match=r"2020-01-01 has passed, today is .* Give today or a later day"):
        await pat.preview_create(hub, new(expires=date(2020, 1, 1)))
    assert not hub_sandbox.requests.made("POST", PATH)


async def test_the_last_day_may_be_today(hub: Hub) -> None:
    assert (await pat.preview_create(hub, new(expires=datetime.now(UTC).date()))).changes


async def test_a_label_that_is_taken_is_no_error_but_is_said(hub: Hub) -> None:
    preview = await pat.preview_create(hub, new(label="Old laptop"))
    assert any(note.startswith("Another token is called “old laptop” too: switched off") for note in preview.notes)


@pytest.mark.parametrize("scope", ["repo:all", "admin", ""])
def test_a_scope_that_docker_does_not_have_is_refused(scope: str) -> None:
    with pytest.raises(ValidationError):
        new(scope=scope)


@pytest.mark.parametrize(("length", "taken"), [(1, True), (100, True), (101, False), (0, False)])
def test_a_label_has_1_to_100_characters(length: int, taken: bool) -> None:
    if taken:
        assert new(label="x" * length).label
    else:
        with pytest.raises(ValidationError):
            new(label="x" * length)


def test_a_secret_is_taken_neither_for_a_label_nor_for_a_name() -> None:
    for make in (lambda: new(label="my dckr_pat_abc"), lambda: one("dckr_oat_abc")):
        with pytest.raises(ValidationError, match="holds an access token itself"):
            make()


async def test_showing_a_token_takes_its_label_or_its_id(hub_sandbox: JudgedHub, hub: Hub) -> None:
    uuid = id_of(hub_sandbox, "old laptop")
    by_label, by_id = await pat.show_token(hub, one("OLD laptop")), await pat.show_token(hub, one(uuid))
    assert by_label == by_id
    assert ("Id", uuid) in by_label.rows
    assert ("Made from", "127.0.0.1") in by_label.rows
    assert "GetPersonalAccessToken" in hub_sandbox.judge()


async def test_an_unknown_label_names_the_nearest(hub: Hub) -> None:
    with pytest.raises(UserError, match=r"has no token “old labtop”\. The nearest is “old laptop”"):
        await pat.show_token(hub, one("old labtop"))


async def test_somebody_elses_token_is_unknown(hub_sandbox: JudgedHub, hub: Hub) -> None:
    with pytest.raises(UserError, match="has no token “scanner”"):
        await pat.show_token(hub, one("scanner"))
    with pytest.raises(UserError, match="has no token"):
        await pat.show_token(hub, one(id_of(hub_sandbox, "scanner")))


async def test_a_label_that_several_have_is_a_question_with_ids(hub_sandbox: JudgedHub, hub: Hub) -> None:
    await pat.create(hub, new())
    await pat.create(hub, new())
    ids = [token.id for token in hub_sandbox.state.personal_tokens.values() if token.label == "CI"]
    with pytest.raises(UserError, match="2 tokens are called “CI”") as question:
        await pat.preview_delete(hub, one("CI"))
    assert all(each in question.value.text for each in ids)
    assert (await pat.preview_delete(hub, one(ids[0]))).changes


async def test_switching_off_says_when_it_was_used_and_whom_it_may_lock_out(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = changed("hubwarden", active="off")
    preview = await pat.preview_update(hub, params)
    assert [(c.before, c.after) for c in preview.changes] == [("on", "off")]
    assert "made by the bot's own account (manual)" in preview.notes[0]
    assert "last used 20" in preview.notes[0]
    assert "the bot stops working" in preview.notes[1]
    assert not hub_sandbox.requests.made("PATCH")


async def test_an_update_sends_what_was_given_and_is_then_done(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = changed("old laptop", label="older laptop", active="on")
    preview = await pat.preview_update(hub, params)
    assert [(c.subject, c.before, c.after) for c in preview.changes] == [
        ("Label", "old laptop", "older laptop"),
        ("Token “old laptop”", "off", "on"),
    ]
    await pat.update(hub, params)
    assert hub_sandbox.requests.made("PATCH")[0].body == {"token_label": "older laptop", "is_active": True}
    assert (await pat.preview_update(hub, params)).is_noop
    assert "UpdatePersonalAccessToken" in hub_sandbox.judge()


async def test_a_missing_token_is_not_taken_for_another_that_has_the_new_label(hub: Hub) -> None:
    with pytest.raises(UserError, match="has no token “gone”"):
        await pat.preview_update(hub, changed("gone", label="old laptop", active="on"))


async def test_an_update_of_nothing_is_refused(hub: Hub) -> None:
    with pytest.raises(UserError, match="Nothing would be different"):
        await pat.preview_update(hub, changed("old laptop"))


async def test_deleting_is_previewed_done_and_then_nothing_to_do(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await pat.preview_delete(hub, one("old laptop"))
    assert preview.changes[0].before == "switched off, repo:read"
    assert preview.notes[0].endswith(", never used.")
    await pat.delete(hub, one("old laptop"))
    assert "old laptop" not in [token.label for token in hub_sandbox.state.personal_tokens.values()]
    assert (await pat.preview_delete(hub, one("old laptop"))).is_noop
    with pytest.raises(UserError, match="has no token"):
        await pat.delete(hub, one("old laptop"))


async def test_an_approval_of_a_deletion_is_stale_when_another_token_has_taken_the_label(hub: Hub) -> None:
    before = await pat.preview_delete(hub, one("old laptop"))
    await pat.delete(hub, one("old laptop"))
    await pat.create(hub, new(label="old laptop"))
    assert (await pat.preview_delete(hub, one("old laptop"))).fingerprint != before.fingerprint


async def test_an_organization_token_has_no_personal_tokens_and_the_sentence_says_so(hub_sandbox: JudgedHub) -> None:
    hub = Hub(url=hub_sandbox.url, credential=Credential("acme", SecretStr(ORGANIZATION_TOKEN)))
    with pytest.raises(UserError, match=r"logged in with a Docker ID; an organization access token.*\(403: "):
        await pat.preview_create(hub, new())
    await hub.close()


async def test_an_answer_without_the_token_may_have_made_one(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("POST", PATH, Respond(201, {"uuid": "1"}))
    with pytest.raises(HubProtocolError) as lost:
        await pat.create(hub, new())
    assert lost.value.unclear


async def test_a_token_that_went_meanwhile_is_not_deleted_twice(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("DELETE", f"{PATH}/*", Respond(404, {"message": "access token not found"}))
    with pytest.raises(NotFoundError):
        await pat.delete(hub, one("old laptop"))


async def test_the_menu_offers_ids_where_labels_do_not_tell(hub: Hub) -> None:
    def token(number: str, label: str) -> Token:
        return Token(number, label, True, "omarh", None, None, None)

    assert name_choices([token("1", "CI"), token("2", "ci"), token("3", "web")], "c") == ["1", "2"]
    assert name_choices([token("4", "x" * 151), token("5", "x" * 150)], "") == ["4", "x" * 150]
    assert await pat.choose_tokens(hub, Lookup("acme", "LAP")) == ["old laptop"]
