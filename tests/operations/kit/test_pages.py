"""Addresses of Docker Hub's pages and references to images: what each names, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from bot.operations.kit.pages import Kind, Place, name_in, read_place

API = Place("acme", "api")
OF_TAG = Place("acme", "api", "1.2")
DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize("before", ["", "http://", "https://", "HTTPS://www.", "www."])
@pytest.mark.parametrize("after", ["", "/", "?tab=x&y=/r/b/c", "#top", "/?a=b#c"])
@pytest.mark.parametrize(
    ("page", "place"),
    [
        ("hub.docker.com/r/acme/api", API),
        ("hub.docker.com/r/acme/api/tags", API),
        ("hub.docker.com/r/Acme/API/builds", API),
        ("hub.docker.com/r/acme/api/tags/1.2/images/sha256-ab", OF_TAG),
        ("hub.docker.com/r/acme", Place("acme")),
        ("hub.docker.com/repository/docker/acme/api/general", API),
        ("hub.docker.com/repository/docker/acme/api", API),
        ("hub.docker.com/repository/docker/acme/api/tags/1.2/sha256-ab", OF_TAG),
        ("hub.docker.com/repositories/acme", Place("acme")),
        ("hub.docker.com/layers/acme/api/1.2/images/sha256-ab", OF_TAG),
        ("hub.docker.com/layers/acme/api/RC.1", Place("acme", "api", "RC.1")),
        ("hub.docker.com/_/postgres", Place("library", "postgres")),
        ("hub.docker.com/_/postgres/tags", Place("library", "postgres")),
        ("hub.docker.com/u/Kim", Place(person="kim")),
        ("hub.docker.com/orgs/acme", Place("acme")),
        ("hub.docker.com/orgs/acme/members", Place("acme")),
        ("hub.docker.com/orgs/acme/teams/platform/members", Place("acme", team="platform")),
        ("hub.docker.com/orgs/acme/teams/platform", Place("acme", team="platform")),
        ("app.docker.com/accounts/acme/billing", Place("acme")),
        ("app.docker.com/accounts/acme", Place("acme")),
        ("hub.docker.com/v2/namespaces/acme/repositories/api/tags/1.2", OF_TAG),
        ("hub.docker.com/v2/repositories/acme/api", API),
        ("hub.docker.com/r/acme%2Fx/api", Place("acme/x", "api")),
    ],
)
def test_a_page_names_what_its_address_has(before: str, after: str, page: str, place: Place) -> None:
    for typed in (f"{before}{page}{after}", f"<{before}{page}{after}|api>", f"`{before}{page}{after}`"):
        assert read_place(typed, "repository") == place


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("acme/api", API),
        ("Acme/api:1.2", OF_TAG),
        ("api:1.2", Place(repository="api", tag="1.2")),
        (f"acme/api@{DIGEST}", Place("acme", "api", digest=DIGEST)),
        (f"acme/api:1.2@{DIGEST}", Place("acme", "api", "1.2", digest=DIGEST)),
        ("docker.io/acme/api:1.2", OF_TAG),
        ("index.docker.io/acme/api", API),
        ("registry-1.docker.io/acme/api:1.2", OF_TAG),
        ("https://docker.io/acme/api", API),
        ("docker.io/postgres", Place("library", "postgres")),
        ("docker pull acme/api:1.2", OF_TAG),
        ("$ sudo docker image pull docker.io/acme/api:1.2", OF_TAG),
        ("docker push acme/api", API),
        ("docker pull postgres:16", Place("library", "postgres", "16")),
    ],
)
def test_a_reference_names_what_docker_would_pull(reference: str, place: Place) -> None:
    assert read_place(reference, "repository") == place
    assert read_place(reference, "tag") == place


@pytest.mark.parametrize("name", ["api", "my.repo", "1.2", "", "acme/", "/api", "acme/api/x", "a b", "docker", "pull"])
def test_a_name_is_no_address(name: str) -> None:
    assert read_place(name, "repository") is None


@pytest.mark.parametrize("kind", ["team", "person", "organization"])
@pytest.mark.parametrize("name", ["platform", "acme/api", "kim@example.com", "docker pull acme/api"])
def test_a_reference_is_one_where_an_image_is_asked_for_alone(kind: Kind, name: str) -> None:
    assert read_place(name, kind) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("https://example.com/r/acme/api", "is not on Docker Hub"),
        ("https://hub.docker.com.evil.example/r/acme/api", "is not on Docker Hub"),
        ("https://evildocker.com/r/acme/api", "is not on Docker Hub"),
        ("ghcr.io/acme/api:1", "is not on Docker Hub"),
        ("localhost:5000/acme/api", "is not on Docker Hub"),
        ("docker pull quay.io/acme/api", "is not on Docker Hub"),
        ("https://hub.docker.com/", "names no repository, tag, team or person"),
        ("https://hub.docker.com", "names no repository, tag, team or person"),
        ("https://hub.docker.com/search?q=api", "names no repository, tag, team or person"),
        ("docker pull acme/api/x", "names no image"),
    ],
)
def test_what_is_somewhere_else_is_refused(typed: str, said: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        read_place(typed, "repository")
    assert said in caught.value.message()
    assert f"“{typed}”" in caught.value.message()


def test_before_it_is_checked_a_text_names_something_or_is_the_name() -> None:
    assert name_in("https://hub.docker.com/orgs/Acme/members", "organization") == "acme"
    assert name_in("`acme`", "organization") == "acme"
    assert name_in("https://example.com/x", "organization") == "https://example.com/x"


@given(st.text(alphabet="ab./:@-_ <>|%?#", max_size=40), st.sampled_from(["repository", "tag", "person"]))
def test_any_text_is_a_place_a_name_or_a_refusal(text: str, kind: Kind) -> None:
    try:
        place = read_place(text, kind)
    except PydanticCustomError:
        return
    assert place is None or any(place.named(each) for each in ("organization", "repository", "tag", "team", "person"))
