"""What the demo needs and production must not: test doubles, pictures, sample people."""
