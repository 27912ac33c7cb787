"""Every word of first contact, and of people who have left."""

CHANNEL = (
    "I look after Docker Hub for {organizations}: `/hub` asks for a change or shows what is there.\n"
    "What is asked for here is approved in {approvals}; nobody but whoever asks sees the answers."
)
ADMINS_TITLE = "Hubwarden is here. Three steps, and it works for everybody:"
ADMINS = (
    "*1. Look whether all is well:* type `/hub doctor`. Each light that is not green says the way out.",
    "*2. Ask for something small:* type `/hub`, choose a change, and have somebody approve it in {approvals}.",
    "*3. Tell people:* `/hub help` shows what they can ask for. Who may do what stands in the policy.",
)
PERSON = "Hello! I look after Docker Hub for {organizations}."
PERSON_MAY = "You can ask for changes to: {topics}. Others approve them in {approvals}, and I tell you what came of it."
PERSON_HOW = "Type `/hub` for a menu, `/hub help` for everything, or `/hub requests` for what you have asked for."
PERSON_MAY_NOT = (
    "Guests, bots and people of other companies cannot ask me for anything. {who} can give you the right to: ask there."
)
SOMEBODY = "An administrator"
OPEN_MENU = "Open the menu"
TOPICS = {
    "invite": "invites",
    "member": "members and their roles",
    "team": "teams",
    "repo": "repositories",
    "tag": "tags",
    "pat": "personal access tokens",
    "oat": "organization access tokens",
    "org": "the organization's settings",
    "registry": "registry access",
    "scim": "people from the identity provider",
}

LEFT_TITLE = "Somebody has left"
LEFT = (
    "{person} was deactivated in Slack, and is still in {organization} on Docker Hub as {docker_id}: they can still "
    "pull, and push where their teams can."
)
LEFT_DO = "The form is filled in; nothing is asked for until somebody sends it, and it is approved as any other."
LEFT_REASON = "They have left: their account was deactivated in Slack."
OFFBOARD = "Prepare off-boarding"
