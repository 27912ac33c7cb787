"""Addresses: folded, kept for ever, and of nobody who is no colleague."""

import pytest

from bot.db import humans
from bot.governance.addresses import Acquaintance, folded
from bot.governance.people import Person
from tests.governance.parts import Desk


@pytest.mark.parametrize(
    ("email", "is_as"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("ann+slack@example.com", "ann@example.com"),
        ("ann+a+b@example.com", "ann@example.com"),
        (" ann@example.com ", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann.berg@example.com", "ann.berg@example.com"),
        ("+@example.com", "+@example.com"),
        ("+ann@example.com", "+ann@example.com"),
        ("\uff21\uff2e\uff2e@example.com", "ann@example.com"),
        ("a\u00adnn\u200b@exam\u2060ple.com", "ann@example.com"),
        ("straße@example.com", "strasse@example.com"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        ('"a@b"@example.com', '"a@b"@example.com'),
        (None, None),
        ("", None),
        ("ann", None),
        ("@example.com", None),
        ("ann@", None),
        ("ann\x00@example.com", None),
        (f"{'a' * 400}@example.com", None),
    ],
)
def test_an_address_is_folded(email: str | None, is_as: str | None) -> None:
    assert folded(email) == is_as


def person(
    user: str, email: str | None, *, is_active: bool = True, is_bot: bool = False, is_foreign: bool = False
) -> Person:
    """Somebody as Slack tells of them."""
    return Person(user, user, is_active, is_guest=is_foreign, is_bot=is_bot, email=email, is_foreign=is_foreign)


async def known(desk: Desk, user: str) -> frozenset[str]:
    """Everybody who is the same human."""
    async with desk.database.begin() as session:
        return await humans.same_human(session, [user])


async def test_who_ever_had_the_same_address_is_the_same_human_and_so_on(any_desk: Desk) -> None:
    keep = Acquaintance(database=any_desk.database, clock=any_desk.times.clock).hear_of
    await keep([person("U0A", "one@x.example"), person("U0B", "ONE+b@x.example"), person("U0C", "three@x.example")])
    assert await known(any_desk, "U0A") == {"U0A", "U0B"}
    await keep([person("U0B", "two@x.example")])
    assert await known(any_desk, "U0A") == {"U0A", "U0B"}, "an address that was changed counts"
    await keep([person("U0C", "two@x.example", is_active=False)])
    for user in ("U0A", "U0B", "U0C"):
        assert await known(any_desk, user) == {"U0A", "U0B", "U0C"}
    assert await known(any_desk, "U0D") == {"U0D"}


async def test_bots_and_people_of_other_companies_are_nobodys_other_account(desk: Desk) -> None:
    keep = Acquaintance(database=desk.database, clock=desk.times.clock).hear_of
    box = "team@x.example"
    await keep([person("U0A", box), person("U0BOT", box, is_bot=True), person("U0OUT", box, is_foreign=True)])
    await keep([person("U0B", None), person("U0C", None), person("U0D", "no address"), person("U0E", "no address")])
    for user in ("U0A", "U0BOT", "U0OUT", "U0B", "U0D"):
        assert await known(desk, user) == {user}


async def test_what_was_kept_once_is_not_written_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Acquaintance(database=desk.database, clock=desk.times.clock)
    people = [person(f"U{number}", f"{number}@x.example") for number in range(500)]
    await keep.hear_of(people)
    monkeypatch.setattr(desk.database, "begin", None)
    await keep.hear_of(people)


async def test_another_process_that_keeps_the_same_is_no_trouble(any_desk: Desk) -> None:
    for _ in range(2):
        keep = Acquaintance(database=any_desk.database, clock=any_desk.times.clock)
        await keep.hear_of([person("U0A", "one@x.example")])
    async with any_desk.database.begin() as session:
        assert await humans.holders(session, "one@x.example") == ["U0A"]
