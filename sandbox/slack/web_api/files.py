"""files.*: an address to upload to, the bytes, and the sharing of them."""

from urllib.parse import quote

from aiohttp import web

from sandbox.slack.errors import ApiError, invalid_arguments
from sandbox.slack.parts import Parts
from sandbox.slack.web_api.limits import TIER_4
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.messages import file_message
from sandbox.slack.workspace.objects import show_file
from sandbox.slack.workspace.state import File, Json, fresh_id

MOST_CHANNELS = 100
ALT_TEXT_LIMIT = 1000


def get_upload_address(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
    name, length = call.arguments.required("filename"), call.arguments.required("length")
    alt_text = call.arguments.text("alt_txt")
    if not length.isdecimal() or int(length) < 1 or len(alt_text) > ALT_TEXT_LIMIT:
        raise invalid_arguments("length must be a positive number, alt_txt at most 1000 characters")
    workspace = call.parts.workspace
    file = File(
        fresh_id("F"), name, int(length), call.parts.app.bot_user_id, workspace.seconds(), name, alt_text=alt_text
    )
    workspace.files[file.id] = file
    return {"upload_url": f"{call.parts.base_url}/upload/v1/{file.id}", "file_id": file.id}


async def receive_upload(parts: Parts, request: web.Request) -> web.Response:
    """The POST of the bytes, raw or as a form's file."""
    file = parts.workspace.files.get(request.match_info["file_id"])
    if file is None or file.completed:
        return web.Response(status=404, text="no such upload")
    if request.content_type == "multipart/form-data":
        fields = [one for one in (await request.post()).values() if isinstance(one, web.FileField)]
        content = fields[0].file.read() if fields else b""
    else:
        content = await request.read()
    if len(content) != file.length:
        return web.Response(status=400, text=f"expected {file.length} bytes, got {len(content)}")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")


async def serve_file(parts: Parts, request: web.Request) -> web.Response:
    """The bytes at `url_private`, for the bot's token with `files:read`; everybody else is sent to the log-in page.

    https://docs.slack.dev/reference/objects/file-object#authentication
    """
    app = parts.app
    if request.headers.get("Authorization") != f"Bearer {app.bot_token}" or "files:read" not in app.scopes:
        return web.Response(status=302, headers={"Location": f"{parts.base_url}/?redir={quote(request.path, safe='')}"})
    file = parts.workspace.files.get(request.match_info["place"].rpartition("-")[2])
    if file is None or file.content is None:
        return web.Response(status=404, text="no such file")
    return web.Response(body=file.content, content_type="application/octet-stream")


def complete_upload(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal"""
    entries = call.arguments.structure("files")
    if not isinstance(entries, list) or not entries:
        raise invalid_arguments("missing required field: files")
    channel_ids = call.arguments.names("channels") or call.arguments.names("channel_id")
    if len(channel_ids) > MOST_CHANNELS:
        raise invalid_arguments("no more than 100 channels")
    channels = [call.seen_channel(one) for one in channel_ids]
    if any(call.parts.app.bot_user_id not in one.members for one in channels):
        raise ApiError("not_in_channel")
    files = [_completed(call, one) for one in entries]
    for file in files:
        file.channels = [one.id for one in channels]
    shown = [show_file(one, call.parts) for one in files]
    comment, thread_ts = call.arguments.text("initial_comment"), call.arguments.text("thread_ts")
    for channel in channels:
        file_message(call.parts, channel, shown, comment, thread_ts)
    return {"files": shown}


def file_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.info"""
    file = call.parts.workspace.files.get(call.arguments.required("file"))
    if file is None or not file.completed:
        raise ApiError("file_not_found")
    return {"file": show_file(file, call.parts), "comments": []}


def _completed(call: Call, entry: Json) -> File:
    file = call.parts.workspace.files.get(str(entry.get("id", "")))
    if file is None or file.content is None or file.completed:
        raise ApiError("file_not_found")
    file.title = str(entry.get("title") or file.name)
    file.completed = True
    return file


METHODS = (
    Method("files.getUploadURLExternal", get_upload_address, TIER_4, ("files:write",)),
    Method("files.completeUploadExternal", complete_upload, TIER_4, ("files:write",)),
    Method("files.info", file_info, TIER_4, ("files:read",)),
)
