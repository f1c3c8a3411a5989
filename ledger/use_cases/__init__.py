"""The commands of the ledger, one function each: load, act, commit, return the positions."""
