"""Every operation keeps what all surfaces take for granted: names, titles, words, and a usage line that parses."""

import re
from typing import Any

import pytest

from bot.intents.usage import usage
from bot.intents.wishes import Form, Help
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Intent, Operation, Write
from bot.operations.kit.parameters import parameters
from tests.contract.docker_hub import audit_actions
from tests.intents.reading import parse
from tests.operations.samples import sample_values

ALIASED = [operation for operation in OPERATIONS if operation.alias]
WRITES = [operation for operation in OPERATIONS if isinstance(operation, Write)]
NAME = re.compile(r"[a-z]+(\.[a-z_]+)*")
PLACEHOLDER = re.compile(r"<([a-z0-9-]+)>…?")
OPTION = re.compile(r"\[--(?:no-)?([a-z0-9-]+)(?: [^\]]*)?\]…?")


def ids(operation: Operation) -> str:
    return operation.name


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(OPERATIONS)


def test_no_name_begins_another_so_that_no_argument_is_taken_for_a_command() -> None:
    names = [tuple(operation.name.split(".")) for operation in OPERATIONS]
    assert [(a, b) for a in names for b in names if a != b and b[: len(a)] == a] == []


def test_operations_of_a_noun_stand_together_so_that_help_and_picker_name_it_once() -> None:
    nouns = [operation.name.partition(".")[0] for operation in OPERATIONS]
    runs = [noun for before, noun in zip([None, *nouns], nouns, strict=False) if noun != before]
    assert len(runs) == len(set(runs))


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_title_and_summary_fit_where_slack_shows_them(operation: Operation) -> None:
    assert NAME.fullmatch(operation.name)
    assert 0 < len(operation.title) <= 24
    assert 0 < len(operation.summary) <= 75, "the picker shows it whole, in 75 characters"
    assert not operation.summary.endswith("."), "a full stop is added where it stands alone"


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_every_field_has_a_title_and_a_description(operation: Operation) -> None:
    lacking = [p.name for p in parameters(operation.params) if not (p.info.title and p.info.description)]
    assert lacking == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_a_switchs_description_fits_beside_its_checkbox(operation: Operation) -> None:
    long = [p.name for p in parameters(operation.params) if p.is_switch and len(p.info.description or "") > 75]
    assert long == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_no_two_parameters_are_typed_alike_and_none_is_called_reason(operation: Operation) -> None:
    typed = [name for p in parameters(operation.params) for name in {p.flag, p.name}]
    assert len(typed) == len(set(typed))
    assert "reason" not in typed
    assert not [flag for flag in typed if flag.startswith("no-")]


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_required_parameters_come_before_optional_ones_and_a_list_comes_last(operation: Operation) -> None:
    required = [p.info.is_required() for p in parameters(operation.params)]
    assert required == sorted(required, reverse=True)
    positional = [p for p in parameters(operation.params) if p.is_positional]
    assert not any(p.is_list for p in positional[:-1])


@pytest.mark.parametrize("operation", WRITES, ids=ids)
def test_the_hub_action_is_in_dockers_vocabulary(operation: Write) -> None:
    assert operation.hub_action is None or operation.hub_action in audit_actions()


@pytest.mark.parametrize("operation", WRITES, ids=ids)
def test_a_write_names_subjects_for_dockers_log(operation: Write) -> None:
    params = operation.params.model_validate(sample_values(operation))
    assert all(isinstance(subject, str) and subject for subject in operation.subjects(params))
    assert operation.subjects(params) or operation.hub_action is None


def test_the_ten_most_used_have_a_shorter_way_to_be_typed() -> None:
    aliases = [operation.alias for operation in ALIASED]
    assert len(set(aliases)) == 10
    assert all(1 <= len(alias.split()) <= 2 for alias in aliases)


def test_no_alias_is_the_name_of_an_operation_or_begins_another_alias() -> None:
    aliases = {tuple(operation.alias.split()) for operation in ALIASED}
    assert aliases & {tuple(operation.name.split(".")) for operation in OPERATIONS} == set()
    assert [(a, b) for a in aliases for b in aliases if a != b and b[: len(a)] == a] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_no_alias_hides_a_name(operation: Operation) -> None:
    words = operation.name.split(".")
    assert parse(" ".join([*words, "--help"])) == Help(operation.name)
    for length in range(1, len(words)):
        begun = " ".join(words[:length])
        aliased = next((each for each in ALIASED if each.alias == begun), None)
        assert parse(begun) == (Form(aliased) if aliased else Help(".".join(words[:length])))


@pytest.mark.parametrize("operation", ALIASED, ids=ids)
def test_an_alias_parses_as_the_name_does_and_has_its_help(operation: Operation) -> None:
    values = sample_values(operation)
    line = usage(operation).replace(operation.name.replace(".", " "), operation.alias, 1)
    parsed = parse(fill(line, operation, values), values["organization"])
    assert isinstance(parsed, Intent)
    assert parsed.operation is operation
    assert parsed.params == operation.params.model_validate(values)
    topic = "invite" if operation.alias == "invite" else operation.name
    assert parse(f"{operation.alias} --help") == Help(topic)


def test_an_alias_alone_does_what_the_name_alone_does_also_where_it_begins_names() -> None:
    assert isinstance(parse("members"), Intent)
    assert isinstance(parse("tags"), Form)
    assert parse("members help") == Help("member.list")
    assert parse("invite") == Form(BY_NAME["invite.send"])
    assert parse("invite help") == Help("invite")


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_the_usage_line_parses_back_when_its_blanks_are_filled(operation: Operation) -> None:
    values = sample_values(operation)
    line = fill(usage(operation), operation, values)
    parsed = parse(line, values["organization"])
    assert isinstance(parsed, Intent), f"{line} is {parsed}"
    assert parsed.operation is operation
    assert parsed.params == operation.params.model_validate(values)
    assert parsed.reason == ("because" if isinstance(operation, Write) else "")


def fill(line: str, operation: Operation, values: dict[str, Any]) -> str:
    """The usage line with a value in each blank and every option taken."""
    by_flag = {p.flag: p for p in parameters(operation.params)}

    def option(found: re.Match[str]) -> str:
        parameter = by_flag[found[1]]
        return found[0].strip("[]…") if parameter.is_switch else f"--{found[1]} {typed(values[parameter.name])}"

    def blank(found: re.Match[str]) -> str:
        return "because" if found[1] == "reason" else typed(values[by_flag[found[1]].name])

    return PLACEHOLDER.sub(blank, OPTION.sub(option, line))


def typed(value: Any) -> str:
    """A value as it is typed."""
    words = value if isinstance(value, list) else [value]
    return " ".join(f"'{word}'" if " " in str(word) else str(word) for word in words)
