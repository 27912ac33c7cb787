"""CSV files that people attach to forms, fetched from Slack."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import UserError
from bot.intents.files import Attachment, Sheet, read_sheet
from bot.operations.kit.base import FromFile, Operation, field_named, marker_of
from bot.slack.client import TROUBLE, short

MAX_BYTES = 1_000_000


async def fetch(client: AsyncWebClient, file_id: str) -> Attachment:
    """The file with this id, at most 1 MB of it; raises `UserError` with Slack's reason, or where it is larger.

    https://docs.slack.dev/reference/methods/files.info
    """
    try:
        file = (await client.files_info(file=file_id))["file"]
        name, size = str(file.get("name") or "The file"), int(file.get("size") or 0)
        if size > MAX_BYTES:
            raise UserError(f"{name} has {size:,} bytes, and {MAX_BYTES:,} is the limit: attach it in several parts.")
        return Attachment(name, await download(client, str(file.get("url_private") or ""), name=name))
    except TROUBLE as error:
        raise UserError(
            f"Slack did not hand over the file ({short(error)}). Please try again, or type the values."
        ) from None


async def download(client: AsyncWebClient, address: str, *, name: str) -> bytes:
    """The bytes at one of Slack's addresses; the token goes to no other host, and no redirect is followed.

    Without the scope `files:read`, Slack leads to its log-in page: https://docs.slack.dev/reference/objects/file-object
    """
    if client.session is None:
        raise TypeError("this client has no session to share")
    if not is_slacks(address, client.base_url):
        raise UserError(f"{name} is not kept by Slack: attach it from your own device.")
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(address, headers=headers, allow_redirects=False) as answer:
        if answer.status != 200 or answer.content_type == "text/html":
            raise UserError(f"Slack did not hand over {name} (HTTP {answer.status}): does the app have files:read?")
        content = bytearray()
        async for chunk in answer.content.iter_chunked(65_536):
            content += chunk
            if len(content) > MAX_BYTES:
                raise UserError(f"{name} has more than {MAX_BYTES:,} bytes: attach it in several parts.")
        return bytes(content)


def is_slacks(address: str, api: str) -> bool:
    """Whether it is on the host of the Web API, as https://slack.com, or below it, as https://files.slack.com."""
    wanted, found = urlsplit(api), urlsplit(address)
    return found.scheme == wanted.scheme and f".{found.netloc}".endswith(f".{wanted.netloc}")


async def read_files(client: AsyncWebClient, operation: Operation, files: Mapping[str, str]) -> dict[str, Sheet]:
    """What stands in the files with these ids, by the parameter that they are attached to; raises `UserError`."""
    found = {}
    for name, file_id in files.items():
        info = field_named(operation.params, name)
        marker = marker_of(info, FromFile) if info else None
        if marker is not None:
            found[name] = read_sheet(await fetch(client, file_id), marker.columns)
    return found
