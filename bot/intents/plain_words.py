"""Plain words for what is asked for most: they only ever propose a form, and never ask for anything by themselves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.intents.grammar import Given, Spoken
from bot.intents.wishes import Vocabulary
from bot.intents.words import Word, joined
from bot.keystrokes import bare, is_typed_twice

POLITE = frozenset(
    {"please", "pls", "hi", "hello", "hey", "could", "can", "would", "you", "kindly", "i", "i'd"}
    | {"we", "want", "need", "like", "to"}
)
THANKS = frozenset({"please", "pls", "thanks", "ty"})
ARTICLES = frozenset({"the", "a", "an", "our", "my"})
BETWEEN = frozenset({"and", "&"})
REASONS = frozenset({"because", "since", "cause"})
# A sentence that is longer is about more than one of these.
MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Said:
    """A way to say it, such as `invite <invitees…> to <team>`; `fixed` are values that follow from how it is said.

    `|` stands between words that mean the same, `<name>` for a value, and `<name…>` for one of several words.
    """

    pattern: str
    operation: str
    fixed: tuple[tuple[str, str], ...] = ()


REPO, NEW, GONE, OF = "repository|repo", "create|make", "delete|remove", "of|from|in|on"
SAID: tuple[Said, ...] = (
    *(
        Said(f"invite <invitees…> {rest}", "invite.send")
        for rest in (
            "to team <team> as <role>",
            "to <team> team as <role>",
            "to <team> as <role>",
            "as <role> to team <team>",
            "as <role> to <team>",
            "as <role>",
            "to team <team>",
            "to <team> team",
            "to <team>",
        )
    ),
    *(
        Said(f"{verb} {rest}", operation)
        for verb, way, operation in (
            ("add|put <username>", "to|in|into", "team.member.add"),
            ("remove|kick <username>", "from|out", "team.member.remove"),
        )
        for rest in (f"{way} team <team>", f"{way} <team> team", f"{way} <team>")
    ),
    Said("remove|kick <username>", "member.remove"),
    *(
        Said(pattern, "member.role", (("role", role),))
        for role in ("owner", "editor", "member")
        for pattern in (f"make <username> {role}", f"promote|demote <username> to {role}")
    ),
    *(
        Said(pattern, "repo.visibility", (("visibility", visibility),))
        for visibility in ("public", "private")
        for pattern in (
            f"make {REPO} <repository> {visibility}",
            f"make <repository> {REPO} {visibility}",
            f"make <repository> {visibility}",
        )
    ),
    *(
        Said(f"{NEW} {new}{visibility} {REPO} <repository>", "repo.create", (("visibility", visibility),))
        for visibility in ("public", "private")
        for new in ("", "new ")
    ),
    *(Said(f"{NEW} {new}{REPO} <repository>", "repo.create") for new in ("", "new ")),
    *(Said(f"{NEW} {new}team <team>", "team.create") for new in ("", "new ")),
    Said(f"{GONE} {REPO} <repository>", "repo.delete"),
    Said(f"{GONE} tag <tag> {OF} <repository>", "tag.delete"),
    Said(f"{GONE} tag <repository>", "tag.delete"),
    Said(f"lock|protect tags {OF} <repository>", "repo.immutable.set"),
    Said(f"lock|protect tags <rules> {OF} <repository>", "repo.immutable.set"),
    Said(f"lock|protect <rules> {OF} <repository>", "repo.immutable.set"),
)
VERBS = frozenset(verb for said in SAID for verb in said.pattern.split()[0].split("|"))
# Who is removed from the organization, or added to it, is in no team of that name.
OF_THE_ORGANIZATION = {
    "team.member.remove": ("member.remove", "username"),
    "team.member.add": ("invite.send", "invitees"),
}


def begins_plainly(word: Word) -> bool:
    """Whether a line that begins with this word may say something here."""
    return folded(word) in VERBS | POLITE


def spoken_plainly(words: Sequence[Word], vocabulary: Vocabulary) -> Spoken | None:
    """What the sentence is about and what it says for it; None where it is none that is known here.

    What has a flag is a command, and what begins with an operation's name too.
    """
    if len(words) > MOST_WORDS or any(is_typed_twice(word.text) for word in words) or begins_a_name(words, vocabulary):
        return None
    asked, reason = without_reason(words)
    asked = without_courtesies(asked)
    by_name = {operation.name: operation for operation in vocabulary.operations}
    for said in SAID:
        values = match(said.pattern.split(), asked)
        if values is None:
            continue
        name, values = of_the_organization(said.operation, values, vocabulary.organization)
        if operation := by_name.get(name):
            return Spoken(operation, {**values, **{key: Word((value,)) for key, value in said.fixed}}, reason)
    return None


def begins_a_name(words: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether the words begin as an operation is typed."""
    line = "".join(f"{folded(word)} " for word in words)
    return any(line.startswith(f"{operation.name.replace('.', ' ')} ") for operation in vocabulary.operations)


def of_the_organization(operation: str, values: dict[str, Given], organization: str) -> tuple[str, dict[str, Given]]:
    """The operation and its values, where what is said to be a team is the organization itself."""
    team, other = values.get("team"), OF_THE_ORGANIZATION.get(operation)
    if other is None or not isinstance(team, Word) or folded(team) != organization.lower():
        return operation, values
    return other[0], {other[1]: values["username"]}


def folded(word: Word) -> str:
    """The word as it is compared."""
    return bare(word.text).strip(".!?,;:").lower()


def without_courtesies(words: Sequence[Word]) -> list[Word]:
    """The sentence from its verb on, without articles."""
    start = next((at for at, word in enumerate(words) if word.mention or folded(word) not in POLITE), len(words))
    kept = [word for word in words[start:] if word.mention or word.is_quoted or folded(word) not in ARTICLES]
    return kept[:-1] if kept and not kept[-1].mention and folded(kept[-1]) in THANKS else kept


def without_reason(words: Sequence[Word]) -> tuple[list[Word], str]:
    """The sentence up to its `because`, and what follows that."""
    for at, word in enumerate(words):
        if not word.mention and not word.is_quoted and folded(word) in REASONS and at:
            return list(words[:at]), joined(words[at + 1 :]).text.strip()
    return list(words), ""


def match(pattern: Sequence[str], words: Sequence[Word]) -> dict[str, Given] | None:
    """The values that the words give where they are said so, else None."""
    if not pattern:
        return None if words else {}
    first, rest = pattern[0], pattern[1:]
    if not words:
        return None
    value = re.fullmatch(r"<(\w+)(…?)>", first)
    if value is None:
        is_said = not words[0].mention and folded(words[0]) in first.split("|")
        return match(rest, words[1:]) if is_said else None
    name, several = value.groups()
    for taken in range(1, len(words) + 1 if several else 2):
        found = match(rest, words[taken:])
        if found is not None:
            return {name: several_of(words[:taken]) if several else trimmed(words[0]), **found}
    return None


def several_of(words: Sequence[Word]) -> Word:
    """One value of several words, without what stands between its items."""
    return joined([trimmed(word) for word in words if word.mention or folded(word) not in BETWEEN] or words)


def trimmed(word: Word) -> Word:
    """The word without the mark that ends its sentence."""
    match word.parts:
        case (*before, str(last)) if not word.is_quoted:
            return Word((*before, last.rstrip(".!?,;")))
        case _:
            return word
