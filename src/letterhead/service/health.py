"""Health: whether this process can do its work, told truthfully."""

from dataclasses import dataclass

from letterhead.ports import Store, StoreError


@dataclass(frozen=True, slots=True)
class Health:
    """Asks the parts that everything stands on."""

    store: Store

    async def problems(self) -> list[str]:
        """One line for each thing that keeps us from working; empty when ready."""
        try:
            await self.store.ready()
        except StoreError as error:
            return [f"store: {error}"]
        return []
