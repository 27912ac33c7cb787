"""Whom a write is about: whose role, team, invite or token it is. Governance bars them from deciding it."""

from bot.operations.kit.base import Beneficiary, Mentions, Params, Preview, marker_of


def beneficiaries(params: Params, preview: Preview) -> tuple[Beneficiary, ...]:
    """Everybody whom a write of these parameters is about, each once."""
    return tuple(dict.fromkeys(named_in(params) if preview.about is None else preview.about))


def named_in(params: Params) -> tuple[Beneficiary, ...]:
    """The people whom the parameters name: in fields that take a person, all of a list's."""
    found: list[str | None] = []
    for field, info in type(params).model_fields.items():
        if marker_of(info, Mentions) is not None:
            value = getattr(params, field)
            found += value if isinstance(value, tuple) else [value]
    return everybody(*found)


def somebody(*names: str | None) -> tuple[Beneficiary, ...]:
    """The one person who has these names; nobody where each is empty."""
    known = tuple(dict.fromkeys(name.lower() for name in names if name))
    return (Beneficiary(known),) if known else ()


def everybody(*names: str | None) -> tuple[Beneficiary, ...]:
    """People of whom one name each is known."""
    return tuple(person for name in names for person in somebody(name))
