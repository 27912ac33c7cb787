"""Every word of alerts, of rate limits, and of the buttons below them."""

SEVERITY = {"info": "For information", "warning": "Warning ⚠️", "critical": "Alarm 🚨"}
TIMES = "{title} · {count} times"
NOT_THROUGH_US = "Not through Hubwarden."
WITH_OUR_ACCOUNT = (
    "Not through Hubwarden, though with its account: no request asked for it. Somebody else may have its token, so "
    "replace that."
)
WHO = "{person} is {account} in Docker Hub"
BEFORE_AND_NOW = "*Before:* {before}\n*Now:* {now}"
MEANS = "*What it means:* {text}"
DO = "*What to do:* {text}"
OTHERS = "*Within a minute, too:*"
MORE_IN_THREAD = "…and {count} more, each in the thread"
IN_THREAD = "Each of them is in the thread."

OPEN_PAGE = "Open in Docker Hub"
ACKNOWLEDGE = "Acknowledge"
REVERT = "Ask to revert"
ACKNOWLEDGED = "✅ *{person} looks after it*, since {at}."
ACKNOWLEDGED_BEFORE = "{person} has looked after it since {at}."
ACKNOWLEDGED_BY_YOU = "You look after it already, since {at}."
NO_ALERT = "This alert is not known here any more, so nobody can look after it."

LIMIT_TITLE = "Docker Hub slows us down"
LIMIT_OVER_TITLE = "Docker Hub is as fast as ever again"
LIMIT_LASTS = "The rate limit has been nearly spent since {since}{families}."
LIMIT_FAMILIES = " for {families}"
LIMIT_DELAYS = {
    1: "*1 request* waits for it, and goes on by itself as soon as there is room.",
    2: "*{count} requests* wait for it, and go on by themselves as soon as there is room.",
}
LIMIT_MEANS = (
    "Until it is over, answers of Hubwarden may take minutes, and other programs that use its account may be refused. "
    "Nothing is lost. If it comes often, look for a script that asks Docker Hub with the same account."
)
LIMIT_OVER = "The rate limit was nearly spent from {since} to {until}{families}. Nothing waits for it any more."
