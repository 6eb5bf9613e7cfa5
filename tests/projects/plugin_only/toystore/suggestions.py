"""What a field path can't say about toys."""

from recommendations.stores.base import Actor
from tests.projects.plugin_only.toystore.models import Toy


def is_sold_to(toy: Toy, actor: Actor) -> bool:
    """Some toys are for grown-ups who are logged in."""
    user = getattr(actor.request, "user", None)
    return toy.is_sold and (not toy.for_grown_ups or bool(user and user.is_authenticated))
