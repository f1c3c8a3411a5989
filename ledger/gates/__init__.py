"""What stands in front of a step: who passes, and what is recorded of who does not."""
