"""Proving who somebody is: the card, the face, and the device that vouches for them."""
