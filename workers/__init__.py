"""Background work: reactions to the event log, dramatiq actors, the schedule."""
