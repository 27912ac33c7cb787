"""What personal and organization access tokens have in common: names, life, expiry, and a secret that is shown once."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.errors import at_fault
from bot.hub import Call, Hub, HubProtocolError
from bot.keystrokes import bare
from bot.operations.kit.base import Beneficiary, ByAnyName, Change
from bot.operations.kit.beneficiaries import somebody
from bot.operations.kit.consequences import Harm, Prepared, Risk
from bot.operations.kit.fields import Text, refuse
from bot.operations.kit.menus import Periods
from bot.operations.kit.text import day, minute, nearest_hint

# What a value of a Slack menu may have: https://docs.slack.dev/reference/block-kit/composition-objects
MENU_LENGTH = 150
SECRET = re.compile(r"dckr_[a-z]+_", re.IGNORECASE)


# Days from today. Docker's console offers such periods, and takes a year at the most.
DAYS: Mapping[str, int] = {"30 days": 30, "90 days": 90, "1 year": 365}
DEFAULT_PERIOD = "90 days"
NEVER = "never"
PERIODS: Mapping[str, str] = {
    **dict.fromkeys(DAYS, ""),
    NEVER: "It works for whoever has copied it, until somebody deletes it",
}


def read_last_day(value: Any) -> Any:
    """A day, a period from today, or None for `never`; whatever else it is, as it is."""
    typed = " ".join(bare(value).lower().split()) if isinstance(value, str) else value
    if typed == NEVER:
        return None
    return last_day_in(DAYS[typed]) if typed in DAYS else typed


def default_last_day() -> date | None:
    """The last day of a token for which none was chosen: to have no end has to be asked for."""
    return last_day_in(DAYS[DEFAULT_PERIOD])


def last_day_in(days: int) -> date:
    """So many days from today (UTC)."""
    return datetime.now(UTC).date() + timedelta(days=days)


def refuse_secret(value: str) -> str:
    """A text that holds no access token: what is typed is stored, and shown to approvers."""
    if SECRET.search(value):
        raise refuse(
            "That holds an access token itself, where a label or an id belongs. Delete that token: it was seen"
        )
    return value


TokenReference = Annotated[
    Text, AfterValidator(refuse_secret), ByAnyName(), Field(title="Token", description="The token's label, or its id")
]
Label = Annotated[Text, AfterValidator(refuse_secret), Field(title="Label", description="What the token is for")]
Description = Annotated[str, AfterValidator(refuse_secret)]
LastDay = Annotated[
    date | None,
    BeforeValidator(read_last_day),
    Periods(PERIODS, DEFAULT_PERIOD, endless=NEVER),
    Field(
        default_factory=default_last_day,
        title="Expires",
        description="Its last day (UTC), such as 2027-01-31; or 30 days, 90 days or 1 year from now; or never",
    ),
]
Switch: TypeAlias = Literal["on", "off"]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as Docker Hub lists it; moments are Docker's timestamps, None for one that never was.

    `maker` is the Docker ID of whoever made it and so has seen it; empty where that is not said.
    """

    id: str
    label: str
    is_active: bool
    made_by: str
    created_at: str | None
    last_used_at: str | None
    expires_at: str | None
    scopes: tuple[str, ...] = ()
    maker: str = ""

    @property
    def is_expired(self) -> bool:
        """Whether its expiry has passed."""
        return self.expires_at is not None and has_passed(self.expires_at)

    @property
    def state(self) -> str:
        """`active`, `switched off` or `expired`."""
        return "expired" if self.is_expired else "active" if self.is_active else "switched off"

    @property
    def story(self) -> str:
        """Who made it, when, and when it was last used: what to know before it goes."""
        used = f"last used {minute(self.last_used_at)}" if self.last_used_at else "never used"
        return f"made by {self.made_by} on {day(self.created_at)}, {used}"


def whose(hub: Hub, token: Token) -> tuple[Beneficiary, ...]:
    """Whoever made the token and so has seen it; nobody where that was the bot's own account."""
    return () if token.maker.lower() == hub.identity.name.lower() else somebody(token.maker)


def has_passed(timestamp: str) -> bool:
    """Whether the moment lies behind us; what is no moment does not."""
    try:
        at = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) <= datetime.now(UTC)


def find_token(tokens: Iterable[Token], reference: str) -> Token | None:
    """The token with this id, else with this label; raises `UserError`, a question with ids, where several have it."""
    listed = list(tokens)
    by_id = [token for token in listed if token.id == reference]
    exact = by_id or [token for token in listed if token.label == reference]
    found = exact or [token for token in listed if token.label.casefold() == reference.casefold()]
    if len(found) > 1:
        which = "; ".join(f"{token.id} ({token.state}, {token.story})" for token in found)
        raise at_fault("token", f"{len(found)} tokens are called “{reference}”. Which one? Name it by its id: {which}.")
    return found[0] if found else None


def missing_text(tokens: Iterable[Token], reference: str, *, whose: str, command: str) -> str:
    """That there is no such token, and the nearest that there is."""
    hint = nearest_hint(reference, (token.label for token in tokens))
    return f"{whose} has no token “{reference}”.{hint} “/hub {command}” shows them all."


def name_choices(tokens: Sequence[Token], typed: str) -> list[str]:
    """At most 100 references for a form's menu: labels, and ids where a label does not tell which or is too long."""
    tellings = Counter(token.label.casefold() for token in tokens)
    names = [
        token.label if tellings[token.label.casefold()] == 1 and len(token.label) <= MENU_LENGTH else token.id
        for token in tokens
    ]
    matching = (typed.casefold() in f"{token.label} {token.id}".casefold() for token in tokens)
    return [name for name, matches in zip(names, matching, strict=True) if matches][:100]


def namesakes(tokens: Iterable[Token], label: str, *, but: str = "") -> tuple[str, ...]:
    """A note where other tokens have the label already: Docker Hub lets them, and people then need ids."""
    others = [token for token in tokens if token.label.casefold() == label.casefold() and token.id != but]
    return tuple(f"Another token is called “{token.label}” too: {token.state}, {token.story}." for token in others)


def check_expiry(expires: date | None) -> None:
    """Raises `UserError` where the last day has passed (days are UTC's)."""
    today = datetime.now(UTC).date()
    if expires is not None and expires < today:
        raise at_fault(
            "expires",
            f"{expires} has passed, today is {today} (UTC). "
            "Give today or a later day; a token that never expires has to be asked for: never.",
        )


def expiry_text(expires: date | None) -> str:
    """`expires at the end of 2027-01-31 (UTC)`, or `never expires`."""
    return f"expires at the end of {expires} (UTC)" if expires else "never expires"


def expiry_json(expires: date | None) -> dict[str, str]:
    """The part of a body that says when it expires; nothing where it never does."""
    return {"expires_at": f"{expires}T23:59:59Z"} if expires else {}


def common_changes(token: Token, *, label: str | None, active: Switch | None) -> tuple[Change, ...]:
    """What a new label and the switch change."""
    changes = []
    if label is not None and label != token.label:
        changes.append(Change("Label", token.label, label))
    if active is not None and (active == "on") != token.is_active:
        changes.append(Change(f"Token “{token.label}”", "on" if token.is_active else "off", active))
    return tuple(changes)


def new_state(label: str | None, active: Switch | None) -> str:
    """The end of a sentence that says what a changed token is now."""
    named = f", is called “{label}”" if label is not None else ""
    return named + (f", is {active}" if active is not None else "")


def read_new(data: Any, call: Call, *, key: str) -> tuple[str, SecretStr]:
    """The id (under `key`) and the secret of a token that was just made; raises `HubProtocolError` without either."""
    match data:
        case {"token": str(secret)} if secret and data.get(key):
            return str(data[key]), SecretStr(secret)
        case _:
            raise HubProtocolError(call, detail="the answer to a new token lacks the token or its id")


LOCKS_OUT = Risk(Harm.FINAL, "A deleted token does not come back, and whatever uses it is locked out at once.")
ENDLESS = Risk(Harm.POWER, "It never expires: whoever has copied it can use it until somebody deletes it.")


def endless(expires: date | None) -> tuple[Risk, ...]:
    """What to look at twice where a token has no end."""
    return () if expires else (ENDLESS,)


def update_heading(kind: str, reference: str, *, label: str | None, active: Switch | None, more: bool = False) -> str:
    """What happens to a token: the switch, the name, or something else."""
    if active is not None and label is None and not more:
        return f"Switch {active} {kind} “{reference}”"
    if label is not None and active is None and not more:
        return f"Rename {kind} “{reference}” to “{label}”"
    return f"Change {kind} “{reference}”"


def switch_back(operation: str, params: Any, changes: Sequence[Change]) -> Prepared | None:
    """The request that turns the switch back, where that is all that is changed."""
    if params.active is None or [change.after for change in changes] != [params.active]:
        return None
    active = "on" if params.active == "off" else "off"
    values = {"organization": params.organization, "token": params.token, "active": active}
    return Prepared(operation, values)
