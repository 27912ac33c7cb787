"""The table of what is modelled says what there is: no method and no event more, and none less."""

import re
from pathlib import Path

from sandbox.slack.web_api.dispatch import METHODS
from sandbox.slack.workspace.manifest import EVENT_SCOPES

README = Path(__file__).parents[2] / "sandbox" / "README.md"
WITHOUT_SCOPE = {"app_home_opened"}


def modelled(part: str) -> set[str]:
    """What stands in code beside a part, in the column of what is modelled."""
    row = re.search(rf"^\| {part} \| (.*?) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert row is not None, part
    return set(re.findall(r"`([\w.]+)`", row[1]))


def test_every_method_is_named() -> None:
    assert modelled("Web API") == set(METHODS)


def test_every_event_is_named() -> None:
    assert modelled("events") == set(EVENT_SCOPES) | WITHOUT_SCOPE
