"""What Docker Hub's errors say to people: whole sentences, and whether it may have been done."""

import pytest

from bot.errors import UserError
from bot.governance.hub_errors import HubFailed, sentence, text_of, translated
from bot.hub import Call, ConflictError, HubUnavailable, HubUnreachable

READ, WRITE = Call("GET", "/lever", "/lever"), Call("POST", "/lever", "/lever", writes=True)
FATE = "It may have been done all the same."


def test_docker_hubs_own_words_are_quoted_where_it_refused() -> None:
    text = sentence(ConflictError(WRITE, status=409, detail="it is down"))
    assert text == "This conflicts with what is already there. Docker Hub says: “it is down”."
    assert sentence(ConflictError(WRITE, status=409)) == "This conflicts with what is already there."


def test_the_words_of_a_failure_are_not_quoted() -> None:
    assert "stack trace" not in sentence(HubUnavailable(READ, status=500, detail="stack trace"))


@pytest.mark.parametrize(
    ("error", "is_open"),
    [
        (HubUnavailable(WRITE, status=503), True),
        (HubUnavailable(READ, status=503), False),
        (HubUnreachable(WRITE, sent=True), True),
        (HubUnreachable(WRITE, sent=False), False),
        (ConflictError(WRITE, status=409), False),
    ],
)
def test_a_write_that_may_have_been_done_says_so(error: HubUnavailable, is_open: bool) -> None:
    assert sentence(error).endswith(FATE) is is_open


def test_an_error_for_people_is_told_as_it_is() -> None:
    assert text_of(UserError("The lever is locked.")) == "The lever is locked."
    assert text_of(HubUnavailable(WRITE, status=503)).endswith(FATE)


def test_inside_docker_hubs_errors_become_ones_for_people_and_others_pass() -> None:
    with pytest.raises(HubFailed) as told, translated():
        raise ConflictError(WRITE, status=409, detail="it is down")
    assert told.value.text.endswith("“it is down”.")
    assert isinstance(told.value.__cause__, ConflictError)
    with pytest.raises(KeyError), translated():
        raise KeyError
