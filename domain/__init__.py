"""What may happen, and what happened: the aggregates of the credit ledger, their events and their rules."""
