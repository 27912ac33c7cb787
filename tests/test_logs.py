"""Logs: one entry a line, and no secret in any of them, wherever it came from."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import HIDDEN, Redaction, configure_logs

KNOWN = "hunter2-and-more"
SHAPES = (
    "xoxb-123-abc",
    "xapp-1-A1-2",
    "dckr_pat_abc-DEF_1",
    "dckr_oat_xyz",
    "eyJhbGciOiJI.eyJzdWIiOiIx.c2ln-x_y",
)
EVERY_SECRET = pytest.mark.parametrize("secret", [KNOWN, *SHAPES])
BOTH_FORMS = pytest.mark.parametrize("form", ["json", "text"])


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    names = ("slack_sdk", "slack_bolt", "apscheduler", "aiohttp.access", "asyncio")
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def fail(secret: str) -> None:
    """Raise with the secret in the text, in a cause and in a local variable."""
    try:
        {"": ""}.pop(f"token {secret}")
    except KeyError as error:
        raise ValueError(f"cannot use {secret}") from error


@EVERY_SECRET
@BOTH_FORMS
def test_our_own_entries_hide_it_everywhere(capfd: pytest.CaptureFixture[str], form: str, secret: str) -> None:
    configure_logs(level="DEBUG", form=form, secrets=[KNOWN])
    log = structlog.stdlib.get_logger("bot.some")
    with structlog.contextvars.bound_contextvars(bound=f"<{secret}>"):
        log.info(
            f"event {secret}", text=secret, listed=[secret, (secret,)], mapped={"a": {"b": secret}}, raw=secret.encode()
        )
        log.info("an object", thing=ValueError(secret), numbers=[1, 2.5, None, True])
    shown = capfd.readouterr().err
    assert secret not in shown
    assert HIDDEN in shown
    assert len(shown.splitlines()) == 2


@EVERY_SECRET
@BOTH_FORMS
def test_exceptions_hide_it(capfd: pytest.CaptureFixture[str], form: str, secret: str) -> None:
    configure_logs(form=form, secrets=[KNOWN])
    try:
        fail(secret)
    except ValueError:
        structlog.stdlib.get_logger("bot").exception("failed")
        logging.getLogger("foreign").exception("failed with %s", secret)
    shown = capfd.readouterr().err
    assert "Traceback" in shown
    assert secret not in shown


@EVERY_SECRET
@BOTH_FORMS
@pytest.mark.parametrize("name", ["sqlalchemy.engine", "asyncio", "slack_sdk.web.async_base_client", "py.warnings"])
def test_libraries_entries_hide_it(capfd: pytest.CaptureFixture[str], form: str, name: str, secret: str) -> None:
    configure_logs(form=form, secrets=[KNOWN])
    logging.getLogger(name).warning(
        "sent %s with %r", secret, {"authorization": f"Bearer {secret}"}, extra={"x": secret}
    )
    shown = capfd.readouterr().err
    assert "sent" in shown
    assert secret not in shown


def test_a_json_entry_is_one_line_of_json(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    structlog.stdlib.get_logger("bot.x").warning("some.thing", text="two\nlines", number=7)
    entry = json.loads(capfd.readouterr().err)
    assert (entry["event"], entry["level"], entry["logger"], entry["number"]) == ("some.thing", "warning", "bot.x", 7)
    assert entry["text"] == "two\nlines"


@pytest.mark.parametrize(("level", "count"), [("DEBUG", 3), ("INFO", 2), ("ERROR", 0)])
def test_the_level_holds_for_us(capfd: pytest.CaptureFixture[str], level: str, count: int) -> None:
    configure_logs(level=level)
    log = structlog.stdlib.get_logger("bot.x")
    log.debug("a")
    log.info("b")
    log.warning("c")
    assert len(capfd.readouterr().err.splitlines()) == count


@pytest.mark.parametrize("name", ["slack_sdk", "slack_bolt", "apscheduler", "aiohttp.access"])
def test_libraries_that_log_whole_payloads_are_quiet_even_at_debug(
    capfd: pytest.CaptureFixture[str], name: str
) -> None:
    configure_logs(level="DEBUG")
    logging.getLogger(f"{name}.inner").info("a payload")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("wss://host/link/?ticket=abc-DEF_1&app_id=A1", "wss://host/link/?ticket=[hidden]&app_id=A1"),
        ("postgresql://bot:pa$$w0rd@db:5432/x", "postgresql://[hidden]@db:5432/x"),
        ("https://hub.example.com/v2/orgs/acme", "https://hub.example.com/v2/orgs/acme"),
        ("12:30 jane@example.com", "12:30 jane@example.com"),
        ("no eyJ here", "no eyJ here"),
    ],
)
def test_tickets_and_passwords_in_addresses_go_and_the_rest_stays(text: str, clean: str) -> None:
    assert Redaction([]).clean(text) == clean


def test_a_secret_that_begins_like_a_token_goes_to_its_end() -> None:
    assert Redaction(["dckr_pat_abc$tail"]).clean("x dckr_pat_abc$tail y") == "x [hidden] y"


def test_of_two_secrets_one_in_the_other_the_longer_goes() -> None:
    assert Redaction(["abcd", "abcd-efgh"]).clean("abcd-efgh abcd") == "[hidden] [hidden]"


def test_a_secret_too_short_to_be_one_does_not_eat_the_log() -> None:
    assert Redaction(["", "a"]).clean("banana") == "banana"


@given(st.text(min_size=4, max_size=12), st.text(max_size=20), st.text(max_size=20))
def test_a_known_secret_never_survives(secret: str, before: str, after: str) -> None:
    cleaned = Redaction([secret]).clean({"a": [f"{before}{secret}{after}"]})
    assert secret not in cleaned["a"][0].replace(HIDDEN, "") or secret in HIDDEN
