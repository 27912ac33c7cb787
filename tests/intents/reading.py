"""What is made of words, for tests that want it in one step."""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.errors import UserError
from bot.intents.mentions import Accounts
from bot.intents.typed import read_text
from bot.intents.wishes import Vocabulary, Wish
from bot.intents.words import Word, as_words, split_line
from bot.operations import OPERATIONS
from bot.operations.kit.base import Intent, Operation, Write
from bot.operations.kit.parameters import parameters
from bot.phrases import Mention, Phrase

Answer = TypeVar("Answer")
SLASH = Vocabulary(operations=OPERATIONS, organization="acme", command="/hub")


@dataclass
class Known:
    """Accounts by person; remembers what was asked."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str, bool]] = field(default_factory=list)

    async def account_of(
        self, mention: Mention, operation: Operation, *, organization: str, takes_addresses: bool
    ) -> str:
        """The account that stands here."""
        self.asked.append((mention.id, operation.name, organization, takes_addresses))
        try:
            return self.accounts[mention.id]
        except KeyError:
            raise UserError(f"Nobody knows {mention.id}.") from None


def at_once(work: Coroutine[Any, Any, Answer]) -> Answer:
    """What the work answers; it must not wait for anything."""
    try:
        work.send(None)
    except StopIteration as done:
        found: Answer = done.value
        return found
    raise AssertionError("it waited for something")


def read_words(words: Sequence[Word], accounts: Accounts | None = None, *, vocabulary: Vocabulary = SLASH) -> Wish:
    """What the words want."""
    return at_once(read_text(words, vocabulary, accounts=accounts or Known()))


def parse(line: str | Phrase, organization: str = "acme") -> Wish:
    """What the line wants, in which nobody has to be looked up."""
    vocabulary = Vocabulary(operations=OPERATIONS, organization=organization, command="/hub")
    return read_words(split_line((line,) if isinstance(line, str) else line), vocabulary=vocabulary)


def parse_words(words: Sequence[str], organization: str = "acme") -> Wish:
    """What a shell's words want."""
    vocabulary = Vocabulary(operations=OPERATIONS, organization=organization)
    return read_words(as_words(words), vocabulary=vocabulary)


def written(intent: Intent) -> list[str]:
    """The intent as somebody could have typed it."""
    words = intent.operation.name.split(".")
    dumped = intent.params.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for parameter in parameters(intent.operation.params):
        value = dumped.get(parameter.name)
        if value is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            words.append(f"--{parameter.flag}={str(item).lower() if isinstance(item, bool) else item}")
    if isinstance(intent.operation, Write) and intent.reason:
        words.append(f"--reason={intent.reason}")
    return words
