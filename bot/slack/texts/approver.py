"""What somebody is told directly of a request that waits for them."""

NAMED = "You can decide it: the rule names you."
OF_GROUP = "You can decide it as one of {groups}."
HAS_APPROVED = "You have approved it; others still have to."

HALF = "⏰ *This still waits for you.* Half of its time is over; it ends {when}."
LAST = "⏰ *This still waits for you, and its time is nearly over.* It ends {when}."
FOOT = "Request {number} · {organization}"
CARD = "<{link}|Its card>"
