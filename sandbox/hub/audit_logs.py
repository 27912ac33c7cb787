"""Reading the audit log: `/v2/auditlogs/{account}` and the list of its actions."""

from collections.abc import Iterator
from typing import Any

from sandbox.hub.content import access
from sandbox.hub.content.log import ACTIONS
from sandbox.hub.content.state import Event
from sandbox.hub.wire import pages, times
from sandbox.hub.wire.call import Answer, Call, Route
from sandbox.hub.wire.problems import Refusal, Style

SCOPE = "scope-activity-read"
PAGE = pages.Shape(default=25, missing_page=None, bad=400)


def list_events(call: Call) -> Answer:
    """Newest first; no total and no `next`."""
    account = _account(call)
    page, size = pages.window(call, PAGE)
    events = list(_matching(call, account))
    return Answer(data={"logs": [as_json(event) for event in events[(page - 1) * size : page * size]]})


def list_actions(call: Call) -> Answer:
    """The names of the actions, without the name of their group."""
    _account(call)
    groups = {
        group: {"actions": [_action(name) for name in names], "label": label}
        for group, (label, names) in ACTIONS.items()
    }
    return Answer(data={"actions": groups})


def as_json(event: Event) -> dict[str, Any]:
    """An event as the API answers it."""
    return {
        "account": event.account,
        "action": event.action,
        "name": event.name,
        "actor": event.actor,
        "data": event.data,
        "timestamp": times.second(event.at),
        "action_description": event.description,
    }


def _account(call: Call) -> str:
    """The account whose log this caller may read: their own, or their organization's if they own it."""
    account = call.params["account"]
    if call.caller.kind != "user" or call.caller.name != account:
        access.organization(call, account, scope=SCOPE, roles=access.OWNER, feature="audit_logs")
    return account


def _matching(call: Call, account: str) -> Iterator[Event]:
    since, until, now = _moment(call, "from"), _moment(call, "to"), call.state.now()
    wanted = {name: call.query[name] for name in ("action", "name") if call.query.get(name)}
    actor = call.query.get("actor")
    for event in reversed(call.state.logs.get(account, [])):
        if since is not None and event.at < since:
            return
        late = event.visible_at > now or (until is not None and event.at > until)
        if not late and all(getattr(event, k) == v for k, v in wanted.items()) and _by(event, actor):
            yield event


def _by(event: Event, actor: str | None) -> bool:
    """A user is found whether they used a token or not."""
    return not actor or actor in {event.actor, event.actor.split(" - access token ", 1)[0]}


def _moment(call: Call, name: str) -> float | None:
    text = call.query.get(name)
    if text is None:
        return None
    try:
        return times.parse(text)
    except ValueError:
        raise Refusal(400, f"{name} is not an RFC 3339 date-time") from None


def _action(name: str) -> dict[str, str]:
    words = name.replace(".", " ").replace("_", " ")
    return {"name": name, "description": f"contains {words} events", "label": words.title()}


ROUTES = (
    Route("GET", "/v2/auditlogs/{account}/actions", list_actions, "auditlogs", Style.RPC),
    Route("GET", "/v2/auditlogs/{account}", list_events, "auditlogs", Style.RPC),
)
