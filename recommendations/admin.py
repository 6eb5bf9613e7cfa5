"""What the people who run the shop see of suggestions, and how they steer them."""

from recommendations.admin_pages import experiments, rules, versions

__all__ = ["experiments", "rules", "versions"]
