"""Which URLs are the same page and which are the same picture: pure functions."""
