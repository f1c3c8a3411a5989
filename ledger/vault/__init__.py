"""What is kept of people beside the log, sealed, and can be deleted."""
