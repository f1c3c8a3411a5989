"""What can go wrong with the embedded services."""


class ServiceError(RuntimeError):
    """A service or a role did not start or does not answer; the message says what to look at."""


class StateLockedError(RuntimeError):
    """Another supervisor works on the same state folder; the message names its process."""
