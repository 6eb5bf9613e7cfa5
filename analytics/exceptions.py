"""Everything this package raises on purpose."""


class AnalyticsError(Exception):
    """Base of all errors below."""


class ConfigurationError(AnalyticsError):
    """A setting is missing, misspelt or has an illegal value."""


class BadEvent(AnalyticsError, ValueError):
    """An event that is not stored: `field` is the name of what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class InvalidArgument(AnalyticsError, ValueError):
    """What a report was asked for is not there; `field` names the argument."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
