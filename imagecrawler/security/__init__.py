"""Checks on untrusted input: addresses, paths, sizes. Pure decisions."""
