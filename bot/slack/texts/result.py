"""What somebody is told of the end of their request."""

ENDING = "Your request {ending}"
BY = " by {who}"
NOTHING_CHANGED = "Nothing was changed in Docker Hub."
WOULD_HAVE = "It would have been:"
CARD = "<{link}|Its card>"
OF_REQUEST = "Request {number} · {organization}"

OPEN = "Open the form"
NO_ROOM = (
    "The form takes 3,000 characters a field, fewer than there are for: {titles}. Type the command, or attach a file."
)
ASK_AGAIN = "Ask again"
RETRY_ONE = "Retry the failed one"
RETRY_MORE = "Retry the failed ones"
