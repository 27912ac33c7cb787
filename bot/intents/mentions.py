"""People who are mentioned where an operation takes a Docker ID, turned into who they are in Docker Hub."""

from typing import Any, Protocol

from bot.intents.grammar import Given, Spoken
from bot.intents.words import Word
from bot.operations.kit.base import Mentions, Operation, Somebody, marker_of
from bot.operations.kit.pages import name_in
from bot.operations.kit.parameters import parameters
from bot.phrases import Mention


class Accounts(Protocol):
    """Knows whom a mention means in Docker Hub, as far as the one who asks may know it."""

    async def account_of(
        self, mention: Mention, operation: Operation, *, organization: str, takes_addresses: bool
    ) -> str:
        """The Docker ID, or an e-mail address where that will do; raises `UserError` where it is not certain."""
        ...


async def resolved(spoken: Spoken, accounts: Accounts, *, organization: str) -> dict[str, Any]:
    """The values as text, mentions replaced where the parameter takes them; anywhere else they are a name like any.

    A parameter can take the id of whoever is mentioned, too, and nobody is looked up for that. `organization` is the
    one that is meant where the values name none.
    """
    named = spoken.values.get("organization")
    where = name_in(named.text if isinstance(named, Word) else organization, "organization").lower()

    async def piece_of(piece: Word, takes: Mentions) -> str:
        if piece.mention is None:
            return piece.text
        return await accounts.account_of(
            piece.mention, spoken.operation, organization=where, takes_addresses=takes.addresses
        )

    async def text_of(word: Word, takes: Mentions | Somebody | None) -> str:
        if isinstance(takes, Somebody):
            return word.mention.id if word.mention else word.text
        if takes is None:
            return word.text
        return "".join([await piece_of(piece, takes) for piece in word.pieces])

    async def value_of(given: Given, takes: Mentions | Somebody | None) -> str | list[str]:
        if isinstance(given, Word):
            return await text_of(given, takes)
        return [await text_of(word, takes) for word in given]

    return {
        parameter.name: await value_of(
            given, marker_of(parameter.info, Mentions) or marker_of(parameter.info, Somebody)
        )
        for parameter in parameters(spoken.operation.params)
        if (given := spoken.values.get(parameter.name)) is not None
    }
