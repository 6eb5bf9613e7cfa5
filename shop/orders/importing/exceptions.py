from shop.exceptions import ShopError


class ImportFailed(ShopError):
    """The import can't be done. Nothing was changed."""

    code = "IMPORT_FAILED"


class NothingUsable(ImportFailed):
    """There is no row, or every row was refused."""


class RowRefused(Exception):
    """A row can't be used. The message is the reason, the same for all rows it holds for."""
