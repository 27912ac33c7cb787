"""What somebody is told who has just asked for a change."""

WAITS = "⏳ Waits for {approvals} in {channel}{card}. Hubwarden sends you a message when it is decided."
CARD = " (<{link}|its card>)"
NO_APPROVAL = "👍 Needs no approval, and is being done. Hubwarden sends you a message when it is finished."
STANDS = "{mark} It {said}."
REQUEST = "Request {number}"
RESTARTED = "Hubwarden was restarted meanwhile; what you asked for was kept."

CANCEL_TITLE = "Cancel your request?"
CANCEL = "{what}. Nothing will be changed."
CANCELLED = "↩️ You cancelled request {number}. Nothing was changed in Docker Hub."
