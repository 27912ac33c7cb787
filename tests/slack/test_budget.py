"""One budget for whatever changes what stands in Slack, in which some leave room for others."""

import pytest

from bot.outbox.sender import RateLimited
from bot.slack.budget import Budget


class Watch:
    """A monotonic clock that stands still."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_no_more_than_the_budget_is_taken_in_any_minute() -> None:
    watch = Watch()
    budget = Budget(3, watch)
    for seconds in (0, 10, 10):
        watch.seconds += seconds
        budget.take()
    with pytest.raises(RateLimited) as caught:
        budget.take()
    assert caught.value.seconds == 40, "until the first of them is a minute ago"
    assert not caught.value.holds_up, "what is posted to the same place need not wait"
    watch.seconds += caught.value.seconds
    budget.take()
    with pytest.raises(RateLimited):
        budget.take()


def test_who_keeps_a_reserve_leaves_that_to_the_others() -> None:
    watch = Watch()
    budget = Budget(5, watch)
    for _ in range(3):
        budget.take(reserve=2)
        watch.seconds += 1
    with pytest.raises(RateLimited) as caught:
        budget.take(reserve=2)
    assert caught.value.seconds == 57
    budget.take()
    budget.take()
    with pytest.raises(RateLimited) as caught:
        budget.take(reserve=2)
    assert caught.value.seconds == 59, "until two of the five are left beside it"


def test_a_reserve_larger_than_the_budget_still_lets_one_through() -> None:
    budget = Budget(1, Watch())
    budget.take(reserve=20)
    with pytest.raises(RateLimited):
        budget.take(reserve=20)
