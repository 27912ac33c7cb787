"""What people do in the sandbox's Docker Hub meanwhile, and what the side panel shows of it."""

import asyncio
import json

import aiohttp
import pytest

from sandbox.hub.content.outside_acts import ACTS
from sandbox.hub.wire.faults import Delay
from tests.sandbox.hub_client import running_hub


@pytest.mark.parametrize("name", [act.name for act in ACTS])
async def test_every_act_does_with_its_defaults_what_one_sentence_says(name: str) -> None:
    async with running_hub() as client:
        text = await client.hub.act_outside(name)
        assert text.endswith(".")
        assert "\n" not in text


async def test_an_act_is_the_persons_and_not_the_bots() -> None:
    async with running_hub() as client:
        assert await client.hub.act_outside("make_owner", username="samok", person="lenaf") == (
            "lenaf gave samok the role owner."
        )
        event = (await client.log())[0]
        assert (event["action"], event["actor"], event["name"]) == ("org.member.role.change", "lenaf", "samok")
        assert event["data"] == {"old_role": "member", "new_role": "owner"}


@pytest.mark.parametrize(
    ("name", "args", "reason"),
    [
        ("dance", {}, "nothing called dance"),
        ("push_tag", {"colour": "red"}, "takes no colour"),
        ("push_tag", {"repository": "none"}, "no repository acme/none"),
        ("make_owner", {"username": "omarh"}, "has the role owner already"),
        ("make_owner", {"username": "nobody"}, "nobody is not a member of acme"),
        ("make_public", {"repository": "web"}, "public already"),
        ("accept_invite", {"invitee": "x@y.ch"}, "no pending invite for x@y.ch"),
        ("outage", {"requests": "many"}, "must be a number"),
        ("change_rules", {"rules": "("}, "not an RE2 expression"),
        ("add_to_team", {"person": "gusguest"}, "gusguest is no member"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_sentence(name: str, args: dict[str, str], reason: str) -> None:
    async with running_hub() as client:
        with pytest.raises(ValueError, match=reason):
            await client.hub.act_outside(name, **args)
        assert client.hub.state.sequence == 0


async def test_an_outage_ends_after_its_requests() -> None:
    async with running_hub() as client:
        await client.hub.act_outside("outage", requests="2")
        statuses = [(await client.send("GET", "/v2/orgs/acme/groups")).status for _ in range(3)]
        assert statuses == [503, 503, 200]


async def test_trouble_is_ordered_and_ended() -> None:
    async with running_hub() as client:
        groups = "/v2/orgs/acme/groups"
        assert "429, come back after 7 s" in await client.hub.act_outside("too_fast", requests="1", seconds="7")
        refused = await client.send("GET", groups)
        assert (refused.status, refused.headers["Retry-After"]) == (429, "7")
        await client.hub.act_outside("nonsense", requests="1")
        assert isinstance((await client.send("GET", groups)).data, str)
        await client.hub.act_outside("drop", requests="2")  # aiohttp repeats a GET by itself
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.send("GET", groups)
        await client.hub.act_outside("outage", requests="9")
        await client.hub.act_outside("nothing")
        assert (await client.send("GET", groups)).status == 200


async def test_a_write_whose_answer_is_lost_is_done() -> None:
    async with running_hub() as client:
        await client.hub.act_outside("lost_answer", requests="1")
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.send("POST", "/v2/orgs/acme/groups", {"name": "new"})
        assert "new" in client.hub.state.organization.teams


async def test_a_slow_answer_is_the_right_one() -> None:
    async with running_hub() as client:
        client.hub.faults.add("GET", "*/groups", Delay(0.2))
        began = asyncio.get_running_loop().time()
        assert (await client.send("GET", "/v2/orgs/acme/groups")).status == 200
        assert asyncio.get_running_loop().time() - began >= 0.2


@pytest.mark.parametrize(("act", "seconds"), [("slow", "0"), ("slow", "x"), ("too_fast", "601"), ("slow", "-1")])
async def test_trouble_of_an_impossible_length_is_refused(act: str, seconds: str) -> None:
    async with running_hub() as client:
        with pytest.raises(ValueError, match="How many seconds must be a number from 1 to 600"):
            await client.hub.act_outside(act, seconds=seconds)


async def test_the_callback_comes_after_every_change_and_only_then() -> None:
    async with running_hub() as client:
        calls: list[int] = []
        client.hub.on_change(lambda: calls.append(client.hub.state.sequence))
        await client.send("GET", "/v2/orgs/acme/groups")
        assert calls == []
        await client.send("POST", "/v2/orgs/acme/groups", {"name": "new"})
        await client.hub.act_outside("make_public")
        assert calls == [1, 2]


async def test_the_snapshot_is_json_with_everything_that_the_panel_shows() -> None:
    async with running_hub() as client:
        await client.hub.act_outside("push_tag", repository="api", tag="v1.4.0")
        await client.get("/v2/orgs/acme/groups")
        shot = json.loads(json.dumps(client.hub.snapshot()))
        assert (shot["organization"], shot["repository_count"], len(shot["repositories"])) == ("acme", 60, 50)
        assert shot["members"][1] == {
            "username": "annberg",
            "name": "Ann Berg",
            "email": "ann@example.com",
            "role": "member",
        }
        assert {team["name"] for team in shot["teams"]} == {
            "owners",
            "platform",
            "backend",
            "data",
            "security",
            "release",
        }
        api = shot["repositories"][0]
        assert (api["name"], api["immutable"]) == ("api", {"enabled": True, "rules": ["v1.*"]})
        assert {tag["name"] for tag in api["tags"] if tag["immutable"]} >= {"v1.0.0", "v1.4.0"}
        assert not any(tag["immutable"] for tag in api["tags"] if tag["name"].startswith("v2"))
        assert {"team": "backend", "permission": "write"} in api["teams"]
        assert shot["log"][0]["action"] == "repo.tag.push"
        assert len(shot["log"]) <= 30
        assert {row["family"] for row in shot["rate_limits"]} == {"groups"}
        assert len(shot["invites"]) == 3
        push = next(act for act in shot["actions"] if act["name"] == "push_tag")
        assert [arg["default"] for arg in push["args"]] == ["api", "v2.4.0", "kofim"]
        assert "web" in push["args"][0]["choices"]
