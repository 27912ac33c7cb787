"""What the executor is told of a request before it claims it."""

from datetime import timedelta

from bot.governance.execution.judgement import Ended, Judgement, Postponed, Stands
from bot.governance.judge import judge_claim
from tests.governance.parts import LEADS, LENA, ONE_AGREES, START, Desk

NEVER = '{version: 1, rules: [{name: never, operations: ["*"], refuse: no levers any more}]}'


async def judged(desk: Desk, number: int) -> Judgement:
    """What is said of it."""
    return await judge_claim(desk.context, await desk.row(number))


async def test_what_everybody_still_agrees_to_stands(desk: Desk) -> None:
    assert await judged(desk, await desk.ask_approved()) == Stands()


async def test_what_does_not_suffice_any_more_has_ended_and_waits_again(desk: Desk) -> None:
    number = await desk.ask_approved(LENA)
    desk.people.groups[LEADS] = frozenset()
    desk.policy = ONE_AGREES.replace("one agrees", "still one")
    assert await judged(desk, number) == Ended(
        "The approval of @U0LENA, who is no longer among the approvers, does not count any more."
    )
    assert await desk.status(number) == "pending"


async def test_what_the_policy_refuses_has_ended_also_where_it_is_being_done(desk: Desk) -> None:
    approved, begun = await desk.ask_approved(), await desk.ask_executing()
    desk.policy = NEVER
    for number in (approved, begun):
        assert await judged(desk, number) == Ended("The rule “never” refuses lever.pull: no levers any more")
    assert (await desk.status(approved), await desk.status(begun)) == ("refused", "executing")


async def test_while_slack_does_not_answer_it_is_postponed_and_says_why(desk: Desk) -> None:
    number = await desk.ask_approved(LENA)
    desk.people.silent = {LEADS}
    assert await judged(desk, number) == Postponed(
        "Slack does not answer who may decide it now, and without that nothing is done.",
        START + timedelta(seconds=30),
    )
    assert await desk.status(number) == "approved"


async def test_while_docker_hub_does_not_tell_whom_it_is_about_that_is_what_is_said(desk: Desk) -> None:
    number = await desk.ask_approved(LENA)
    await desk.change(number, about=[{"names": ["jane"], "people": []}])
    assert await judged(desk, number) == Postponed(
        "Docker Hub does not tell whom it is about, and without that nothing is done.", START + timedelta(seconds=30)
    )
