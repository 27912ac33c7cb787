"""A Docker Hub client of the standard library alone, as scripts have been written for years: older addresses included.

python -m sandbox --servers-only --hub-profile real --json > addresses.json &
python sandbox/foreign/hub_client.py addresses.json
"""

import json
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class DockerHub:
    """Logged in with a name and a secret; `get` and `every` read."""

    def __init__(self, url: str, username: str, secret: str) -> None:
        self.url, self.token = url, ""
        body = {"username": username, "password": secret}
        self.token = self.ask("POST", "/v2/users/login/", body)["token"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; `path` may be a whole address of this server."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        address = path if path.startswith(self.url) else self.url + path
        asked = urllib.request.Request(address, data=data, headers=headers, method=method)  # noqa: S310  loopback
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def every(self, path: str) -> Iterator[dict[str, Any]]:
        """All rows of a list, page after page."""
        following: str | None = path
        while following:
            page = self.ask("GET", following)
            yield from page["results"]
            following = page["next"]


def tell(line: str) -> None:
    """A line to the terminal."""
    sys.stdout.write(f"{line}\n")


def main(addresses: Path) -> None:
    """Say who one is, and what the newest image of each of some repositories is."""
    given = json.loads(addresses.read_text(encoding="utf-8"))["docker_hub"]
    hub = DockerHub(given["url"], given["username"], given["token"])
    organization = given["organization"]
    me, ours = hub.ask("GET", "/v2/user/"), hub.ask("GET", f"/v2/orgs/{organization}/")
    tell(f"{me['username']} in {ours['full_name']}")
    repositories = list(hub.every(f"/v2/repositories/{organization}/?page_size=25"))
    tell(f"{len(repositories)} repositories")
    for name in ("api", "web"):
        [tag] = hub.ask("GET", f"/v2/repositories/{organization}/{name}/tags/?page_size=1")["results"]
        images = ", ".join(f"{image['os']}/{image['architecture']}" for image in tag["images"])
        tell(f"{organization}/{name}:{tag['name']} ({tag['tag_status']}) for {images}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
