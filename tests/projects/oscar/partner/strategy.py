"""What is for members only is for sale to those who are logged in."""

from oscar.apps.partner import availability, strategy

MEMBERS_ONLY = "Members only"


class MemberStrategy(strategy.Default):
    def availability_policy(self, product, stockrecord):
        if product.title.startswith(MEMBERS_ONLY) and self.user is None:
            return availability.Unavailable()
        return super().availability_policy(product, stockrecord)


class Selector:
    def strategy(self, request=None, user=None, **kwargs):
        return MemberStrategy(request)
