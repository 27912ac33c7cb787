"""Who sits at a terminal, and what can be told there of who is who."""

import pytest

from bot import shell
from bot.errors import RequestRefused
from bot.governance.people import DirectoryUnavailable, Person, is_slack_user, seat_in, system_user_in
from bot.governance.policy import Policy
from bot.shell import Distant, Offline, own_identity, require_tie, system_user


class Slack:
    """A Slack in which Ann has left, and that can fall silent."""

    is_silent = False

    async def person(self, user: str) -> Person:
        """Gone."""
        if self.is_silent:
            raise DirectoryUnavailable
        return Person(user, user, is_active=False, is_guest=False, is_bot=False)

    async def members_of(self, _group: str) -> frozenset[str]:
        """Ann."""
        if self.is_silent:
            raise DirectoryUnavailable
        return frozenset({"U0ANN"})


async def test_where_slack_answers_it_is_believed_and_else_everybody_is_somebody_active() -> None:
    slack = Slack()
    directory = Distant(slack)
    assert not (await directory.person("U0ANN")).is_active
    assert (await directory.person("terminal:root@x")).is_active, "whom Slack cannot know it is not asked for"
    assert await directory.members_of("S0LEADS") == {"U0ANN"}
    slack.is_silent = True
    assert (await directory.person("U0ANN")).is_active
    with pytest.raises(DirectoryUnavailable):
        await directory.members_of("S0LEADS")


async def test_without_slack_nobody_can_tell_who_is_in_a_group() -> None:
    with pytest.raises(DirectoryUnavailable, match="S0LEADS"):
        await Offline().members_of("S0LEADS")


def test_an_identity_names_the_system_user_and_the_machine_and_fits_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_identity().startswith(f"terminal:{system_user()}@")
    monkeypatch.setattr("socket.gethostname", lambda: "h" * 200)
    assert len(own_identity()) == 64
    assert system_user_in(own_identity()) == system_user()
    assert not is_slack_user(own_identity())


@pytest.mark.parametrize(
    ("identity", "user"),
    [
        ("terminal:root@build-7", "root"),
        ("terminal:root", "root"),
        ("terminal:ann@corp.example@build-7", "ann@corp.example"),
        ("U0ANN", ""),
        ("hubwarden", ""),
        ("root@build-7", ""),
    ],
)
def test_the_system_user_is_read_out_of_an_identity(identity: str, user: str) -> None:
    assert system_user_in(identity) == user


@pytest.mark.parametrize(
    ("user", "identity", "may"),
    [
        ("root", "U0OMAR", True),
        ("root", "U0LENA", False),
        ("deploy", "U0OMAR", False),
        ("deploy", "terminal:deploy@x", True),
    ],
)
def test_only_who_is_tied_to_the_system_user_is_named_for_a_write(
    monkeypatch: pytest.MonkeyPatch, user: str, identity: str, *, may: bool
) -> None:
    monkeypatch.setattr(shell, "system_user", lambda: user)
    policy = Policy.model_validate({"version": 1, "terminal": {"users": {"root": ["U0OMAR"]}}})
    if may:
        require_tie(policy, identity)
        return
    with pytest.raises(RequestRefused) as caught:
        require_tie(policy, identity)
    assert f"terminal: {{users: {{{user}: [{identity}]}}}}" in caught.value.text


@pytest.mark.parametrize(
    ("origin", "seat"),
    [("terminal root@build-7", "terminal:root@build-7"), ("terminal", None), ("", None), (None, None), ("web x", None)],
)
def test_a_seat_is_read_out_of_where_a_request_comes_from(origin: str | None, seat: str | None) -> None:
    assert seat_in(origin) == seat
