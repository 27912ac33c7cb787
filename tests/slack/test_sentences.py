"""What somebody reads whose wish could not be taken: harmless, and with the line that would have been right."""

import pytest

from bot.errors import NotAnApprover, UsageError, UserError
from bot.intents.forms import LinesAtFault
from bot.intents.usage import usage
from bot.operations import OPERATIONS
from bot.operations.kit.base import Operation
from bot.phrases import Mention
from bot.slack.sentences import LONGEST_ERROR, error_message, error_text, said
from tests.intents.reading import parse
from tests.operations.samples import HOSTILE
from tests.slack.samples import AMPERSANDS, flaws


@pytest.mark.parametrize("typed", [*HOSTILE[:-2], "<@U0OMAR>"])
def test_an_error_repeats_what_was_typed_and_mentions_nobody(typed: str) -> None:
    content = error_message(UsageError(f"“{typed}” is no Docker ID.", usage=usage(OPERATIONS[0])))
    assert flaws(content) == []
    assert "<" not in content.text


def test_a_person_that_we_name_stays_a_mention_and_a_channel_does_not() -> None:
    said = ("Only ", Mention("U0ANN"), " and ", Mention("S0LEADS", "group"), " may, not <!channel> or <@U0OMAR>.")
    content = error_message(NotAnApprover(*said))
    assert "Only <@U0ANN> and <!subteam^S0LEADS> may, not &lt;!channel&gt; or &lt;@U0OMAR&gt;." in content.text


@pytest.mark.parametrize("text", ["x" * 10_000, AMPERSANDS * 5])
def test_a_long_error_passes(text: str) -> None:
    assert flaws(error_message(UserError(text))) == []
    assert flaws(error_message(UsageError(text, usage="x"))) == []
    assert len(error_text(UserError(text))) <= 2500


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_usage_line_survives_its_own_error(operation: Operation) -> None:
    with pytest.raises(UsageError) as caught:
        parse(f"{operation.name.replace('.', ' ')} --zzz")
    assert flaws(error_message(caught.value)) == []


def test_a_sentence_is_its_own_fallback() -> None:
    assert said("Done.").text == "Done."


def test_the_line_that_would_have_been_right_can_be_typed_as_it_stands() -> None:
    assert error_message(UsageError("No.", usage="team list")).text == "No.\n`/hub team list`"
    assert error_message(UsageError("No.")).text == "No."


def test_each_line_at_fault_has_a_line_and_nothing_of_it_is_markup() -> None:
    text = error_text(LinesAtFault(["Line 3: “<!here>” is no Docker ID.", "Line 4: “x@y” is no e-mail address."]))
    assert text.splitlines() == [
        "Nothing was asked for; this is in the way:",
        "Line 3: “&lt;!here&gt;” is no Docker ID.",
        "Line 4: “x@y” is no e-mail address.",
    ]


def test_a_thousand_lines_at_fault_are_counted() -> None:
    text = error_text(LinesAtFault([f"Line {number}: “not*{number}” is no Docker ID." for number in range(1, 1001)]))
    assert len(text) < LONGEST_ERROR
    assert f"…and {1000 - text.count(chr(10) + 'Line ')} more lines like these" in text
