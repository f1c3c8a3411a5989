"""Measurements of the ledger against peers and limits, each a ratio in one run."""
