"""The audit log of the sandbox's Docker Hub."""

from sandbox.hub.content import log
from sandbox.hub.content.seed import ORGANIZATION_TOKEN
from sandbox.hub.wire import times
from sandbox.world import BOT_ACCOUNT, BOT_PASSWORD
from tests.contract.notation import statement
from tests.sandbox.hub_client import running_hub

LOG = "/v2/auditlogs/acme"


def test_the_actions_are_dockers() -> None:
    served = {group: list(names) for group, (_, names) in log.ACTIONS.items()}
    assert served == statement("audit_actions")


async def test_actions_are_listed_without_their_group_and_events_have_it() -> None:
    async with running_hub() as client:
        actions = (await client.get(f"{LOG}/actions"))["actions"]
        assert "tag.push" in [action["name"] for action in actions["repo"]["actions"]]
        assert "repo.tag.push" in {event["action"] for event in (await client.get(LOG))["logs"]}


async def test_an_actor_with_a_token_is_named_with_it() -> None:
    async with running_hub() as client:
        await client.send("POST", "/v2/orgs/acme/groups", {"name": "one"})
        event = (await client.log())[0]
        assert event["actor"] == 'acme-hubwarden - access token "hubwarden"'
        assert event["data"]["access_token_label"] == "hubwarden"
        assert event["data"]["access_token_type"] == "personal"
        await client.log_in("acme", ORGANIZATION_TOKEN)
        await client.send("POST", "/v2/orgs/acme/groups", {"name": "two"})
        assert (await client.log())[0]["actor"] == 'acme - access token "hubwarden"'
        await client.log_in(BOT_ACCOUNT, BOT_PASSWORD)
        await client.send("POST", "/v2/orgs/acme/groups", {"name": "three"})
        event = (await client.log())[0]
        assert (event["actor"], event["data"]) == ("acme-hubwarden", {"team": "three"})


async def test_the_newest_event_comes_first() -> None:
    async with running_hub() as client:
        stamps = [event["timestamp"] for event in (await client.get(f"{LOG}?page_size=100"))["logs"]]
        assert stamps == sorted(stamps, reverse=True)


async def test_the_log_is_filtered_by_action_name_actor_and_time() -> None:
    async with running_hub() as client:
        client.hub.clock.advance(5)
        since = times.second(client.hub.clock.now())
        await client.send("POST", "/v2/orgs/acme/groups", {"name": "one"})
        await client.hub.act_outside("push_tag")
        await client.hub.act_outside("make_public")
        assert [e["action"] for e in (await client.get(f"{LOG}?from={since}"))["logs"]] == [
            "repo.change_privacy",
            "repo.tag.push",
            "org.team.create",
        ]
        assert [e["action"] for e in (await client.get(f"{LOG}?from={since}&name=acme/api&actor=omarh"))["logs"]] == [
            "repo.change_privacy"
        ]
        by_bot = (await client.get(f"{LOG}?from={since}&actor=acme-hubwarden"))["logs"]
        assert [event["action"] for event in by_bot] == ["org.team.create"]
        client.hub.clock.advance(5)
        now = times.second(client.hub.clock.now())
        assert (await client.get(f"{LOG}?from={now}"))["logs"] == []
        older = (await client.get(f"{LOG}?to=2001-01-01T00:00:00Z"))["logs"]
        assert older == []


async def test_two_identical_events_in_one_second_are_two_events() -> None:
    async with running_hub() as client:
        for _ in range(2):
            await client.hub.act_outside("support_change")
        first, second = (await client.get(f"{LOG}?page_size=2"))["logs"]
        assert first == second
        assert first["actor"] == "dockersupport"


async def test_events_can_arrive_late() -> None:
    async with running_hub() as client:
        client.hub.state.options.log_delay = 30
        await client.hub.act_outside("make_public")
        assert await client.log("repo.change_privacy") == []
        assert client.hub.snapshot()["log"][0]["action"] != "repo.change_privacy"
        client.hub.clock.advance(31)
        assert len(await client.log("repo.change_privacy")) == 1


async def test_what_docker_does_not_log_is_not_in_the_log() -> None:
    async with running_hub() as client:
        before = len(await client.log())
        await client.hub.act_outside("cancel_invite")
        await client.hub.act_outside("change_permission")
        await client.send("POST", "/v2/access-tokens", {"token_label": "one", "scopes": ["repo:read"]})
        assert client.hub.state.sequence == 3
        assert len(await client.log()) == before


async def test_somebodys_own_log_is_theirs_to_read() -> None:
    async with running_hub() as client:
        await client.become("annberg")
        assert (await client.get("/v2/auditlogs/annberg"))["logs"] == []
        assert (await client.send("GET", LOG)).status == 403
