"""What every route stands on: the caller, the answer, its problems, its limits."""
