"""What `/hub doctor` answers: what is wrong first, each with its way out, and what is in order last: pure."""

from collections.abc import Sequence
from itertools import groupby

from bot.lights import SIGNS, Light, State
from bot.slack.blocks import Content, content, pack
from bot.slack.text import fit_plain, one_line
from bot.visible import flat

ORDER: tuple[State, ...] = ("red", "yellow", "off", "green")
WORDS: dict[State, str] = {"red": "wrong", "yellow": "look at it", "off": "off", "green": "in order"}
WELL = "Everything that was looked at is in order."
NOTHING = "Nothing was looked at."
# An answer is never brought up to date, so it has more room than a card.
LONGEST, SENTENCE = 12_000, 400


def doctor_message(lights: Sequence[Light]) -> Content:
    """The lights by how bad they are; those with one way out are said together, and it once."""
    if not lights:
        return content(*pack([NOTHING]))
    lines = [WELL] if all(light.state == "green" for light in lights) else []
    for _, together in groupby(sorted(lights, key=rank), key=rank):
        group = list(together)
        lines += [line_of(list(alike)) for _, alike in groupby(group, key=lambda light: light.said)]
        if way_out := group[0].way_out:
            lines.append(f"→ _{short(way_out)}_")
    return content(*pack(lines), limit=LONGEST)


def rank(light: Light) -> tuple[int, str]:
    """Where it stands: by how bad it is, then with those that have the same way out."""
    return ORDER.index(light.state), light.way_out


def line_of(alike: Sequence[Light]) -> str:
    """Lights that say the same in a line, their colour in a word too, for who hears it read."""
    state, names = alike[0].state, ", ".join(light.name for light in alike)
    return f"{SIGNS[state]} *{short(names)}* ({WORDS[state]}): {short(alike[0].said)}"


def short(text: str) -> str:
    """Text in a line, made harmless; nothing that a light says is longer than that."""
    return one_line(fit_plain(flat(text), SENTENCE))
