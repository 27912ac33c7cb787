"""The entry for typed text: words, to what is wanted."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from bot.errors import UsageError
from bot.intents import places
from bot.intents.grammar import Spoken, understand
from bot.intents.mentions import Accounts, resolved
from bot.intents.plain_words import spoken_plainly
from bot.intents.problems import field_errors
from bot.intents.usage import usage_error
from bot.intents.wishes import Form, Vocabulary, Wish
from bot.intents.words import Word
from bot.operations.kit.base import Intent, Operation, is_read

MAX_REASON = 1000


class ValuesAtFault(UsageError):
    """Some values are wrong; `form` has all that was typed."""

    def __init__(self, error: UsageError, form: Form) -> None:
        super().__init__(error.text, usage=error.usage, fields=error.fields)
        self.form = form


async def read_text(words: Sequence[Word], vocabulary: Vocabulary, *, accounts: Accounts) -> Wish:
    """What the words want; people whom they mention are looked up in `accounts` on the way.

    Raises `UsageError` with what is wrong and how it would be right, and what `accounts` raises.
    """
    found = understand(words, vocabulary)
    if not isinstance(found, Spoken):
        return found
    # Mentions come before validation: whom they mean is what is validated.
    values = await resolved(found, accounts, organization=vocabulary.organization)
    return complete(found.operation, values, found.reason, organization=vocabulary.organization)


async def read_any(words: Sequence[Word], vocabulary: Vocabulary, *, accounts: Accounts) -> Wish:
    """As `read_text`, and plain words besides: those only ever want a form."""
    return await read_plain(words, vocabulary, accounts=accounts) or await read_text(
        words, vocabulary, accounts=accounts
    )


async def read_plain(words: Sequence[Word], vocabulary: Vocabulary, *, accounts: Accounts) -> Form | None:
    """The form that plain words propose, filled in as far as they say; None where they say nothing of the kind.

    Raises what `accounts` raises, and `UsageError` where what they name does not go together.
    """
    found = spoken_plainly(words, vocabulary)
    if found is None:
        return None
    values = await resolved(found, accounts, organization=vocabulary.organization)
    given = places.complete(found.operation, values)
    return Form(found.operation, given.values, found.reason[:MAX_REASON])


def complete(operation: Operation, values: Mapping[str, Any], reason: str, *, organization: str) -> Form | Intent:
    """An intent where nothing is missing, a form where something is; raises `UsageError` where something is wrong."""
    given = places.complete(operation, values)
    try:
        params = operation.params.model_validate({"organization": organization, **given.values})
    except ValidationError as error:
        problems = [problem for problem in error.errors() if problem["type"] != "missing"]
        if not problems:
            return Form(operation, given.values, reason)
        fields = field_errors(problems)
        text = " ".join(f"{name}: {problem}." for name, problem in fields.items())
        raise ValuesAtFault(
            usage_error(text, operation, fields=fields), Form(operation, given.values, reason)
        ) from None
    if len(reason.strip()) > MAX_REASON:
        raise usage_error(f"The reason has {len(reason.strip()):,} characters, more than {MAX_REASON:,}.", operation)
    if not is_read(operation) and not reason.strip():
        return Form(operation, given.values, reason)
    return Intent(operation, params, reason.strip(), given.notes)
