"""How events are kept: one append, ordered per partition, with the claims that go with it."""
