"""One page of a paged source in; its items, and the way to older ones, out.

Knows HTML lists, JSON interfaces, RSS, Atom and sitemaps, and no site by name.
"""
