"""Trouble that somebody at the page orders: Slack refuses, is slow, loses an answer or lets go of the app's socket."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.interactions.seen import NotPossibleError
from sandbox.slack.parts import Parts
from sandbox.slack.workspace.state import Json

MOST_TIMES, MOST_SECONDS = 1000, 600
METHODS = {
    "everything": "*",
    "posting": "chat.post*",
    "changing a message": "chat.update",
    "opening a form": "views.open",
    "publishing Home": "views.publish",
    "looking somebody up": "users.*",
}


@dataclass(frozen=True, slots=True)
class Given:
    """What was chosen: what it is about, how often, and for how many seconds."""

    what: str
    times: int
    seconds: int

    @property
    def pattern(self) -> str:
        """The methods that are meant."""
        return METHODS[self.what]


@dataclass(frozen=True, slots=True)
class Switch:
    """One kind of trouble; `turn` orders it and answers the sentence that says so."""

    name: str
    title: str
    description: str
    args: tuple[Json, ...]
    turn: Callable[[Parts, Given], str]


def described() -> list[Json]:
    """All switches, for the page's buttons."""
    return [{"name": s.name, "title": s.title, "description": s.description, "args": list(s.args)} for s in SWITCHES]


def turn(parts: Parts, name: str, given: Mapping[str, Any]) -> str:
    """Order one; answers one sentence. Raises NotPossibleError with one."""
    switch = next((one for one in SWITCHES if one.name == name), None)
    if switch is None:
        raise NotPossibleError(f"There is no trouble called {name}.")
    values = {arg["name"]: given.get(arg["name"], arg["default"]) for arg in (WHAT, TIMES, SECONDS)}
    if values["what"] not in METHODS:
        raise NotPossibleError(f"Choose one of: {', '.join(METHODS)}.")
    times = _whole(values["times"], "how many times", most=MOST_TIMES)
    seconds = _whole(values["seconds"], "how many seconds", most=MOST_SECONDS)
    return switch.turn(parts, Given(str(values["what"]), times, seconds))


def _whole(value: Any, what: str, *, most: int) -> int:
    text = str(value).strip()
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise NotPossibleError(f"Say {what} as a whole number from 1 to {most}.")
    return int(text)


def _next(given: Given) -> str:
    return "The next call" if given.times == 1 else f"The next {given.times} calls"


def _too_fast(parts: Parts, given: Given) -> str:
    parts.faults.add(given.pattern, status=429, retry_after=given.seconds, times=given.times)
    return f"{_next(given)} for {given.what}: 429, come back after {given.seconds} s."


def _fail(parts: Parts, given: Given) -> str:
    parts.faults.add(given.pattern, status=503, body="upstream connect error", times=given.times)
    return f"{_next(given)} for {given.what}: 503."


def _slow(parts: Parts, given: Given) -> str:
    hold = parts.faults.hold(given.pattern, times=MOST_TIMES)
    asyncio.get_running_loop().call_later(given.seconds, hold.release)
    return f"For {given.seconds} s nothing for {given.what} is answered."


def _lost(parts: Parts, given: Given) -> str:
    parts.faults.add(given.pattern, drop=True, times=given.times)
    return f"{_next(given)} for {given.what}: the connection breaks before anything is done."


def _lost_answer(parts: Parts, given: Given) -> str:
    parts.faults.add(given.pattern, drop=True, after_effect=True, times=given.times)
    return f"{_next(given)} for {given.what}: done, and the answer is lost."


def _invalid_blocks(parts: Parts, given: Given) -> str:
    parts.faults.add("chat.*", error="invalid_blocks", times=given.times)
    return f"{_next(given)} for a message: invalid_blocks."


def _edit_window(parts: Parts, given: Given) -> str:
    parts.faults.add("chat.update", error="edit_window_closed", times=given.times)
    return f"{_next(given)} for changing a message: edit_window_closed."


def _drop_socket(parts: Parts, _given: Given) -> str:
    parts.sockets.drop()
    return "The app's connections are cut."


def _refuse_socket(parts: Parts, given: Given) -> str:
    parts.sockets.refuse_handshakes(given.times)
    parts.sockets.drop()
    return f"The app's connections are cut, and it is refused {given.times} times."


def _twice(parts: Parts, given: Given) -> str:
    parts.sockets.duplicate(given.times)
    return f"The next {given.times} payloads arrive twice."


def _nothing(parts: Parts, _given: Given) -> str:
    parts.faults.clear()
    return "Slack is well again; what was held goes on."


WHAT: Json = {"name": "what", "label": "What", "default": "everything", "choices": list(METHODS)}
TIMES: Json = {"name": "times", "label": "How many times", "default": 1}
SECONDS: Json = {"name": "seconds", "label": "Seconds", "default": 5}
SWITCHES = (
    Switch("too_fast", "Too many requests", "429, with the time to wait.", (WHAT, TIMES, SECONDS), _too_fast),
    Switch("fail", "Slack is down", "503 for the next calls.", (WHAT, TIMES), _fail),
    Switch(
        "slow", "Slack is slow", "No answer for a while; what was asked is done afterwards.", (WHAT, SECONDS), _slow
    ),
    Switch("lost", "The request is lost", "Nothing is done, nothing is answered.", (WHAT, TIMES), _lost),
    Switch("lost_answer", "The answer is lost", "Done, but the app cannot know.", (WHAT, TIMES), _lost_answer),
    Switch("invalid_blocks", "Blocks are refused", "As where newer blocks are unknown.", (TIMES,), _invalid_blocks),
    Switch("edit_window_closed", "Messages are too old to change", "chat.update is refused.", (TIMES,), _edit_window),
    Switch("drop_socket", "Cut the socket", "Without a goodbye, as a lost network does.", (), _drop_socket),
    Switch("refuse_socket", "Refuse the socket", "Cut, and the next attempts are refused.", (TIMES,), _refuse_socket),
    Switch("twice", "Deliver twice", "The next payloads come two times.", (TIMES,), _twice),
    Switch("nothing", "End all trouble", "Forget what is ordered above.", (), _nothing),
)
