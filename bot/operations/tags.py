"""Tags of a repository."""

from bot.hub import Hub
from bot.operations.base import Answer, Operation, Read
from bot.operations.repositories import OneRepository, require_repository
from bot.operations.text import moment, size

TAGS = "/v2/namespaces/{organization}/repositories/{repository}/tags"


async def list_tags(hub: Hub, params: OneRepository) -> Answer:
    """Every tag, as Docker Hub orders them: newest first."""
    await require_repository(hub, params)
    pages = await hub.pages(TAGS, organization=params.organization, repository=params.repository)
    rows = tuple(
        (
            tag["name"],
            size(tag.get("full_size")),
            moment(tag.get("tag_last_pushed") or tag.get("last_updated")),
            tag.get("last_updater_username") or "–",
        )
        for tag in pages.data
    )
    title = f"Tags of {params.organization}/{params.repository}"
    return Answer(title, ("Tag", "Size", "Pushed", "By"), rows, len(rows))


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="tag.list",
        title="List tags",
        summary="List the tags of a repository",
        params=OneRepository,
        run=list_tags,
        endpoint="GET /v2/namespaces/{namespace}/repositories/{repository}/tags",
        scopes=("scope-tag-read",),
    ),
)
