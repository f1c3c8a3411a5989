"""HTTP: one router per audience."""
