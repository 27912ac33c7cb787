"""What `/hub doctor` answers, as people read it."""

from bot.lights import Light
from bot.slack.doctor_said import doctor_message
from bot.slack.features import FEATURES, feature_lights
from bot.slack.spoken import missing_from
from tests.operations.samples import HOSTILE
from tests.slack.samples import assert_harmless, flaws

ALL = frozenset(scope for feature in FEATURES for scope in feature.scopes)


def test_what_is_wrong_stands_first_and_one_way_out_is_said_once() -> None:
    shown = doctor_message(
        [
            Light("Database", "green", "It answers."),
            Light("Socket", "green", "It answers."),
            Light("Mentions", "off", "None yet.", "Install it again."),
            Light("Slack", "red", "It is away.", "Wait."),
            Light("Links", "off", "None either.", "Install it again."),
        ]
    )
    assert shown.text.splitlines() == [
        "🔴 *Slack* (wrong): It is away.",
        "→ _Wait._",
        "⚪ *Mentions* (off): None yet.",
        "⚪ *Links* (off): None either.",
        "→ _Install it again._",
        "🟢 *Database, Socket* (in order): It answers.",
    ]


def test_where_all_is_well_that_is_said() -> None:
    assert doctor_message([Light("Database", "green", "It answers.")]).text.startswith("Everything that was looked at")


def test_it_passes_and_is_harmless_whatever_a_light_says() -> None:
    for evil in HOSTILE:
        shown = doctor_message([Light(evil, "red", evil, evil), Light("x", "green", evil * 500)])
        assert flaws(shown) == []
        assert_harmless(shown)
    assert missing_from(shown.text, shown.blocks) == []


def test_every_surface_is_green_with_its_scopes_and_events_and_each_is_missed_alone() -> None:
    events = frozenset(event for feature in FEATURES for event in feature.events)
    assert {light.state for light in feature_lights(ALL, heard=events)} == {"green"}
    for scope in ALL:
        wrong = [light for light in feature_lights(ALL - {scope}, heard=events) if light.state != "green"]
        assert wrong
        assert all(scope in light.said and light.way_out for light in wrong)
    assert {light.state for light in feature_lights(frozenset(), heard=None)} == {"green"}, "Slack did not say"
