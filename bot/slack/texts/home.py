"""What somebody's home says."""

WAITING = "Waiting for you"
NOTHING_WAITS = "Nothing waits for you."
MORE_WAITING = "…and {count} more that wait for you."
MANY = "{count} or more"

OWN = "Your requests"
NOTHING_ASKED = "You have asked for nothing lately. What you ask for is shown here, with what becomes of it."
SHOW_ALL = "Show all"
MORE_OWN = "…and {count} more of the last days."

ACTIONS = "What you can do here"
MAY = "You can read {reads} and ask for {writes} in {organizations}. What needs an approval waits for it first."
MAY_WRITE = "You can ask for {writes} in {organizations}. What needs an approval waits for it first."
MAY_READ = "You can read {reads} in {organizations}. No rule lets you change anything. {way_out}"
MAY_NOTHING = "No rule of the policy lets you ask for anything here yet. {way_out}"
WAY_OUT = " can change that: the policy's rules say who may ask for what."
OUTSIDER = "Guests, bots and people of other workspaces cannot ask Hubwarden for anything. {way_out}"
OUTSIDER_WAY_OUT = " can ask for what you need."
EVERYTHING = "Everything there is"

ALERTS = "Latest alerts"
NO_ALERTS = "There have been none."

HUB = "Docker Hub"
LOG_READ = "🟢 Docker Hub answers, and the audit log of {organization} is being read."
LOG_STALE = "🔴 The audit log of {organization} could not be read since {since}: alerts may be late."
LOG_NEVER = "⚪ The audit log of {organization} has not been read yet: there are no alerts."
LIMIT_FINE = "🟢 There is enough left of Docker Hub's rate limit."
LIMIT_LOW = (
    "🟡 Docker Hub's rate limit is nearly spent: it is full again {until}, and some things take longer until then."
)

# What most people ask for, for whoever has not asked for ten things yet.
COMMON = (
    "invite.send",
    "team.member.add",
    "repo.create",
    "repo.team.set",
    "member.role",
    "member.offboard",
    "oat.create",
    "repo.immutable.set",
    "member.list",
    "repo.list",
    "tag.list",
    "invite.list",
    "requests",
    "limits",
)
