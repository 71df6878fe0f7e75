"""Decisions about retries, order and limits: facts in, answer out."""
