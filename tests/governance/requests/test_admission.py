"""Who may decide, as of now, and whether there are enough of them."""

import pytest

from bot.governance.approval.principals import User, UserGroup
from bot.governance.approval.requirement import NOBODY, Requirement, Stage
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.admission import admitting, count_eligible
from bot.governance.requests.approvers import require_approver
from bot.governance.requests.bars import Asked
from bot.governance.requests.queries import by_number
from tests.governance.parts import ANN, BOT, DAY, GUEST, LEADS, LEFT, LENA, MIRA, OMAR, SAM, Desk, group, users

OTHERS = "S0OTHERS"
NAMED, IN_GROUP = Stage(1, users(OMAR)), Stage(1, (group(),))


def wanting(*stages: Stage) -> Requirement:
    """A requirement of these stages."""
    return Requirement(stages, DAY)


async def admitted(desk: Desk, user: str, *stages: Stage) -> tuple[object, ...]:
    """By which principals."""
    return await admitting(wanting(*stages), await desk.people.person(user), desk.people)


async def test_it_answers_by_which_principals_somebody_may_in_the_order_of_the_stages(desk: Desk) -> None:
    both = Stage(1, (group(), *users(LENA)))
    assert await admitted(desk, LENA, both) == (UserGroup(LEADS), User(LENA))
    assert await admitted(desk, MIRA, both) == (UserGroup(LEADS),)
    assert await admitted(desk, SAM, both) == ()
    assert await admitted(desk, LENA) == ()


async def test_a_principal_of_two_stages_is_named_once(desk: Desk) -> None:
    assert await admitted(desk, LENA, IN_GROUP, Stage(1, (group(), *users(LENA)))) == (UserGroup(LEADS), User(LENA))


async def test_all_stages_count_together(desk: Desk) -> None:
    desk.people.groups[LEADS] |= {OMAR}
    assert await admitted(desk, OMAR, NAMED, IN_GROUP) == (User(OMAR), UserGroup(LEADS))


async def test_a_silent_group_does_not_matter_where_something_else_of_its_stage_admits_them(desk: Desk) -> None:
    desk.people.silent = {LEADS}
    assert await admitted(desk, OMAR, Stage(1, (group(), *users(OMAR)))) == (User(OMAR),)


@pytest.mark.parametrize("stages", [(IN_GROUP,), (NAMED, IN_GROUP), (IN_GROUP, NAMED)])
async def test_a_silent_group_matters_where_nothing_else_of_its_stage_does(
    desk: Desk, stages: tuple[Stage, ...]
) -> None:
    desk.people.silent = {LEADS}
    with pytest.raises(DirectoryUnavailable):
        await admitted(desk, OMAR, *stages)


async def test_of_two_groups_the_one_that_answers_is_enough(desk: Desk) -> None:
    desk.people.silent = {OTHERS}
    assert await admitted(desk, LENA, Stage(1, (group(OTHERS), group()))) == (UserGroup(LEADS),)
    with pytest.raises(DirectoryUnavailable):
        await admitted(desk, SAM, Stage(1, (group(OTHERS), group())))


async def test_an_approver_is_told_by_which_principals_they_are_one(desk: Desk) -> None:
    view = await by_number(desk.context, await desk.ask())
    omar = await require_approver(desk.context, view, OMAR, verb="approve")
    lena = await require_approver(desk.context, view, LENA, verb="deny")
    assert omar.voters[OMAR].admitted_by == (User(OMAR),)
    assert lena.voters[LENA].admitted_by == (UserGroup(LEADS),)
    assert len(await desk.trail()) == 1, "nobody was refused"


# Enough of them


async def counted(desk: Desk, requirement: Requirement, requester: str) -> tuple[int, bool]:
    """How many may besides the requester, and whether these are enough."""
    found = await count_eligible(desk.context, requirement, {requester: Asked()})
    return found.count, found.is_enough


ENOUGH = [
    (wanting(Stage(1, users(OMAR))), ANN, (1, True)),
    (wanting(Stage(1, users(OMAR))), OMAR, (0, False)),
    (wanting(Stage(2, users(OMAR, LENA))), ANN, (2, True)),
    (wanting(Stage(2, users(OMAR, LENA))), LENA, (1, False)),
    (wanting(Stage(2, users(OMAR, GUEST, LEFT, BOT))), ANN, (1, False)),
    (wanting(Stage(2, (*users(LENA), group()))), ANN, (2, True)),
    (wanting(Stage(3, (*users(LENA), group()))), ANN, (2, False)),
    (wanting(Stage(1, (group("S0EMPTY"),))), ANN, (0, False)),
    (wanting(NAMED, IN_GROUP), ANN, (3, True)),
    (wanting(NAMED, NAMED), ANN, (1, False)),
    (wanting(Stage(1, (group(),)), Stage(2, (group(),))), ANN, (2, False)),
]


@pytest.mark.parametrize(("requirement", "requester", "found"), ENOUGH)
async def test_there_are_enough_where_different_people_can_fill_every_stage(
    desk: Desk, requirement: Requirement, requester: str, found: tuple[int, bool]
) -> None:
    assert await counted(desk, requirement, requester) == found


async def test_no_more_are_counted_than_are_needed(desk: Desk) -> None:
    many = users(*(f"U0{number:02}" for number in range(50)))
    assert await counted(desk, wanting(Stage(2, many)), ANN) == (2, True)


async def test_a_silent_group_leaves_it_open(desk: Desk) -> None:
    desk.people.silent = {LEADS}
    with pytest.raises(DirectoryUnavailable):
        await counted(desk, wanting(IN_GROUP), ANN)


async def test_where_nobody_has_to_agree_nobody_is_counted(desk: Desk) -> None:
    assert (await counted(desk, NOBODY, ANN))[0] == 0
    assert desk.people.asked == []
