"""What the checks of a face's movements hold back and let through, measured on a folder of faces."""
