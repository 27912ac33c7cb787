"""The registry's corner that tells how many image pulls are left: a token for anybody, and a manifest's headers.

Source: docs.docker.com/docker-hub/usage/pulls (a HEAD does not count, a GET does).
"""

import hashlib
import secrets

from aiohttp import web

LIMIT = 100
WINDOW = 21600
MANIFEST = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'


class Registry:
    """Image pulls of the last six hours; `used` may be set by a test."""

    def __init__(self) -> None:
        self.used = 0
        self._tokens: set[str] = set()

    def app(self) -> web.Application:
        """The web application of the registry's host."""
        app = web.Application()
        app.router.add_get("/token", self._token, allow_head=False)
        for method in ("HEAD", "GET"):
            app.router.add_route(method, "/v2/{namespace}/{repository}/manifests/{tag}", self._manifest)
        return app

    async def _token(self, _: web.Request) -> web.Response:
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return web.json_response({"token": token, "access_token": token, "expires_in": 300})

    async def _manifest(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            return web.json_response({"errors": [{"code": "UNAUTHORIZED"}]}, status=401, headers=_challenge(request))
        if request.method == "GET":
            if self.used >= LIMIT:
                return web.json_response({"errors": [{"code": "TOOMANYREQUESTS"}]}, status=429, headers=self._headers())
            self.used += 1
        return web.Response(body=MANIFEST if request.method == "GET" else b"", headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {
            "ratelimit-limit": f"{LIMIT};w={WINDOW}",
            "ratelimit-remaining": f"{max(0, LIMIT - self.used)};w={WINDOW}",
            "Docker-Content-Digest": f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}",
        }


def _challenge(request: web.Request) -> dict[str, str]:
    scope = "repository:{namespace}/{repository}:pull".format_map(request.match_info)
    realm = f"{request.scheme}://{request.host}/token"
    return {"WWW-Authenticate": f'Bearer realm="{realm}",service="registry",scope="{scope}"'}
