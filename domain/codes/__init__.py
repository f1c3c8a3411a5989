"""Code lists: what a coded field of a form may hold, by which standard, and how the codes are called."""
