"""Work beside the listeners: bounded, waited for at a stop, and its errors said to whoever caused them."""

import asyncio

import pytest

from bot.errors import UsageError, UserError
from bot.slack.replies import Replies, ReplyAddress
from bot.slack.tasks import Tasks
from sandbox.slack import SlackSandbox

ADDRESS = ReplyAddress("U0ANN")


@pytest.fixture
def tasks(replies: Replies) -> Tasks:
    return Tasks(replies)


def told(slack: SlackSandbox) -> list[str]:
    """What Ann was told."""
    ann = slack.person("U0ANN")
    return [str(message.body["text"]) for message in ann.messages(ann.direct_channel)]


async def failing(error: BaseException) -> None:
    """Work that goes wrong."""
    await asyncio.sleep(0)
    raise error


async def test_a_stop_waits_for_what_runs(tasks: Tasks) -> None:
    done = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append(True)

    tasks.run(work(), ADDRESS)
    await tasks.drain(5)
    assert done == [True]


async def test_a_stop_ends_what_takes_too_long_without_a_word(slack: SlackSandbox, tasks: Tasks) -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    tasks.run(work(), ADDRESS)
    await tasks.drain(0.01)
    assert ended.is_set()
    assert told(slack) == []


async def test_a_stop_with_nothing_to_wait_for_is_at_once(tasks: Tasks) -> None:
    await tasks.drain(0)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("Not today."), "Not today."),
        (UsageError("No.", usage="team list"), "No.\n`/hub team list`"),
        (ValueError("a bug with a password"), "Something went wrong in Hubwarden"),
        (ExceptionGroup("several", [ValueError()]), "Something went wrong in Hubwarden"),
    ],
)
async def test_an_error_is_a_sentence_for_whoever_caused_it(
    slack: SlackSandbox, tasks: Tasks, error: Exception, said: str
) -> None:
    tasks.run(failing(error), ADDRESS)
    await tasks.drain(5)
    (text,) = told(slack)
    assert text.startswith(said)
    assert "password" not in text


async def test_no_more_run_at_once_than_there_are_slots_and_all_of_them_run(replies: Replies) -> None:
    tasks = Tasks(replies, limit=2)
    running, most, done = 0, 0, 0

    async def work() -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        done += 1

    for _ in range(9):
        tasks.run(work(), ADDRESS)
    await tasks.drain(5)
    assert (most, done) == (2, 9)


async def test_work_whose_turn_never_came_is_closed(replies: Replies) -> None:
    tasks = Tasks(replies, limit=1)
    waiting = [asyncio.sleep(60), asyncio.sleep(60)]
    for work in waiting:
        tasks.run(work, ADDRESS)
    await tasks.drain(0.01)
    for work in waiting:
        with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
            work.send(None)


async def test_an_error_in_one_leaves_its_slot_to_the_next(slack: SlackSandbox, replies: Replies) -> None:
    tasks = Tasks(replies, limit=1)
    for number in range(3):
        tasks.run(failing(UserError(f"No {number}.")), ADDRESS)
    await tasks.drain(5)
    assert sorted(told(slack)) == ["No 0.", "No 1.", "No 2."]
