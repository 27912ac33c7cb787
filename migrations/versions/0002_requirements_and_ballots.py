"""Requirements, ballots, and a trail whose records know their predecessors

Every request keeps its life: what it required becomes one value, and votes become ballots. It needs the bot to be
stopped: the old columns go.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DAY = 24 * 60 * 60
BATCH = 500

REQUESTS = sa.table(
    "requests",
    sa.column("id", sa.Integer),
    sa.column("status", sa.String),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("expires_at", sa.DateTime(timezone=True)),
    sa.column("decided_at", sa.DateTime(timezone=True)),
    sa.column("decided_by", sa.String),
    sa.column("required", sa.Integer),
    sa.column("approver_users", sa.JSON),
    sa.column("approver_groups", sa.JSON),
    sa.column("requirement", sa.JSON),
)
VOTES = sa.table(
    "votes",
    sa.column("request_id", sa.Integer),
    sa.column("voter", sa.String),
    sa.column("at", sa.DateTime(timezone=True)),
)
BALLOTS = sa.table(
    "ballots",
    sa.column("id", sa.Integer),
    sa.column("request_id", sa.Integer),
    sa.column("voter", sa.String),
    sa.column("choice", sa.String),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("admitted_by", sa.JSON),
    sa.column("voids", sa.JSON),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admitted_by", sa.JSON(), nullable=False),
        sa.Column("voids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_ballots_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ballots_request_id", "ballots", ["request_id"])
    op.create_index("ix_ballots_voter", "ballots", ["voter"])
    op.add_column("requests", sa.Column("requirement", sa.JSON(), nullable=True))
    carry_over()
    with op.batch_alter_table("requests", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("requirement", existing_type=sa.JSON(), nullable=False)
        batch_op.drop_column("required")
        batch_op.drop_column("approver_users")
        batch_op.drop_column("approver_groups")
        batch_op.create_index("ix_requests_status_expires_at", ["status", "expires_at"])
        batch_op.create_index("ix_requests_requester_id", ["requester", "id"])
    op.drop_table("votes")
    chain_the_trail()


def carry_over() -> None:
    """Each request's requirement, each vote as a ballot, and each denial as one, in the order in which they came."""
    connection = op.get_bind()
    for row in in_batches(connection):
        admitted = principals_of(row)
        connection.execute(
            sa.update(REQUESTS).where(REQUESTS.c.id == row["id"]).values(requirement=requirement_of(row, admitted))
        )
        if found := ballots_of(connection, row, admitted):
            connection.execute(sa.insert(BALLOTS), found)


def in_batches(connection: sa.Connection) -> Iterator[Any]:
    """Every request, some hundreds at a time."""
    last = 0
    while (
        rows := connection.execute(sa.select(REQUESTS).where(REQUESTS.c.id > last).order_by(REQUESTS.c.id).limit(BATCH))
        .mappings()
        .all()
    ):
        yield from rows
        last = rows[-1]["id"]


def principals_of(row: Any) -> list[dict[str, str]]:
    """Who may approve it."""
    users = [{"kind": "user", "id": user} for user in row["approver_users"]]
    return users + [{"kind": "group", "id": group} for group in row["approver_groups"]]


def requirement_of(row: Any, principals: list[dict[str, str]]) -> dict[str, Any]:
    """One stage, as every rule had until now; a request that nobody had to approve has none."""
    stages = [{"need": row["required"], "of": principals}] if row["required"] else []
    # Once approved, `expires_at` no longer tells how long people had; nobody is waited for then.
    deadline = (row["expires_at"] - row["created_at"]).total_seconds()
    return {"stages": stages, "deadline": deadline, "execute_within": DAY}


def ballots_of(connection: sa.Connection, row: Any, principals: list[dict[str, str]]) -> list[dict[str, Any]]:
    """What people have said to it; of the groups, nobody wrote down which one let them."""
    query = sa.select(VOTES).where(VOTES.c.request_id == row["id"]).order_by(VOTES.c.at, VOTES.c.voter)
    said = [(vote["voter"], "approve", vote["at"]) for vote in connection.execute(query).mappings()]
    if row["status"] == "denied" and row["decided_by"]:
        said.append((row["decided_by"], "deny", row["decided_at"]))
    return [
        {
            "request_id": row["id"],
            "voter": voter,
            "choice": choice,
            "at": at,
            "admitted_by": admitting(voter, principals),
            "voids": [],
        }
        for voter, choice, at in said
    ]


def admitting(voter: str, principals: list[dict[str, str]]) -> list[dict[str, str]]:
    """By name where they were named, else by any of the groups."""
    named = [principal for principal in principals if principal == {"kind": "user", "id": voter}]
    return named or [principal for principal in principals if principal["kind"] == "group"]


def chain_the_trail() -> None:
    """Every record learns which one was written before it."""
    op.add_column("audit_trail", sa.Column("previous_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE audit_trail SET previous_id = "
        "(SELECT max(earlier.id) FROM audit_trail AS earlier WHERE earlier.id < audit_trail.id)"
    )
    with op.batch_alter_table("audit_trail", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_foreign_key(op.f("fk_audit_trail_previous_id"), "audit_trail", ["previous_id"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_audit_trail_previous_id"), ["previous_id"])


def downgrade() -> None:
    """Take back; a denial's ballot stays in its request's row alone, and stages become one."""
    with op.batch_alter_table("audit_trail", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("uq_audit_trail_previous_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_audit_trail_previous_id"), type_="foreignkey")
        batch_op.drop_column("previous_id")
    op.create_table(
        "votes",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_votes_request_id")),
        sa.PrimaryKeyConstraint("request_id", "voter", name=op.f("pk_votes")),
    )
    for name, kind in (("required", sa.Integer()), ("approver_users", sa.JSON()), ("approver_groups", sa.JSON())):
        op.add_column("requests", sa.Column(name, kind, nullable=True))
    take_back()
    with op.batch_alter_table("requests", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index("ix_requests_requester_id")
        batch_op.drop_index("ix_requests_status_expires_at")
        for name, kind in (("required", sa.Integer()), ("approver_users", sa.JSON()), ("approver_groups", sa.JSON())):
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.drop_column("requirement")
    op.drop_table("ballots")


def take_back() -> None:
    """The columns and the votes again."""
    connection = op.get_bind()
    for row in in_batches(connection):
        stored = row["requirement"]
        requirement = json.loads(stored) if isinstance(stored, str) else stored
        principals = [principal for stage in requirement["stages"] for principal in stage["of"]]
        values = {
            "required": sum(stage["need"] for stage in requirement["stages"]),
            "approver_users": [each["id"] for each in principals if each["kind"] == "user"],
            "approver_groups": [each["id"] for each in principals if each["kind"] == "group"],
        }
        connection.execute(sa.update(REQUESTS).where(REQUESTS.c.id == row["id"]).values(**values))
        query = sa.select(BALLOTS).where(BALLOTS.c.request_id == row["id"], BALLOTS.c.choice == "approve")
        votes = {vote["voter"]: vote["at"] for vote in connection.execute(query.order_by(BALLOTS.c.id)).mappings()}
        if votes:
            connection.execute(
                sa.insert(VOTES), [{"request_id": row["id"], "voter": v, "at": at} for v, at in votes.items()]
            )
