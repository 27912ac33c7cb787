"""What people type, and what is made of it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.intents.grammar import operation_begun
from bot.intents.help import topics
from bot.intents.usage import usage
from bot.intents.wishes import Form, Help, Pick, Vocabulary, Wish
from bot.intents.words import as_words
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Intent, Operation, Write
from bot.slack.commands import LONGEST_NAME
from bot.slack.markup import without_markup
from tests.intents.reading import parse, parse_words, written
from tests.operations.samples import HOSTILE, intents

SCRAPS = st.sampled_from(
    [*"\"'=,<>|&@ \n“”’—", "--", "--no-", "--reason", "--team=", "help", "invite", "send", "repo", "immutable", "set"]
    + [word for operation in OPERATIONS for word in operation.name.split(".")]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.one_of(SCRAPS, st.text(max_size=6)), max_size=14).map(" ".join))


def read(text: str) -> Wish:
    """What the text means for an organization named acme, typed in Slack."""
    return parse(without_markup(text))


def intent(text: str) -> Intent:
    """The intent that the text is."""
    found = read(text)
    assert isinstance(found, Intent), found
    return found


def form(text: str) -> Form:
    """The form that the text opens."""
    found = read(text)
    assert isinstance(found, Form), found
    return found


def error(text: str) -> UsageError:
    """The complaint about the text."""
    with pytest.raises(UsageError) as caught:
        read(text)
    return caught.value


def given_values(found: Intent) -> dict[str, Any]:
    """The parameters that differ from their defaults, the organization apart."""
    return found.params.model_dump(by_alias=True, exclude_defaults=True, exclude={"organization"})


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u00a0", "\u200b"])
def test_nothing_opens_the_menu(text: str) -> None:
    assert read(text) == Pick()


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("help", ""),
        ("Help", ""),
        ("HELP team", "team"),
        ("--help", ""),
        ("-h", ""),
        ("?", ""),
        ("help team member", "team.member"),
        ("team", "team"),
        ("Team", "team"),
        ("team help", "team"),
        ("team --help", "team"),
        ("team member", "team.member"),
        ("repo immutable -h", "repo.immutable"),
        ("team member add --help", "team.member.add"),
        ("team member add platform --help", "team.member.add"),
    ],
)
def test_help_is_asked_for_in_many_ways(text: str, topic: str) -> None:
    assert read(text) == Help(topic)


@pytest.mark.parametrize(
    ("text", "operation", "values"),
    [
        ("member list", "member.list", {}),
        ("MEMBER List", "member.list", {}),
        ("member  list\n", "member.list", {}),
        ("member\u00a0list", "member.list", {}),
        ("member list --search jane", "member.list", {"search": "jane"}),
        ("member list --search=jane", "member.list", {"search": "jane"}),
        ("member list search=jane", "member.list", {"search": "jane"}),
        ("member list --SEARCH jane", "member.list", {"search": "jane"}),
        ("member list —search jane", "member.list", {"search": "jane"}),
        ("member list --search “jane doe”", "member.list", {"search": "jane doe"}),
        ("member list --search ‘jane doe’", "member.list", {"search": "jane doe"}),
        ("member list --search='jane doe' --role owner", "member.list", {"search": "jane doe", "role": "owner"}),
        ("member list --search --role", "member.list", {"search": "--role"}),
        ("member list --search it's", "member.list", {"search": "it's"}),
        ("member list --search O’Neil", "member.list", {"search": "O'Neil"}),
        ("member list --role Owner", "member.list", {"role": "owner"}),
        ("repo list --ordering −pull_count", "repo.list", {"ordering": "-pull_count"}),
        ("audit list --from 2026‑11‑01", "audit.list", {"from": "2026-11-01"}),
        ("team member list Platform,", "team.member.list", {"team": "platform"}),
        ("team member list `platform`", "team.member.list", {"team": "platform"}),
        ("tag list ACME/Api", "tag.list", {"repository": "api"}),
        ("member list --search a=b", "member.list", {"search": "a=b"}),
        (r"member list --search a\d", "member.list", {"search": r"a\d"}),
        ("member list --search <https://a.example|a.example>", "member.list", {"search": "a.example"}),
        ("member list --search <mailto:j@a.example|j@a.example>", "member.list", {"search": "j@a.example"}),
        ("member list --search &lt;b&gt;&amp;amp;", "member.list", {"search": "<b>&amp;"}),
        ("member list --search #1", "member.list", {"search": "#1"}),
        ("team member list platform", "team.member.list", {"team": "platform"}),
        ("team member list team=platform", "team.member.list", {"team": "platform"}),
        ("team member list help", "team.member.list", {"team": "help"}),
        ("tag list acme/api", "tag.list", {"repository": "api"}),
        ("tag list --repository api", "tag.list", {"repository": "api"}),
        ("audit list --limit 7", "audit.list", {"limit": 7}),
        ("repo list --ordering -pull_count", "repo.list", {"ordering": "-pull_count"}),
    ],
)
def test_a_read_is_understood_in_every_spelling(text: str, operation: str, values: dict[str, Any]) -> None:
    found = intent(text)
    assert found.operation is BY_NAME[operation]
    assert given_values(found) == values


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("team member add platform jane --reason hi", {"team": "platform", "username": "jane"}, "hi"),
        ("team member add platform jane --reason 'hi'", {"team": "platform", "username": "jane"}, "hi"),
        ("team member add jane --team platform --reason hi", {"team": "platform", "username": "jane"}, "hi"),
        ("team member add platform jane reason='a = b'", {"team": "platform", "username": "jane"}, "a = b"),
        ("team member add platform Jane --reason “it’s time”", {"team": "platform", "username": "jane"}, "it’s time"),
    ],
)
def test_positions_and_flags_mix(text: str, values: dict[str, Any], reason: str) -> None:
    found = intent(text)
    assert (given_values(found), found.reason) == (values, reason)


@pytest.mark.parametrize(
    ("words", "people"),
    [
        ("jane@a.example joe", ("jane@a.example", "joe")),
        ("jane@a.example,joe", ("jane@a.example", "joe")),
        ("jane@a.example, joe,", ("jane@a.example", "joe")),
        ("<mailto:jane@a.example|jane@a.example> joe", ("jane@a.example", "joe")),
        ("--invitee jane --invitee=joe", ("jane", "joe")),
        ("invitee=jane invitees=joe", ("jane", "joe")),
    ],
)
def test_a_list_takes_words_commas_and_repeated_flags(words: str, people: tuple[str, ...]) -> None:
    assert given_values(intent(f"invite send {words} --reason x")) == {"invitees": people}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("--reason new starter today", "new starter today"),
        ("--reason don't forget Pat’s “new” badge", "don't forget Pat’s “new” badge"),
        ("--reason=new starter", "new starter"),
        ("reason=new starter", "new starter"),
        ("--reason= new starter", "new starter"),
        ("--reason moves — today -- or - later", "moves — today -- or - later"),
        ("--reason moves —today", "moves —today"),
        ("--reason 'tis time", "'tis time"),
        ('--reason the 5" drive and "more', 'the 5" drive and "more'),
        ("--reason see https://a.example/?role=owner", "see https://a.example/?role=owner"),
        ("--reason -1 of them left", "-1 of them left"),
        ("--reason say '--team' in it", "say '--team' in it"),
        ("--reason 'use --team x'", "use --team x"),
    ],
)
def test_a_reason_without_quotation_marks_goes_on_to_the_end(line: str, reason: str) -> None:
    found = intent(f"invite send kim@example.com {line}")
    assert (given_values(found), found.reason) == ({"invitees": ("kim@example.com",)}, reason)


def test_a_reason_ends_at_the_next_flag() -> None:
    found = intent("invite send kim@example.com --reason new starter --team platform")
    assert (given_values(found), found.reason) == (
        {"invitees": ("kim@example.com",), "team": "platform"},
        "new starter",
    )


def test_people_after_a_reason_are_words_of_it_and_the_form_asks_for_them() -> None:
    found = form("invite send --reason new starter kim@example.com")
    assert (found.values, found.reason) == ({}, "new starter kim@example.com")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("'joe", "A quotation mark is not closed. It stands in 'joe"),
        ("reason new starter", "Write --reason for the reason; “reason” goes in quotation marks where it is a name."),
        ("-- Reason: new starter", "Write --reason for the reason; “Reason:” goes"),
        ("--reason 'new starter' today", "“today” stands after --reason, and no flag stands before it."),
        ("--reason new starter --team platform joe", "“joe” stands after --team"),
        ("--team platform joe", "“joe” stands after --team, and no flag stands before it. A value of several words"),
        ("--reason use --tema platform", "There is no --tema here. Did you mean --team? A reason that holds such"),
        ("--reason use --zzz", "There is no --zzz here. A reason that holds such a word goes in quotation marks."),
        ("--reason moves —taem platform", "There is no --taem here. Did you mean --team?"),
        ("--reason set role=owner please", "“role=owner” could be a value or a word of the reason: write --role for"),
        ("--reason --team platform", "--reason needs a value."),
        ('--reason "new starter', 'A quotation mark is not closed. It stands in "new'),
        ("--reason a --reason b", "--reason is given twice."),
        ("--invitee joe, jane", "“jane” stands after --invitee"),
    ],
)
def test_what_could_be_a_value_as_well_as_a_word_of_the_reason_is_refused(line: str, said: str) -> None:
    complaint = error(f"invite send kim@example.com {line}")
    assert said in complaint.text
    assert complaint.usage.startswith("invite send")


WORDS = st.lists(st.from_regex(r"[a-z0-9'’.,:!?“”—-]{1,9}", fullmatch=True), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(WORDS)
def test_no_word_of_a_reason_becomes_an_account(words: list[str]) -> None:
    try:
        found = read(f"invite send kim@example.com --reason {' '.join(words)}")
    except UsageError:
        return
    if isinstance(found, Intent):
        assert found.params.model_dump()["invitees"] == ("kim@example.com",)


def test_a_shells_words_after_a_reason_belong_to_it() -> None:
    for words in (
        ["--reason", "new starter today"],
        ["--reason", "new", "starter", "today"],
        ["—reason=new starter", "today"],
    ):
        found = parse_words(["invite", "send", "kim@example.com", *words])
        assert isinstance(found, Intent)
        assert (given_values(found), found.reason) == ({"invitees": ("kim@example.com",)}, "new starter today")


@pytest.mark.parametrize("dashes", ["--", "—", "–", "―", "‒", "⸺", "﹘", "−−", "－－", "-–", "–-", "——", "-", "−", "‑"])
def test_every_dash_that_a_keyboard_makes_begins_a_flag(dashes: str) -> None:
    found = intent(f"invite send kim@example.com {dashes}team platform {dashes}REASON new starter")
    assert (given_values(found), found.reason) == (
        {"invitees": ("kim@example.com",), "team": "platform"},
        "new starter",
    )


@pytest.mark.parametrize("name", ["my–name", "my—name", "my‒name"])
def test_a_dash_inside_a_name_that_could_be_two_is_not_guessed(name: str) -> None:
    assert f"“{name}” is no team name" in error(f"team member list {name}").text


def test_a_hyphen_inside_a_name_is_one_however_it_was_typed() -> None:
    assert all(given_values(intent(f"team member list my{dash}name")) == {"team": "my-name"} for dash in "-‐‑−－﹣")


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Kim Lee <mailto:kim@a.example|kim@a.example>", ("kim@a.example",)),
        ("kim lee &lt;<mailto:kim@a.example|kim@a.example>&gt;", ("kim@a.example",)),
        ('"Kim Lee" &lt;kim@a.example&gt;', ("kim@a.example",)),
        ("“lee, kim” &lt;kim@a.example&gt;; Doe, Jane &lt;jane@a.example&gt;", ("kim@a.example", "jane@a.example")),
        ("<mailto:kim@a.example|Kim Lee>", ("kim@a.example",)),
        ("pat.o’neil@a.example pat.o'brien@a.example", ("pat.o'neil@a.example", "pat.o'brien@a.example")),
        ("'kim@a.example'; `joe`,*jane* _ann_ ~bob~", ("kim@a.example", "joe", "jane", "ann", "bob")),
        ("kim@a.example，joe、jane；ann", ("kim@a.example", "joe", "jane", "ann")),
        ("<https://hub.docker.com/u/kim|hub.docker.com/u/kim>, Joe", ("kim", "joe")),
        ("--invitee 'kim@a.example; joe@a.example' --invitee jane", ("kim@a.example", "joe@a.example", "jane")),
        ("\ufeffkim@a.example\u200b \u200fjoe\u00a0jane", ("kim@a.example", "joe", "jane")),
    ],
)
def test_people_are_understood_as_clients_write_them(line: str, people: tuple[str, ...]) -> None:
    assert given_values(intent(f"invite send {line} --reason x")) == {"invitees": people}


@pytest.mark.parametrize("words", ["Kim Lee <kim@a.example>", "Kim Lee kim@a.example", '"Kim <kim@a.example>"'])
def test_one_person_may_be_pasted_with_their_name(words: str) -> None:
    assert given_values(intent(f"member offboard {words} --reason left us")) == {"person": "kim@a.example"}


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("tag show acme/api:1.2", {"repository": "api", "tag": "1.2"}),
        ("tag show docker pull acme/api:1.2", {"repository": "api", "tag": "1.2"}),
        ("tag show api docker.io/acme/api:1.2", {"repository": "api", "tag": "1.2"}),
        ("tag show acme/api:1.2 hub.docker.com/layers/acme/api/1.2/x", {"repository": "api", "tag": "1.2"}),
        ("tag show acme/api:_x_ _x_", {"repository": "api", "tag": "_x_"}),
        (
            "tag show <https://hub.docker.com/layers/acme/api/1.2/images/sha256-ab?x=y>",
            {"repository": "api", "tag": "1.2"},
        ),
        ("tag list hub.docker.com/r/acme/api/", {"repository": "api"}),
        ("tag list https://hub.docker.com/r/second/api", {"organization": "second", "repository": "api"}),
        ("tag list https://hub.docker.com/_/postgres", {"organization": "library", "repository": "postgres"}),
        ("member list --organization app.docker.com/accounts/Second/billing", {"organization": "second"}),
        ("team member list hub.docker.com/orgs/acme/teams/platform/members", {"team": "platform"}),
    ],
)
def test_an_address_names_all_that_is_in_it(line: str, values: dict[str, Any]) -> None:
    params = intent(line).params.model_dump(exclude_defaults=True)
    assert params == {"organization": "acme", **values}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tag list hub.docker.com/r/other/api --organization acme", "is of the organization other, and acme is given"),
        ("tag show acme/web acme/api:1.2", "is of the repository api, and web is given"),
        ("tag show acme/api:1.2 1.3", "“acme/api:1.2” names the tag 1.2, and 1.3 is given: give one of them."),
        ("tag list https://example.com/r/acme/api", "is not on Docker Hub"),
        ("tag list ghcr.io/acme/api", "is not on Docker Hub"),
        ("tag list https://hub.docker.com/search?q=x", "names no repository, tag, team or person"),
        ("team member list hub.docker.com/orgs/acme/members", "names no team"),
        ("repo delete acme/api:1.2 --reason old", "names 1.2, and this is about all of acme/api: write acme/api if"),
    ],
)
def test_an_address_that_says_something_else_is_refused(line: str, said: str) -> None:
    assert said in error(line).text


def test_the_approvers_are_told_that_a_tag_was_pasted_for_a_repository() -> None:
    found = intent("repo visibility acme/api:1.2 public --reason x")
    assert found.notes == ("acme/api:1.2 names 1.2; this is about all of acme/api.",)


def test_a_comma_in_a_repeated_rule_is_no_separator() -> None:
    assert "make it two rules" in error("repo immutable set api --rule a,b --reason x").text


@pytest.mark.parametrize(
    ("flag", "enabled"),
    [
        ("", True),
        ("--enabled", True),
        ("--no-enabled", False),
        ("—no-enabled", False),
        ("--enabled=false", False),
        ("--enabled=No", False),
        ("enabled=on", True),
    ],
)
def test_a_switch_goes_both_ways(flag: str, enabled: bool) -> None:
    params = intent(f"repo immutable set api --rule v.* {flag} --reason x").params
    assert params.model_dump()["enabled"] is enabled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("member list --search", "--search needs a value"),
        ("team member add platform jane --reason", "--reason needs a value"),
        ("member list --search a --search b", "--search is given twice"),
        ("team member add platform jane --reason a --reason b", "--reason is given twice"),
        ("repo immutable set api --enabled --no-enabled --reason x", "--no-enabled is given twice"),
        ("repo immutable set api --no-enabled=false --reason x", "--no-enabled takes no value"),
        ("repo immutable set api --enabled=maybe --reason x", "“maybe” is neither true nor false"),
        ("member list jane", "“jane” is one word too many"),
        ("team member add a1 b1 c1 --reason x", "“c1” is one word too many"),
        ("member list --serach jane", "Did you mean --search?"),
        ("member list --zzz", "There is no --zzz here."),
        ("member list --reason why", "There is no --reason here."),
        ("member list --role boss", "“boss” is none of any, owner, editor or member"),
        ("audit list --limit 0", "“0” is less than 1"),
        ("audit list --limit 1001", "“1001” is more than 1000"),
        ("audit list --limit many", "“many” is no whole number"),
        ("audit list --from soon", "“soon” is no"),
        ("team member list UPPER!", "“UPPER!” is no team name"),
        ("team member list ''", "team: it is empty"),
        ("invite send , --reason x", "at least 1 is needed"),
    ],
)
def test_what_is_wrong_is_said_with_the_line_that_would_be_right(text: str, said: str) -> None:
    complaint = error(text)
    assert said in complaint.text
    assert complaint.usage.startswith(text.split(maxsplit=1)[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("membr list", "Did you mean “/hub member list”?"),
        ("members list", "Did you mean “/hub member list”?"),
        ("invite revoke jane@a.example --reason x", "There is no “/hub invite revoke jane@a.example”."),
        ("Invite DELETE jane", "There is no “/hub invite delete jane”."),
        ("invite withdraw jane", "“/hub help” lists everything."),
        ("team member ad platform jane", "Did you mean “/hub team member add”?"),
        ("lst", "“/hub help” lists everything."),
        ("qqqq zzzz", "There is no “/hub qqqq zzzz”. “/hub help” lists everything."),
        ("x" * 500, "There is no “/hub " + "x" * 60 + "”."),
        ('member list --search "jane', 'A quotation mark is not closed. It stands in "jane'),
        ("x" * 4001, "4,001 characters long; 4,000 are the limit"),
    ],
)
def test_an_unknown_command_names_the_nearest(text: str, said: str) -> None:
    assert said in error(text).text


def test_a_fields_mistake_names_the_field() -> None:
    complaint = error("team member add UPPER! b --reason x")
    assert set(complaint.fields) == {"team", "username"}


def test_a_write_without_its_reason_opens_the_form_with_what_was_typed() -> None:
    found = form("team member add platform jane")
    assert (found.operation.name, found.values) == ("team.member.add", {"team": "platform", "username": "jane"})


@pytest.mark.parametrize("text", ["team member add", "team member add platform", "invite send --reason soon", "invite"])
def test_what_is_missing_opens_the_form(text: str) -> None:
    assert form(text).operation is BY_NAME["invite.send" if "invite" in text else "team.member.add"]


def test_a_blank_reason_is_no_reason() -> None:
    assert form("team member add platform jane --reason ' '").reason.strip() == ""


@pytest.mark.parametrize("text", ["team member add UPPER!", "invite send a@b --role boss"])
def test_a_mistake_is_said_before_a_form_is_opened_for_what_is_missing(text: str) -> None:
    assert error(text).fields


def test_a_reason_is_as_long_as_the_forms_and_no_longer() -> None:
    assert len(intent(f"team member add platform jane --reason {'x' * 1000}").reason) == 1000
    assert "more than 1,000" in error(f"team member add platform jane --reason {'x' * 1001}").text


def test_white_space_around_a_reason_is_no_part_of_it() -> None:
    assert intent("team member add platform jane --reason ' joins on  Monday '").reason == "joins on  Monday"


def test_another_organization_is_named_by_its_flag() -> None:
    assert intent("member list --organization Other").params.organization == "other"
    assert intent("tag list other/api --organization other").params.model_dump()["repository"] == "api"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_usage_line_names_the_reason_exactly_where_one_is_needed(operation: Operation) -> None:
    assert ("--reason <reason>" in usage(operation)) is isinstance(operation, Write)


@pytest.mark.parametrize(
    ("topic", "names"),
    [
        ("team", {"team.list", "team.member.list", "team.member.add", "team.member.remove"}),
        ("team.member.add", {"team.member.add"}),
        ("team member add", {"team.member.add"}),
    ],
)
def test_a_topic_means_what_begins_with_it(topic: str, names: set[str]) -> None:
    assert {operation.name for operation in topics(OPERATIONS, topic)} >= names
    assert all(operation.name.startswith(topic.replace(" ", ".")) for operation in topics(OPERATIONS, topic))


@pytest.mark.parametrize("topic", ["", "nonsense", "tea"])
def test_a_topic_that_means_nothing_means_everything(topic: str) -> None:
    assert topics(OPERATIONS, topic) == list(OPERATIONS)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_is_a_command_or_a_usage_error(text: str) -> None:
    try:
        found = read(text)
    except UsageError as complaint:
        assert complaint.text
    else:
        assert isinstance(found, Help | Pick | Form | Intent)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(SCRAPS, st.text(max_size=10), st.sampled_from(HOSTILE)), max_size=10))
def test_any_words_are_a_command_or_a_usage_error(words: list[str]) -> None:
    try:
        assert isinstance(parse_words(words), Help | Pick | Form | Intent)
    except UsageError as complaint:
        assert complaint.text


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(OPERATIONS), st.text(max_size=60))
def test_any_arguments_of_a_command_are_a_command_or_a_usage_error(operation: Operation, rest: str) -> None:
    try:
        read(f"{operation.name.replace('.', ' ')} {rest}")
    except UsageError as complaint:
        assert complaint.text


def test_a_channel_is_its_name() -> None:
    assert intent("invite send jane --reason 'asked in <#C0GEN|general> and <#C0SECRET|>'").reason == (
        "asked in #general and #C0SECRET"
    )


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OPERATIONS).flatmap(intents))
def test_every_intent_can_be_typed(wanted: Intent) -> None:
    assert parse_words(written(wanted), "other") == wanted


def test_what_the_first_words_name_is_told_without_looking_for_what_is_near() -> None:
    vocabulary = Vocabulary(operations=OPERATIONS, organization="acme")
    for operation in OPERATIONS:
        for line in (operation.name.replace(".", " "), operation.alias):
            if line:
                words = as_words(f"{line} something more".split())
                found = operation_begun(words, vocabulary)
                assert found is not None
                assert found.name == operation.name
    assert operation_begun(as_words(["teem", "list"]), vocabulary) is None
    assert max(len(operation.name.split(".")) for operation in OPERATIONS) <= LONGEST_NAME
