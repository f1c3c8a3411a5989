"""What can be asked: one file per read model, with its table, its handler and its queries."""
