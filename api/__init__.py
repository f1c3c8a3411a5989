"""HTTP: a folder for each audience, and for what their routes stand on."""
