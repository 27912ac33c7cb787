"""A world from a file: what is left out follows from the rest, and what is wrong is said in sentences."""

import re
from pathlib import Path

import pytest

from sandbox.documents import DocumentError
from sandbox.world import World, model, read_world

EXAMPLE = Path(__file__).parents[3] / "sandbox" / "example-world.yml"
PARTS: dict[str, type[model.Value]] = {
    "people": model.Person,
    "channels": model.Channel,
    "user_groups": model.UserGroup,
    "teams": model.Team,
    "repositories": model.Repository,
    "invites": model.Invite,
    "events": model.PastEvent,
    "bot": model.BotAccount,
}
SMALL = "organization: northwind\npeople:\n  - {name: Ida Holm, email: ida@northwind.example, role: owner}\n"


def read(folder: Path, text: str) -> World:
    """The world that this text is."""
    path = folder / "world.yml"
    path.write_text(text, encoding="utf-8")
    return read_world(path, app="Release Robot")


def problems(folder: Path, text: str) -> tuple[str, ...]:
    """What is wrong with this text."""
    with pytest.raises(DocumentError) as caught:
        read(folder, text)
    return caught.value.problems


def test_the_example_can_be_used() -> None:
    world = read_world(EXAMPLE, app="Release Robot")
    assert [team.name for team in world.teams] == ["platform", "builds"]
    assert world.repositories[0].immutable == (r"v1\..*",)


def test_an_organization_and_somebody_are_enough(tmp_path: Path) -> None:
    world = read(tmp_path, SMALL)
    (ida,) = world.people
    assert (ida.handle, ida.slack_id, ida.docker_id) == ("ida", "U0IDA", "ida")
    assert [(channel.name, channel.id) for channel in world.channels] == [("general", "C0GENERAL")]


def test_the_bots_account_is_named_after_the_organization_and_the_app(tmp_path: Path) -> None:
    world = read(tmp_path, SMALL)
    assert (world.bot.username, world.bot.name, world.bot.label) == (
        "northwind-release-robot",
        "Release Robot",
        "release robot",
    )


def test_the_bots_account_can_be_given(tmp_path: Path) -> None:
    bot = read(tmp_path, SMALL + "bot: {username: northwindbot, token: dckr_pat_mine}\n").bot
    assert (bot.username, bot.token, bot.password) == ("northwindbot", "dckr_pat_mine", "sandbox-password")


def test_somebody_can_be_in_slack_only_or_on_docker_hub_only(tmp_path: Path) -> None:
    world = read_world(EXAMPLE, app="Release Robot")
    assert "northwindbuilds" in dict(world.in_docker_hub)
    assert "northwindbuilds" not in {person.docker_id for _, person in world.in_slack}
    assert "U0GIL" in dict(world.in_slack)


def test_words_that_yaml_once_took_for_truth_stay_words(tmp_path: Path) -> None:
    world = read(tmp_path, SMALL + "teams:\n  - {name: on}\n  - {name: no}\n")
    assert [team.name for team in world.teams] == ["on", "no"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("organization: other\n", 'world.yml, line 4: found duplicate key "organization"'),
        ("members: []\n", "world.yml: members is unknown; known are organization, workspace, people, channels, "),
        ("teams: [{name: web, colour: red}]\n", "world.yml: teams[1].colour is unknown; known are name, description"),
        ("teams: [{description: x}]\n", "world.yml: teams[1] has no “name”, which it needs."),
        ("teams: [{name: Web!}]\n", "world.yml: teams[1].name: “Web!” does not match "),
        (
            "teams: [{name: web, members: [noor]}]\n",
            "world.yml: teams, web: there is no “noor”; there are the members by Docker ID ida.",
        ),
        (
            "user_groups: [{handle: leads, members: [noor]}]\n",
            "world.yml: user_groups, leads: there is no “noor”; there are the Slack handles ida.",
        ),
        (
            "channels: [{name: general, members: [noor]}]\n",
            "world.yml: channels, general: there is no “noor”; there are the Slack handles ida.",
        ),
        (
            "repositories: [{name: shop, teams: {web: read}}]\n",
            "world.yml: repositories, shop: there is no “web”; there are the teams (none).",
        ),
        (
            "repositories: [{name: shop, teams: {web: rule}}]\n",
            "world.yml: repositories[1].teams.web: “rule” is none of 'read', 'write' or 'admin'.",
        ),
        (
            "repositories: [{name: shop, immutable: ['(']}]\n",
            "world.yml: repositories[1].immutable[1]: “(” is no RE2 expression.",
        ),
        ("repositories: [{name: shop}, {name: shop}]\n", "world.yml: “shop” stands 2 times among repositories."),
        ("invites: [{invitee: x@y.example, team: web}]\n", "world.yml: invites, x@y.example: there is no “web”; "),
        ("bot: {username: ida}\n", "world.yml: “ida” stands 2 times among people and bot, by docker_id."),
        ("channels: []\n", "world.yml: channels: tuple should have at least 1 item after validation, not 0."),
    ],
)
def test_what_is_wrong_is_said_with_what_there_is(tmp_path: Path, more: str, said: str) -> None:
    (problem,) = problems(tmp_path, SMALL + more)
    assert problem.startswith(said), problem


def test_a_role_that_does_not_exist_is_told_with_those_that_do(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SMALL.replace("owner", "boss"))
    assert problem == "world.yml: people[1].role: “boss” is none of 'owner', 'editor' or 'member'."


def test_two_people_with_one_address_are_told(tmp_path: Path) -> None:
    found = problems(tmp_path, SMALL + "  - {name: Ida Two, email: ida@northwind.example}\n")
    assert "world.yml: “ida@northwind.example” stands 2 times among people, by e-mail address." in found


def test_nobody_in_slack_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, SMALL.replace("role: owner", "deactivated: true")) == (
        "world.yml: people has nobody with a Slack account that is not deactivated.",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a list\n", "world.yml holds no keys with values."),
        ("", "world.yml holds no keys with values."),
        ("a: [1\n", "world.yml, line "),
        ("a: !!python/object:os.system x\n", "world.yml, line 1: "),
        ("[" * 3000, "world.yml is nested too deeply."),
    ],
)
def test_what_is_no_world_at_all_is_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(said), problem
    assert problem.endswith(".")


def test_a_file_that_is_missing_or_no_text_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "world.yml"
    with pytest.raises(DocumentError, match=r"world\.yml cannot be read: No such file or directory\.$"):
        read_world(path, app="x")
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DocumentError, match=r"world\.yml is no UTF-8 text\.$"):
        read_world(path, app="x")


def test_the_readme_names_every_key_and_none_that_does_not_exist() -> None:
    readme = (EXAMPLE.parent / "README.md").read_text(encoding="utf-8")
    rows = dict(
        re.findall(
            r"^\| `(people|channels|user_groups|teams|repositories|invites|events|bot)` \| (.*) \|$",
            readme,
            re.MULTILINE,
        )
    )
    first = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", readme.partition("| key |")[2].partition("\n\n")[0], re.MULTILINE)
    assert {key for cell in first for key in re.findall(r"`(\w+)`", cell)} == set(World.model_fields)
    values = {"owner", "editor", "member", "read", "write", "admin", "null", "owners"}
    values |= {"person", "single_channel_guest", "bot", "colleague", "external"}
    for key, row in rows.items():
        fields = set(PARTS[key].model_fields)
        named = set(re.findall(r"`(\w+)`", row))
        assert fields <= named, key
        assert named - fields <= values, key


def test_guest_is_a_short_word_for_a_kind(tmp_path: Path) -> None:
    world = read(tmp_path, SMALL + "  - {name: Gil, email: gil@partner.example, guest: true}\n")
    assert [(person.kind, person.is_guest) for person in world.people] == [("person", False), ("guest", True)]


def test_a_single_channel_guest_in_two_channels_is_told(tmp_path: Path) -> None:
    sol = "  - {name: Sol, email: sol@partner.example, kind: single_channel_guest}\n"
    places = "channels:\n  - {name: one, members: [sol]}\n  - {name: two, members: [sol]}\n"
    assert problems(tmp_path, SMALL + sol + places) == (
        "world.yml: “sol” is a single-channel guest, and is named in 2 channels.",
    )


def test_another_company_in_a_channel_of_ones_own_is_told(tmp_path: Path) -> None:
    eve = "  - {name: Eve, email: eve@supplier.example, kind: external}\n"
    text = SMALL + eve + "channels:\n  - {name: suppliers, members: [ida, eve]}\n"
    assert problems(tmp_path, text) == (
        "world.yml: “eve” is of another company, and channels, suppliers is not external.",
    )
    assert read(tmp_path, text.replace("suppliers,", "suppliers, external: true,")).channels[0].external


def test_a_workspace_of_bots_alone_is_none(tmp_path: Path) -> None:
    assert problems(tmp_path, SMALL.replace("role: owner", "kind: bot"))
