"""Judges a request for the executor: whether everybody who has to agree still does, as far as that can be told."""

from datetime import timedelta
from typing import assert_never

from bot.db.models import OperationRequest
from bot.governance.context import Context
from bot.governance.execution.judgement import Ended, Judgement, Postponed, Stands
from bot.governance.people import DirectoryUnavailable, OwnerUnavailable
from bot.governance.requests.reconsider import Enough, Lacking, Overruled, reconsider
from bot.phrases import plain

# For so long, nobody asks Slack again on behalf of the same request.
PAUSE = timedelta(seconds=30)
SLACK_IS_SILENT = "Slack does not answer who may decide it now, and without that nothing is done."
HUB_IS_SILENT = "Docker Hub does not tell whom it is about, and without that nothing is done."


async def judge_claim(context: Context, request: OperationRequest) -> Judgement:
    """Whether the request may be done; an approved one that may not has been moved where it belongs."""
    try:
        weighed = await reconsider(context, request.id)
    except OwnerUnavailable:
        return Postponed(HUB_IS_SILENT, context.clock.now() + PAUSE)
    except DirectoryUnavailable:
        return Postponed(SLACK_IS_SILENT, context.clock.now() + PAUSE)
    match weighed:
        case Enough():
            return Stands()
        case Lacking(why=why) | Overruled(why=why):
            return Ended(plain(why).strip())
        case _:
            assert_never(weighed)
