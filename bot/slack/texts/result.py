"""What somebody is told of the end of their request."""

ENDING = "Your request {ending}"
BY = " by {who}"
NOTHING_CHANGED = "Nothing was changed in Docker Hub."
CARD = "<{link}|See its card>"
OF_REQUEST = "Request {number} · {organization}"

ASK_AGAIN = "Ask again"
RETRY_ONE = "Retry the failed one"
RETRY_MORE = "Retry the failed ones"
