"""Signing in, staying signed in, the way without a face, and the ways back."""
