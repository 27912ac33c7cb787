"""Who is who, as the policy document says it: administrators, whose Docker ID is whose, who sits at a terminal."""

import re
from collections.abc import Collection, Mapping
from functools import partial
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.documents import Strict, located
from bot.globs import number_as_text, refuse_empty
from bot.governance.approval.principals import Principal, User, UserGroup
from bot.operations.kit.fields import check_docker_id
from bot.phrases import Mention, Phrase, listed
from bot.validation import SHOWN


def check_id(kind: type[Principal], value: str) -> str:
    """The id of somebody or something of this kind; raises `ValueError` for what is none."""
    if not re.fullmatch(kind.pattern, value):
        raise ValueError(f"“{value[:SHOWN]}” is {kind.unlike}")
    return value


UserId: TypeAlias = Annotated[str, AfterValidator(partial(check_id, User))]
GroupId: TypeAlias = Annotated[str, AfterValidator(partial(check_id, UserGroup))]


def as_list(value: Any) -> Any:
    """One value, or several, as several; a number is the text that it is written as."""
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(map(number_as_text, items))


def check_system_user(value: str) -> str:
    """The name of a system user; raises `ValueError` for what is none."""
    if not value.strip() or not value.isprintable():
        raise ValueError("a system user's name is a text, such as root")
    return value


DockerIds: TypeAlias = Annotated[
    tuple[Annotated[str, AfterValidator(check_docker_id)], ...], BeforeValidator(as_list), AfterValidator(refuse_empty)
]
Users: TypeAlias = Annotated[tuple[UserId, ...], AfterValidator(refuse_empty)]


class People(Strict):
    """Slack users and user groups, by id."""

    users: tuple[UserId, ...] = ()
    groups: tuple[GroupId, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it names nobody."""
        return not self.users and not self.groups

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The people and the groups."""
        return (*(User(each).mention() for each in self.users), *(UserGroup(each).mention() for each in self.groups))


class Terminal(Strict):
    """Who in Slack each system user can be, at the terminal of the bot's machine."""

    users: Mapping[Annotated[str, AfterValidator(check_system_user)], Users] = Field(default_factory=dict)


class Named(Strict):
    """The keys of the document that say who is who."""

    administrators: People = People()
    people: Mapping[UserId, DockerIds] = Field(default_factory=dict)
    terminal: Terminal = Terminal()

    @model_validator(mode="before")
    @classmethod
    def name_somebody(cls, value: Any) -> Any:
        """A key with nothing behind it would not say what it looks like."""
        for key in ("administrators", "people", "terminal"):
            if isinstance(value, dict) and key in value and value[key] in (None, {}, []):
                raise located(f"{key} is empty: fill it in or leave it out", key)
        return value

    @model_validator(mode="after")
    def make_sense_of_people(self) -> "Named":
        """A Docker ID is one person's, and administrators are somebody."""
        if "administrators" in self.model_fields_set and self.administrators.is_empty:
            raise located("administrators name nobody: give users or groups, or leave it out", "administrators")
        seen: dict[str, str] = {}
        for person, docker_ids in self.people.items():
            for docker_id in docker_ids:
                if seen.setdefault(docker_id, person) != person:
                    raise located(
                        f"the Docker ID “{docker_id}” is tied to {seen[docker_id]} and to {person}", "people", person
                    )
        return self

    def whose(self, docker_id: str) -> str | None:
        """Whom the document ties a Docker ID to."""
        return next((person for person, theirs in self.people.items() if docker_id in theirs), None)

    def docker_ids_of(self, people: Collection[str]) -> tuple[str, ...]:
        """The Docker IDs that the document ties to any of these people, in alphabetical order."""
        return tuple(sorted({each for person in people for each in self.people.get(person, ())}))

    def an_administrator(self) -> Phrase:
        """“An administrator”, and who that is, as far as the document says."""
        mentions = self.administrators.mentions
        return ("An administrator (", *listed(mentions), ")") if mentions else ("An administrator",)
