"""The entry for a form: its values and files, to an intent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.errors import UserError
from bot.intents import places
from bot.intents.files import Row, Sheet, without_repeats
from bot.intents.problems import field_errors
from bot.intents.usage import usage_error
from bot.operations.kit.base import Intent, Operation, is_read
from bot.validation import fault

REASON = "reason"


@dataclass(frozen=True, slots=True)
class Draft:
    """A form with nothing wrong in it that lacks what is in its files."""

    operation: Operation
    values: Mapping[str, Any]
    reason: str
    notes: tuple[str, ...] = ()


class LinesAtFault(UserError):
    """Lines of a file are in the way.

    `sentences` has one for each, of which a surface may show the first.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(sentences))


def read_form(
    operation: Operation, values: Mapping[str, Any], reason: str, *, organization: str, attached: Collection[str] = ()
) -> Intent | Draft:
    """What the form wants; a draft where files are `attached` to these parameters, which nobody has read yet.

    Raises `UsageError` whose `fields` have a sentence for each input at fault.
    """
    placed = places.complete(operation, values)
    given = {"organization": organization, **placed.values}
    errors: dict[str, str] = {}
    params = None
    try:
        params = operation.params.model_validate(given)
    except ValidationError as error:
        problems = [p for p in error.errors() if not (p["type"] == "missing" and p["loc"][0] in attached)]
        errors = {name: f"{text}." for name, text in field_errors(problems).items()}
    if not is_read(operation) and not reason:
        errors[REASON] = "Say why: the approvers and the audit trail read it."
    if errors:
        raise usage_error(" ".join(errors.values()), operation, fields=errors)
    if params is None or attached:
        # As they were validated, so that each item of a list stands where the file's lines can be counted from.
        typed = params.model_dump(by_alias=True, exclude_unset=True) if params else given
        return Draft(operation, typed, reason, placed.notes)
    return Intent(operation, params, reason, placed.notes)


def complete_draft(draft: Draft, files: Mapping[str, Sheet]) -> Intent:
    """The draft with what its files hold, after what was typed, and a note of what each held.

    Raises `LinesAtFault`.
    """
    values, rows = dict(draft.values), dict[str, tuple[int, Sequence[Row]]]()
    notes = list(draft.notes)
    for name, read in files.items():
        typed = list(values.get(name, ()))
        sheet = without_repeats(read, typed)
        values[name] = [*typed, *(row.value for row in sheet.rows)]
        rows[name] = (len(typed), sheet.rows)
        notes.append(sheet.account)
    try:
        params = draft.operation.params.model_validate(values)
    except ValidationError as error:
        raise LinesAtFault(line_errors(error.errors(), rows)) from None
    return Intent(draft.operation, params, draft.reason, tuple(notes))


def line_errors(problems: Sequence[Mapping[str, Any]], files: Mapping[str, tuple[int, Sequence[Row]]]) -> list[str]:
    """A sentence for each line at fault.

    `files` has, by parameter, where among all values the file's first one stands, and its rows.
    """
    sentences = []
    for problem in problems:
        match problem["loc"]:
            case (str(name), int(index), *_) if name in files:
                first, rows = files[name]
                sentences.append(f"Line {rows[index - first].line}: {fault(problem)}.")
            case _:
                sentences += [f"{text}." for text in field_errors([problem]).values()]
    return sentences
