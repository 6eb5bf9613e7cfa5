"""Everything this package raises on purpose. No Django here: the engine uses it too."""


class RecommendationsError(Exception):
    """Base of all errors below; `code` is stable and may be shown to API clients."""

    code = "RECOMMENDATIONS_ERROR"


class ConfigurationError(RecommendationsError):
    """A setting is missing, misspelt or has an illegal value."""

    code = "CONFIGURATION"


class InvalidArgument(RecommendationsError, ValueError):
    """A caller's argument is outside its legal values; the message names both."""

    code = "BAD_USER_INPUT"


class NotFitted(RecommendationsError):
    """A model was asked for results before it was fitted."""

    code = "NOT_FITTED"


class NothingToLearn(RecommendationsError):
    """The store has no order a model could learn from."""

    code = "NOTHING_TO_LEARN"


class TrainingInProgress(RecommendationsError):
    """Another run trains this surface and scope; it may be waited for or left alone."""

    code = "TRAINING_IN_PROGRESS"


class LeaseLost(RecommendationsError):
    """The run took longer than its lease and another one has started."""

    code = "LEASE_LOST"


class VersionNotPublishable(RecommendationsError):
    """A version without finished lists can't go live."""

    code = "VERSION_NOT_PUBLISHABLE"


class ExperimentNotReady(RecommendationsError):
    """An experiment can't start, or can't end, as it stands; the message says what is missing."""

    code = "EXPERIMENT_NOT_READY"


class BadToken(RecommendationsError, ValueError):
    """A suggestion token was made up, changed, or is too old."""

    code = "BAD_TOKEN"


class BadArtifact(RecommendationsError):
    """Stored numbers are missing, damaged, or of a format this release does not read."""

    code = "BAD_ARTIFACT"


class GivenUp(RecommendationsError):
    """A run was killed so often that it is not started again by itself."""

    code = "GIVEN_UP"
