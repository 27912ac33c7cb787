"""The kinds of value that people type, each validated once, with Docker's own rule in the error."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from string import ascii_lowercase, digits
from typing import Annotated, Any

import re2
from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from bot.keystrokes import LIST_MARKS, bare, straight
from bot.operations.kit.base import ByAnyName, FromFile, Mentions, Untold
from bot.operations.kit.headings import ACCOUNTS, ADDRESSES
from bot.operations.kit.moments import settle
from bot.operations.kit.pages import Names
from bot.operations.kit.people import DOCKER_ID, EMAIL, one_person, split_people

TEAM_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,254}")
REPOSITORY_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
INVITE_REFERENCE = re.compile(r"[0-9A-Za-z_-]{1,64}")
SEPARATORS = re.compile(f"[\\s{LIST_MARKS}]+")
LETTERS_AND_DIGITS = ascii_lowercase + digits
MAX_RULES = 5
MAX_RULE_LENGTH = 250


def refuse(text: str) -> PydanticCustomError:
    """An error whose text is shown as it stands, braces included."""
    return PydanticCustomError("refused", "{text}", {"text": text})


@dataclass(frozen=True, slots=True)
class AtMost:
    """Annotates a text with how many characters Docker takes; the error calls it `name` and ends in `way_out`."""

    max_length: int
    name: str
    way_out: str = "say it in fewer words"

    def check(self, value: str) -> str:
        """The value, where it is no longer."""
        if len(value) > self.max_length:
            raise refuse(
                f"The {self.name} has {len(value):,} characters, and Docker Hub takes at most {self.max_length:,}: "
                f"{self.way_out}"
            )
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic asks for the check."""
        return no_info_after_validator_function(self.check, handler(source))


@dataclass(frozen=True, slots=True)
class Spelled:
    """Annotates a text with the characters that it can have, whatever their case, and how many at most.

    A rule's pattern that no such text matches is refused: it would never hold.
    """

    alphabet: str
    longest: int


def check_docker_id(value: str) -> str:
    """A Docker ID in lower case: letters, digits, `_` and `-`, 2 to 30 characters."""
    if not DOCKER_ID.fullmatch(value.lower()):
        raise refuse(f"“{value}” is no Docker ID: lower-case letters and digits, at most 30 characters")
    return value.lower()


def check_team_name(value: str) -> str:
    """A team's name in lower case: letters, digits, `_` and `-`."""
    if not TEAM_NAME.fullmatch(value.lower()):
        raise refuse(f"“{value}” is no team name: lower-case letters, digits, _ and -, starting with a letter or digit")
    return value.lower()


def check_repository_name(value: str) -> str:
    """A repository's name in lower case, by the contract's `^[a-z0-9]+(?:[._-][a-z0-9]+)*$`, 2 to 255 characters."""
    if not 2 <= len(value) <= 255 or not REPOSITORY_NAME.fullmatch(value.lower()):
        raise refuse(
            f"“{value}” is no repository name: 2 to 255 lower-case letters and digits, with . _ or - between them"
        )
    return value.lower()


def check_invitee(value: str) -> str:
    """An e-mail address, or a Docker ID."""
    if "@" not in value:
        return check_docker_id(value)
    if " " in value:
        raise refuse(
            f"“{value}” is not one person: a name stands before its address in angle brackets, Kim Lee "
            "<kim@example.com>, and people are parted by commas"
        )
    if not EMAIL.fullmatch(value) or not value.isprintable():
        raise refuse(f"“{value}” is no e-mail address")
    return value


def name_once(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each value once, whatever the case of its letters; the first spelling stays.

    Docker Hub answers of a name's second mention that it is invited already, which would hide the first one's fate.
    """
    kept: dict[str, str] = {}
    for value in values:
        kept.setdefault(value.casefold(), value)
    return tuple(kept.values())


def check_tag_rule(value: str) -> str:
    """A tag expression that Docker takes: RE2 (so no look-around and no back-reference), without a comma.

    On one line and printable besides: an approver reads it, and must read what will hold.
    """
    if not value.isprintable():
        raise refuse("The rule holds a line break or another character that cannot be seen")
    if "," in value:
        raise refuse(f"“{value}” holds a comma, and Docker takes none in a rule: make it two rules")
    if len(value) > MAX_RULE_LENGTH:
        raise refuse(f"The rule has {len(value)} characters, more than {MAX_RULE_LENGTH}")
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(value, options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise refuse(
            f"“{value}” is no RE2 expression ({reason}); look-around and back-references are not in RE2"
        ) from None
    return value


def check_rules(values: tuple[str, ...]) -> tuple[str, ...]:
    """At most five rules, as Docker's own client has it, each once."""
    unique = tuple(dict.fromkeys(values))
    if len(unique) > MAX_RULES:
        raise refuse(f"{len(unique)} rules, and Docker takes at most {MAX_RULES}: join some with |")
    return unique


def check_invite_id(value: str) -> str:
    """An invite's id, or the e-mail address or Docker ID that was invited."""
    if "@" in value:
        return check_invitee(value)
    if not INVITE_REFERENCE.fullmatch(value):
        raise refuse(f"“{value}” is neither an invite's id nor an e-mail address nor a Docker ID")
    return value


def settle_moment(value: str) -> str:
    """A moment, day, week or month, with words resolved now, so that it still means the same where it is read again."""
    try:
        return settle(value, datetime.now(UTC))
    except ValueError:
        raise refuse(
            f"“{value}” is no time such as 2026-11-01, 2026-11-01T12:00, yesterday, 2 days ago, 3h or last week"
        ) from None


def split_words(value: Any) -> Any:
    """Let a text stand for a list, and several in a list: words parted by white space, commas or semicolons."""
    if isinstance(value, str):
        return tuple(word for each in SEPARATORS.split(value) if (word := bare(each)))
    if not isinstance(value, list | tuple):
        return value
    return tuple(word for each in value for word in (split_words(each) if isinstance(each, str) else (each,)))


def undo_marks(value: Any) -> Any:
    """What stands for a name, without the marks around it."""
    return bare(value) if isinstance(value, str) else value


def straighten(value: Any) -> Any:
    """What a program looks for, with plain quotation marks and apostrophes."""
    return straight(value) if isinstance(value, str) else value


def split_lines(value: Any) -> Any:
    """Let a text stand for a list: one item a line."""
    if not isinstance(value, str):
        return value
    return tuple(line.strip() for line in value.splitlines() if line.strip())


Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[Text, BeforeValidator(undo_marks)]
Sought = Annotated[str, BeforeValidator(straighten)]
Organization = Annotated[
    Text,
    Names("organization"),
    AfterValidator(check_docker_id),
    Spelled(LETTERS_AND_DIGITS + "_-", 30),
    Field(title="Organization", description="The Docker Hub organization"),
]
Username = Annotated[
    Text,
    Names("person"),
    AfterValidator(check_docker_id),
    Spelled(LETTERS_AND_DIGITS + "_-", 30),
    Mentions(),
    Field(title="Username", description="A Docker ID, or @somebody"),
]
TeamName = Annotated[
    Text,
    Names("team"),
    AfterValidator(check_team_name),
    Spelled(LETTERS_AND_DIGITS + "_-", 255),
    Field(title="Team", description="A team of the organization"),
]
RepositoryName = Annotated[
    Text,
    Names("repository"),
    AfterValidator(check_repository_name),
    Spelled(LETTERS_AND_DIGITS + "._-", 255),
    Field(title="Repository", description="A repository of the organization, without the organization's name"),
]
Invitee = Annotated[Text, Names("person"), AfterValidator(check_invitee)]
Invitees = Annotated[
    tuple[Invitee, ...],
    BeforeValidator(split_people),
    AfterValidator(name_once),
    Mentions(addresses=True),
    FromFile(columns=(*ADDRESSES, *ACCOUNTS)),
    Field(title="People", description="E-mail addresses, Docker IDs or @somebody", min_length=1, max_length=500),
]
InviteReference = Annotated[
    Text,
    Names("person"),
    BeforeValidator(one_person),
    AfterValidator(check_invite_id),
    Mentions(addresses=True),
    ByAnyName(),
    Field(title="Invite", description="Whose invite: the e-mail address, the Docker ID, or the invite's id"),
]
Moment = Annotated[
    Name,
    AfterValidator(settle_moment),
    Field(title="When", description="Such as 2026-11-01, 2026-11-01T12:00, yesterday, 2 days ago or last week (UTC)"),
]
EXPRESSIONS = Untold("regular expressions")
TagRule = Annotated[Text, AfterValidator(check_tag_rule), EXPRESSIONS]
TagRules = Annotated[
    tuple[TagRule, ...],
    BeforeValidator(split_lines),
    AfterValidator(check_rules),
    EXPRESSIONS,
    Field(title="Rules", description="RE2 expressions of the tags that become immutable, at most five, one a line"),
]
