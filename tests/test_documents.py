"""Documents: what is read of a YAML text, and on which line whatever is wrong stands."""

import json
from time import perf_counter, process_time
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, field_validator, model_validator
from ruamel.yaml import YAML

from bot.documents import MAX_DEPTH, MAX_VALUES, Document, Strict, located, read_yaml, refuse_repeated, validate
from bot.errors import ConfigurationError


def read(text: str) -> Any:
    """The values of a text."""
    return read_yaml(text, "a.yml").data


def complaint(text: str) -> str:
    """What is said of a text that is no document."""
    with pytest.raises(ConfigurationError) as caught:
        read_yaml(text, "a.yml")
    [problem] = caught.value.problems
    return problem


# What is read


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((word, word) for word in ("on", "off", "yes", "no", "y", "n", "On", "OFF", "tRUE", "nULL", "None")),
        *(("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False)),
        *(("null", None), ("Null", None), ("NULL", None), ("~", None), ("", None)),
        *(("0", 0), ("7", 7), ("-7", -7), ("100", 100), ("9" * 18, int("9" * 18))),
    ],
)
def test_a_bare_word_is_what_yaml_1_2_has_it_be(written: str, value: Any) -> None:
    found = read(f"a: {written}")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "written",
    [
        *("007", "+7", "-0", "0x10", "0o17", "010", "1_000", "1:30", "9" * 19, "9" * 5000),
        *("1.0", "1.10", "1e3", ".5", ".inf", "-.inf", ".nan", "1."),
        *("2026-11-25", "2026-99-99", "2026-11-25T12:00:00Z", "=", "<"),
    ],
)
def test_what_only_looks_like_a_number_or_a_day_stays_as_it_is_written(written: str) -> None:
    assert read(f"a: {written}") == {"a": written}


@pytest.mark.parametrize("written", ["'true'", '"true"', "|-\n  true", ">-\n  true"])
def test_what_is_quoted_is_text(written: str) -> None:
    assert read(f"a: {written}") == {"a": "true"}


@pytest.mark.parametrize("key", ["on", "true", "null", "7", "1.5", "'x'", '"x"'])
def test_a_key_is_the_text_it_is_written_as(key: str) -> None:
    assert read(f"{key}: 1") == {key.strip("'\""): 1}


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "--- \n...\n", "null", "\ufeff"])
def test_a_text_without_values_is_none(text: str) -> None:
    assert read(text) is None


def test_a_byte_order_mark_line_ends_of_windows_and_a_marker_do_no_harm() -> None:
    assert read("\ufeff---\r\na: 1\r\nb:\r\n  - 2\r\n...\r\n") == {"a": 1, "b": [2]}


def test_an_alias_repeats_a_whole_value() -> None:
    assert read("a: &x {b: [1, &y z]}\nc: *x\nd: [*y, *y]") == {
        "a": {"b": [1, "z"]},
        "c": {"b": [1, "z"]},
        "d": ["z", "z"],
    }


def test_an_anchor_that_stands_twice_means_the_nearest_above() -> None:
    assert read("a: &x 1\nb: *x\nc: &x 2\nd: *x") == {"a": 1, "b": 1, "c": 2, "d": 2}


SEEN = st.text(st.characters(categories=["L", "M", "N", "P", "S"]) | st.just(" "), max_size=12)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | SEEN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SEEN, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(value=VALUES)
def test_what_is_written_as_json_is_read_back_as_it_was(value: Any) -> None:

    assert read(json.dumps(value, ensure_ascii=False)) == value


@settings(max_examples=150, deadline=None)
@given(text=st.lists(st.sampled_from([*"-:[]{}&*!|>'\"#%@`,?~ \na1", "x: ", "- ", "<<: "]), max_size=40).map("".join))
def test_any_text_is_a_document_or_one_sentence(text: str) -> None:
    try:
        read_yaml(text, "a.yml")
    except ConfigurationError as error:
        [problem] = error.problems
        assert problem.startswith("a.yml, line ")
        assert problem.endswith(".")
        assert "\n" not in problem


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=30))
def test_any_characters_at_all_are_a_document_or_one_sentence(text: str) -> None:
    try:
        read_yaml(text, "a.yml")
    except ConfigurationError as error:
        assert len(error.problems) == 1


# What is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", "a.yml, line 3: the key “a” stands twice, first on line 1."),
        ("a: {b: 1, b: 2}", "a.yml, line 1: the key “b” stands twice, first on line 1."),
        ("a:\n- b: 1\n  'b': 2", "a.yml, line 3: the key “b” stands twice, first on line 2."),
        ("1: a\n'1': b", "a.yml, line 2: the key “1” stands twice, first on line 1."),
        ("a: 1\n<<: {b: 2}", "a.yml, line 2: << merges nothing in YAML 1.2"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "a.yml, line 3: << merges nothing in YAML 1.2"),
        ("a: 1\n? [b]\n: 2", "a.yml, line 2: a key is a plain text."),
        ("? {b: 1}\n: 2", "a.yml, line 1: a key is a plain text."),
        ("a: &x b\n*x : 2", "a.yml, line 2: a key is a plain text."),
        ("!!str a: 2", "a.yml, line 1: a key is a plain text."),
        ("a: !!python/object/apply:os.system [id]", "a.yml, line 1: the tag tag:yaml.org,2002:python/object"),
        ("a: !!str 5", "a.yml, line 1: the tag tag:yaml.org,2002:str is not taken: write the value without it."),
        ("\n\na: !x {}", "a.yml, line 3: the tag !x is not taken"),
        ("- ! a", "a.yml, line 1: the tag ! is not taken"),
        ("a: 1\n---\nb: 2", "a.yml, line 2: a second document begins; only one is read."),
        ("---\n---\n", "a.yml, line 2: a second document begins"),
        ("a: *nobody", "a.yml, line 1: *nobody has no whole value &nobody before it."),
        ("a: *x\nb: &x 1", "a.yml, line 1: *x has no whole value &x before it."),
        ("a: &x\n- *x", "a.yml, line 2: *x has no whole value &x before it."),
        ("&x a: 1\nb: *x", "a.yml, line 2: *x has no whole value"),
        ("a: b: c", "a.yml, line 1: it is no YAML: mapping values are not allowed in this context."),
        ("a: 1\nb: [", "a.yml, line 3: it is no YAML: did not find expected node content, while parsing a flow node."),
        ("a:\n\tb: 1", "a.yml, line 2: it is no YAML: found character that cannot start any token"),
        ("a: 1\nb: 'c", "a.yml, line 2: it is no YAML: found unexpected end of stream"),
        ("a: 1\nb: \x07", "a.yml, line 2: it is no YAML: unacceptable character #x0007"),
        ("\x00", "a.yml, line 1: it is no YAML: unacceptable character #x0000"),
        ("%YAML 3.0\n---\na: 1", "a.yml, line 1: it is no YAML: found incompatible YAML document."),
        ("\ud800", "a.yml, line 1: it is no YAML: no text holds such a character."),
        ("[" * 300_000, "a.yml, line 1: it is nested too deeply."),
        ("{a: " * 300, "a.yml, line 1: it is nested too deeply."),
        ("- " * (MAX_DEPTH + 2), "a.yml, line 1: it is nested too deeply."),
    ],
)
def test_each_mistake_has_its_sentence_and_its_line(text: str, said: str) -> None:
    assert complaint(text).startswith(said)


def test_what_is_nested_as_deeply_as_may_be_is_read() -> None:
    assert read("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH)


LAUGHS = "x: &a0 [" + "v," * 9 + "]\n" + "".join(f"x{n}: &a{n} [" + f"*a{n - 1}," * 9 + "]\n" for n in range(1, 20))


def test_aliases_of_aliases_are_not_unfolded() -> None:
    began = perf_counter()
    assert complaint(LAUGHS) == f"a.yml, line 6: it unfolds to more than {MAX_VALUES:,} values."
    assert perf_counter() - began < 5


def test_a_document_of_too_many_values_is_refused_however_it_is_written() -> None:
    assert "it unfolds to more than" in complaint("[" + "1," * MAX_VALUES + "]")
    assert len(read("[" + "1," * (MAX_VALUES - 1) + "]")) == MAX_VALUES - 1


def test_no_secret_of_a_document_enters_what_is_said_of_it() -> None:
    assert "hunter2" not in complaint("password: hunter2\npassword: hunter2")


# Where it stands


class People(Strict):
    """A part within a part."""

    users: tuple[str, ...] = ()


class Rule(Strict):
    """A part with a name."""

    name: str = Field(min_length=1)
    approvals: int = Field(0, ge=0, le=10)
    who: People | None = None

    @model_validator(mode="after")
    def know_the_place(self) -> "Rule":
        """A validator that knows which key it complains of."""
        if self.approvals == 3:
            raise located("three are a crowd", "approvals")
        return self


class Book(Strict):
    """A document with rules."""

    version: int
    rules: tuple[Rule, ...] = ()
    words: Annotated[dict[str, int], Field(max_length=2)] = Field(default_factory=dict)

    @field_validator("version")
    @classmethod
    def be_one(cls, value: int) -> int:
        """The only version."""
        if value != 1:
            raise ValueError("it is not 1.")
        return value

    @model_validator(mode="after")
    def names_are_unique(self) -> "Book":
        """Each name once."""
        refuse_repeated([rule.name for rule in self.rules])
        return self


def problems(text: str) -> list[str]:
    """What is said of a document that the model does not take."""
    with pytest.raises(ConfigurationError) as caught:
        validate(read_yaml(text, "a.yml"), Book)
    return caught.value.problems


def test_a_document_is_read_into_its_model() -> None:
    book = validate(read_yaml("version: 1\nrules: [{name: a}]", "a.yml"), Book)
    assert book == Book(version=1, rules=(Rule(name="a"),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["a.yml: the document: it holds no keys."]),
        ("# a word\n[]", ["a.yml, line 2: the document: it holds no keys."]),
        ("version: 2", ["a.yml, line 1: version: it is not 1."]),
        ("\n\nversion: 1\nrule: 5", ["a.yml, line 4: “rule” is no key here. There are: version, rules, words."]),
        ("version: 1\nrules: 5", ["a.yml, line 2: rules: it is no list."]),
        ("version: 1\nrules:\n- 5", ["a.yml, line 3, rule 1: the rule: it holds no keys."]),
        ("version: 1\nwords:\n  a: 1\n  b: x", ["a.yml, line 4: words.b: “x” is no whole number."]),
        ("version: 1\nrules:\n\n- {}", ["a.yml, line 4, rule 1: name: nothing is given."]),
        ("version: 1\nrules:\n- name: ''", ["a.yml, line 3, rule 1: name: it is empty."]),
        ("version: 1\nrules:\n- name: 5", ["a.yml, line 3, rule 1: name: it is no text."]),
        (
            "version: 1\nrules:\n- name: one\n  approvals: 11",
            ["a.yml, line 4, rule “one”: approvals: “11” is more than 10, the most there is."],
        ),
        (
            "version: 1\nrules:\n- name: one\n  who:\n    users: []\n    user: x",
            ["a.yml, line 6, rule “one”: “user” is no key here. There are: users."],
        ),
        (
            "version: 1\nrules:\n- name: one\n  who:\n    users:\n    - a\n    - 5",
            ["a.yml, line 7, rule “one”: who.users.1: it is no text."],
        ),
        (
            "version: 1\nrules:\n- name: one\n  approvals: 3",
            ["a.yml, line 4, rule “one”: three are a crowd."],
        ),
        (
            "version: 1\nrules:\n- name: one\n- approvals: 1\n  name: one",
            ["a.yml, line 5, rule “one”: two rules are named “one”."],
        ),
    ],
)
def test_what_the_model_does_not_take_is_said_with_its_line_and_rule(text: str, said: list[str]) -> None:
    assert problems(text) == said


def test_every_problem_is_told_at_once_and_each_once() -> None:
    assert problems("version: x\nrules:\n- {name: a, approvals: -1}\n- {name: b, b: 1}") == [
        "a.yml, line 1: version: “x” is no whole number.",
        "a.yml, line 3, rule “a”: approvals: “-1” is less than 0, the least there is.",
        "a.yml, line 4, rule “b”: “b” is no key here. There are: name, approvals, who.",
    ]


def test_what_an_alias_repeats_is_said_of_the_line_of_the_alias() -> None:
    assert problems("version: 1\nrules:\n- name: one\n  who: &w {users: [5]}\n- name: two\n  who: *w") == [
        "a.yml, line 4, rule “one”: who.users.0: it is no text.",
        "a.yml, line 6, rule “two”: who.users.0: it is no text.",
    ]


def test_a_rule_of_an_endless_name_is_named_in_short() -> None:
    [problem] = problems("version: 1\nrules:\n- {name: " + "x" * 5000 + ", approvals: 99}")
    assert len(problem) < 250


def test_a_document_says_where_it_is() -> None:
    document = read_yaml("a: 1\nb:\n- c: 2\n", "a.yml")
    assert document == Document("a.yml", {"a": 1, "b": [{"c": 2}]}, document.lines)
    assert document.sentence(("b", 0, "c"), "no") == "a.yml, line 3: no."
    assert document.sentence(("b", 7, "x"), "no") == "a.yml, line 2: no."
    assert document.sentence((), "no") == "a.yml, line 1: no."


# How long it takes

THOUSAND = "version: 1\nrules:\n" + "".join(
    f"- name: rule number {number}\n  approvals: 2\n  who: {{users: [U0KOFI, U0ANN{number}]}}\n"
    for number in range(1000)
)


def test_a_thousand_rules_are_read_far_faster_than_by_the_pure_reader() -> None:
    ours = min(cost_of(lambda: read_yaml(THOUSAND, "a.yml")) for _ in range(3))
    pure = cost_of(lambda: YAML(typ="safe", pure=True).load(THOUSAND))
    assert ours < pure / 2


def test_a_thousand_mistakes_are_located_within_a_second() -> None:
    text = THOUSAND.replace("approvals: 2", "approvals: 99")
    assert cost_of(lambda: problems(text)) < 1
    assert len(problems(text)) == 1000


def cost_of(work: Any) -> float:
    """The processor's seconds that it takes: what else the machine does is not counted."""
    began = process_time()
    work()
    return process_time() - began
