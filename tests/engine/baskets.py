"""Small matrices for tests of the engine."""

from datetime import UTC, datetime, timedelta

from recommendations.engine.interactions import Interactions, read_interactions

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)


def interactions(
    *baskets: str, buyers: list[str | None] | None = None, days: list[float] | None = None
) -> Interactions:
    """Baskets written as "a b c". Without `buyers` each has its own, without `days` no time."""
    return read_interactions(
        (
            f"order {number}",
            product,
            buyers[number] if buyers else f"buyer {number}",
            DAY_0 + timedelta(days=days[number]) if days else None,
        )
        for number, basket in enumerate(baskets)
        for product in basket.split()
    )
