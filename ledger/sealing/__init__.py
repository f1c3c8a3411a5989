"""Personal data at rest: sealed with one key a person, which an erasure deletes."""
