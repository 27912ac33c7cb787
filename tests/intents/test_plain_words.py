"""Plain words: what is asked for most becomes a form filled in, and never anything that is asked for at once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.intents.plain_words import SAID
from bot.intents.typed import read_plain
from bot.intents.wishes import Form
from bot.intents.words import split_line
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.parameters import parameters
from bot.phrases import Mention, Phrase
from tests.intents.reading import SLASH, Known, at_once
from tests.operations.samples import HOSTILE

JANE, ADA = {"invitees": "jane@example.com"}, {"username": "ada"}


def proposed(line: str | Phrase, accounts: Known | None = None) -> Form | None:
    """The form that the sentence proposes."""
    words = split_line((line,) if isinstance(line, str) else line)
    return at_once(read_plain(words, SLASH, accounts=accounts or Known()))


@pytest.mark.parametrize(
    ("line", "operation", "values", "reason"),
    [
        ("invite jane@example.com to platform", "invite.send", JANE | {"team": "platform"}, ""),
        (
            "Please invite jane@example.com to the platform team because she joins on Monday.",
            "invite.send",
            JANE | {"team": "platform"},
            "she joins on Monday.",
        ),
        (
            "Could you invite jane@example.com and joe as an editor to team web?",
            "invite.send",
            {"invitees": "jane@example.com joe", "role": "editor", "team": "web"},
            "",
        ),
        ("add ada to platform", "team.member.add", ADA | {"team": "platform"}, ""),
        ("put ada into the web team", "team.member.add", ADA | {"team": "web"}, ""),
        ("add jane@example.com to acme", "invite.send", JANE, ""),
        ("kick ada from team web since she moved", "team.member.remove", ADA | {"team": "web"}, "she moved"),
        ("remove ada from acme", "member.remove", ADA, ""),
        ("kick ada", "member.remove", ADA, ""),
        ("make ada an owner", "member.role", ADA | {"role": "owner"}, ""),
        ("promote ada to editor", "member.role", ADA | {"role": "editor"}, ""),
        ("make api public", "repo.visibility", {"repository": "api", "visibility": "public"}, ""),
        ("make the repository acme/api private", "repo.visibility", {"repository": "acme/api"}, ""),
        ("create a new public repo fresh", "repo.create", {"repository": "fresh", "visibility": "public"}, ""),
        ("create a team docs", "team.create", {"team": "docs"}, ""),
        ("delete repository api", "repo.delete", {"repository": "api"}, ""),
        ("delete the tag v1 of api", "tag.delete", {"tag": "v1", "repository": "api"}, ""),
        ("remove tag api:v1", "tag.delete", {"tag": "v1", "repository": "api:v1"}, ""),
        ("lock the tags of api", "repo.immutable.set", {"repository": "api"}, ""),
        ("protect v.* in api", "repo.immutable.set", {"repository": "api", "rules": "v.*"}, ""),
    ],
)
def test_a_sentence_becomes_the_form_filled_in(line: str, operation: str, values: dict[str, str], reason: str) -> None:
    form = proposed(line)
    assert form is not None
    assert (form.operation.name, form.reason) == (operation, reason)
    assert values.items() <= dict(form.values).items()


def test_whoever_is_mentioned_is_looked_up() -> None:
    form = proposed(("invite ", Mention("U0JANE", name="Jane"), " to platform"), Known({"U0JANE": "jane@example.com"}))
    assert form is not None
    assert form.values == JANE | {"team": "platform"}


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "invite",
        "invite jane@example.com",
        "invite revoke jane@example.com",
        "invite send jane@example.com to platform",
        "invite jane@example.com to platform --reason x",
        "team member add platform ada",
        "thanks, that worked!",
        "make it so",
        "because",
        "remove",
        "word " * 500,
        "",
    ],
)
def test_what_is_a_command_or_nothing_of_the_kind_proposes_nothing(line: str) -> None:
    assert proposed(line) is None


def test_each_way_to_say_it_fills_in_what_its_operation_has() -> None:
    for said in SAID:
        names = {parameter.name for parameter in parameters(BY_NAME[said.operation].params)}
        values = {word.strip("<>…") for word in said.pattern.split() if word.startswith("<")}
        assert values | {name for name, _ in said.fixed} <= names, said


SCRAPS = [word for said in SAID for word in said.pattern.replace("|", " ").split()]
WORDS = st.sampled_from([*SCRAPS, *HOSTILE, "jane@example.com", "because", "please", "api", "owner"])


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | st.text(max_size=8), max_size=12).map(" ".join))
def test_plain_words_never_ask_for_anything_by_themselves(line: str) -> None:
    found: Any
    try:
        found = proposed(line)
    except UserError:
        return
    assert found is None or (isinstance(found, Form) and found.operation in OPERATIONS)
