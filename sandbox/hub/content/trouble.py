"""Trouble that somebody at the panel orders: Docker Hub fails, refuses, is slow, or its edge answers in its place."""

from sandbox.hub.content.acts import Act, Arg, Args, Stage
from sandbox.hub.wire.faults import Delay, Drop, Fault, edge_page, failure, nonsense, rate_limited

MOST_REQUESTS, MOST_SECONDS = 1000, 600
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def _spend_rate_limit(stage: Stage, _: Args) -> str:
    stage.limits.spend(0.05)
    stage.state.touch()
    return "About 5 % of the rate limit is left in every family, for a minute."


def _expire_tokens(stage: Stage, _: Args) -> str:
    stage.sessions.expire()
    return "Every access token has expired."


def _outage(stage: Stage, args: Args) -> str:
    return f"Docker Hub answers {_order(stage, args, failure(503))} with 503."


def _edge(stage: Stage, args: Args) -> str:
    return f"The edge answers {_order(stage, args, edge_page(403))} with an HTML page."


def _too_fast(stage: Stage, args: Args) -> str:
    seconds = _whole(args["seconds"], "How many seconds", most=MOST_SECONDS)
    return (
        f"Docker Hub answers {_order(stage, args, rate_limited(str(seconds)))} with 429, come back after {seconds} s."
    )


def _slow(stage: Stage, args: Args) -> str:
    seconds = _whole(args["seconds"], "How many seconds", most=MOST_SECONDS)
    return f"Docker Hub takes {seconds} s for {_order(stage, args, Delay(seconds))}."


def _drop(stage: Stage, args: Args) -> str:
    return f"The connection breaks at {_order(stage, args, Drop())}; nothing is done."


def _lost_answer(stage: Stage, args: Args) -> str:
    count = _whole(args["requests"], "How many requests", most=MOST_REQUESTS)
    for method in WRITES:
        stage.faults.add(method, "/v2/[!a]*", Drop(after=True), times=count)
    return f"Of the next {count} writes of each kind, the answer is lost; they are done."


def _nonsense(stage: Stage, args: Args) -> str:
    return f"Docker Hub answers {_order(stage, args, nonsense())} with half a page."


def _nothing(stage: Stage, _: Args) -> str:
    stage.faults.clear()
    return "Docker Hub is well again."


def _order(stage: Stage, args: Args, fault: Fault) -> str:
    count = _whole(args["requests"], "How many requests", most=MOST_REQUESTS)
    stage.faults.add("*", "/v2/*", fault, times=count)
    return "the next request" if count == 1 else f"the next {count} requests"


def _whole(text: str, what: str, *, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ValueError(f"{what} must be a number from 1 to {most}.")
    return int(text)


REQUESTS = Arg("requests", "How many requests", "3")
SECONDS = Arg("seconds", "Seconds", "5")

ACTS: tuple[Act, ...] = (
    Act("spend_rate_limit", "Spend the rate limit", "About 5 % is left for a minute.", (), _spend_rate_limit),
    Act("too_fast", "Too many requests", "429, with the time to wait.", (REQUESTS, SECONDS), _too_fast),
    Act("expire_tokens", "Expire access tokens", "Everybody must log in again.", (), _expire_tokens),
    Act("outage", "Outage", "Docker Hub answers 503.", (REQUESTS,), _outage),
    Act("edge_page", "A page from the edge", "HTML in place of Docker Hub.", (REQUESTS,), _edge),
    Act("slow", "Docker Hub is slow", "Each request takes so long.", (REQUESTS, SECONDS), _slow),
    Act("drop", "The request is lost", "Nothing is done, nothing is answered.", (REQUESTS,), _drop),
    Act("lost_answer", "The answer is lost", "A write is done, but nobody can know.", (REQUESTS,), _lost_answer),
    Act("nonsense", "Half an answer", "200, and JSON that breaks off.", (REQUESTS,), _nonsense),
    Act("nothing", "End all trouble", "Forget what is ordered above.", (), _nothing),
)
