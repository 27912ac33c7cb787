"""Release Robot: a Bolt app as anybody writes one, at work in the sandbox; it knows nothing of Hubwarden.

python -m sandbox --servers-only --manifest sandbox/foreign/app.yml --json > addresses.json &
python sandbox/foreign/bolt_app.py addresses.json
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

Block = dict[str, Any]
notes: list[str] = []


def section(text: str) -> Block:
    """A paragraph."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def card(version: str) -> list[Block]:
    """What is asked for, and the button that says yes."""
    yes = {"type": "button", "action_id": "ship", "style": "primary", "value": version}
    return [
        section(f"*Release {version}?*"),
        {"type": "actions", "elements": [yes | {"text": {"type": "plain_text", "text": "Ship it"}}]},
    ]


def build(token: str, api_url: str) -> AsyncApp:
    """The app with all that it listens to."""
    app = AsyncApp(client=AsyncWebClient(token=token, base_url=api_url))

    @app.command("/release")
    async def release(ack: Any, command: Any, client: AsyncWebClient) -> None:
        await ack()
        version = command["text"] or "1.0.0"
        text = f"Release {version}? Somebody has to press “Ship it”."
        await client.chat_postMessage(channel=command["channel_id"], text=text, blocks=card(version))

    @app.action("ship")
    async def ship(ack: Any, body: Any, action: Any, client: AsyncWebClient) -> None:
        await ack()
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        done = f"Release {action['value']}: shipped by <@{body['user']['id']}>"
        await client.chat_update(channel=channel, ts=ts, text=done, blocks=[section(done)])
        await client.chat_postMessage(channel=channel, thread_ts=ts, text="Smoke tests passed.")
        await client.reactions_add(channel=channel, timestamp=ts, name="rocket")

    @app.event("app_mention")
    async def mentioned(event: Any, say: Any) -> None:
        await say(text="Write `/release 1.2.3`.", thread_ts=event.get("thread_ts") or event["ts"])

    @app.shortcut("remember")
    async def remember(ack: Any, shortcut: Any, client: AsyncWebClient) -> None:
        await ack()
        notes.append(shortcut["message"]["text"])
        await publish(client, shortcut["user"]["id"])

    @app.event("app_home_opened")
    async def opened(event: Any, client: AsyncWebClient) -> None:
        await publish(client, event["user"])

    return app


async def publish(client: AsyncWebClient, user: str) -> None:
    """Show somebody the notes."""
    lines = [f"• {note}" for note in notes] or ["Nothing yet."]
    blocks = [section("*For the release notes*"), section("\n".join(lines))]
    await client.views_publish(user_id=user, view={"type": "home", "blocks": blocks})


async def main(addresses: Path) -> None:
    """Connect, and stay."""
    slack = json.loads(await asyncio.to_thread(addresses.read_text, encoding="utf-8"))["slack"]
    app = build(slack["bot_token"], slack["api_url"])
    await AsyncSocketModeHandler(app, slack["app_token"]).start_async()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
