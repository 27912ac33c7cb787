"""Whether everything is in order, looked at while the bot runs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.db.session import DATABASE_AWAY, Database, cause_of
from bot.lights import Light, look_at
from bot.slack.client import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What is looked at. `standing` asks Slack how the bot stands with it."""

    database: Database
    standing: Callable[[], Awaitable[Standing]]

    async def lights(self) -> Sequence[Light]:
        """Every light; what cannot be looked at is a red one."""
        return await look_at([("Database", self._database), ("Slack", self._slack)])

    async def _database(self) -> Light:
        try:
            await self.database.ping()
        except DATABASE_AWAY as error:
            return Light("Database", "red", f"It does not answer: {cause_of(error)}.", "Look whether it runs.")
        return Light("Database", "green", "It answers.")

    async def _slack(self) -> Light:
        standing = await self.standing()
        if standing.problem:
            return Light("Slack", "red", standing.problem, "Install the app again, or look whether Slack is reachable.")
        return Light("Slack", "green", "It takes the bot's token.")
