"""One attempt at one request over aiohttp, answered as a value: what came back, or whether anything left."""

import os
from types import SimpleNamespace

import aiohttp
from pydantic import SecretStr
from yarl import URL

import bot
from bot.hub.protocol import Answer, ClientOptions, Lost, Request
from bot.outside import DIRECT, Outside


class Flight:
    """What is known of one attempt on its way."""

    def __init__(self) -> None:
        self.left = False


class Transport:
    """The process's one HTTP session with Docker Hub, opened at the first attempt.

    A session that is handed in is used and stays open; else `outside` says how Docker Hub is reached. Raises ValueError
    where `url` is no plain http(s) address.
    """

    def __init__(
        self, url: str, *, session: aiohttp.ClientSession | None, options: ClientOptions, outside: Outside = DIRECT
    ) -> None:
        self._url = _checked(url)
        self._outside = outside
        self._options = options
        self._session = session
        self._owned = session is None
        self._closed = False
        self._trace = _departures()
        self._agent = f"hubwarden/{bot.__version__}"
        if session is not None:
            session.trace_configs.append(self._trace)

    async def attempt(self, request: Request, *, bearer: SecretStr | None, seconds: float) -> Answer | Lost:
        """Send the request once and read the answer, in at most `seconds`. Nothing is followed, nothing is repeated."""
        flight = Flight()
        try:
            async with self._open().request(
                request.call.method,
                URL(self._url + request.target, encoded=True),
                data=request.body,
                headers=self._headers(request, bearer),
                skip_auto_headers=("Content-Type",),
                allow_redirects=False,
                raise_for_status=False,
                timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=self._options.connect_timeout),
                trace_request_ctx=flight,
                middlewares=(_once,),
            ) as response:
                return await self._read(response)
        except (aiohttp.ClientError, OSError) as error:
            return Lost(sent=flight.left, reason=_reason(error))

    async def close(self) -> None:
        """Close the session if it is ours; may be called twice."""
        if self._closed:
            return
        self._closed = True
        if self._session is not None and self._owned:
            await self._session.close()
        elif self._session is not None:
            self._session.trace_configs.remove(self._trace)

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise RuntimeError("the Docker Hub client is closed")
        if self._session is None:
            # Idle connections are dropped after aiohttp's 15 s, well before servers do: a write on a connection that
            # the server has just closed would be lost with its outcome unknown.
            self._session = self._outside.session(cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[self._trace])
        return self._session

    def _headers(self, request: Request, bearer: SecretStr | None) -> dict[str, str]:
        headers = {"Accept": request.accept, "User-Agent": self._agent}
        if request.body is not None:
            headers["Content-Type"] = request.media_type
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer.get_secret_value()}"
        return headers

    async def _read(self, response: aiohttp.ClientResponse) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        body, most = bytearray(), self._options.max_bytes
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > most:
                return Answer(response.status, headers, bytes(body[:most]), whole=False)
        return Answer(response.status, headers, bytes(body))


def _checked(url: str) -> str:
    parsed = URL(url)
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.user or parsed.query_string:
        raise ValueError("Docker Hub's address is http(s)://host, with no user and no query")
    return url.rstrip("/")


def _departures() -> aiohttp.TraceConfig:
    # aiohttp calls this just before the first byte is written: where it was not called, nothing left.
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_note_departure)
    trace.freeze()
    return trace


async def _note_departure(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _sent: aiohttp.TraceRequestHeadersSentParams
) -> None:
    if isinstance(context.trace_request_ctx, Flight):
        context.trace_request_ctx.left = True


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    # aiohttp itself repeats PUT and DELETE when a pooled connection is lost. It does so for these two errors alone.
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError from error


def _reason(error: Exception) -> str:
    # The error's own text can hold the address with its query, and its fields the headers: its name is enough.
    cause = error.__cause__ if type(error) is aiohttp.ClientConnectionError and error.__cause__ else error
    name = type(cause).__name__
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        return f"the proxy answers {cause.status} {cause.message}"
    if isinstance(cause, aiohttp.ClientConnectorCertificateError):
        return f"{name}: {getattr(cause.certificate_error, 'verify_message', 'it is not trusted')}"
    if not isinstance(cause, aiohttp.ClientConnectorError):
        return name
    # asyncio puts the address into strerror; the number still has its plain words.
    number = cause.os_error.errno or 0
    return f"{name}: {os.strerror(number) if number > 0 else cause.os_error.strerror}"
