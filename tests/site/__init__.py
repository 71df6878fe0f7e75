"""The local test site: a server process that answers by a spec and keeps a journal.

``spec`` makes the answers, ``server`` gives them, ``journal`` reads what was asked, ``serving``
is the process, ``running`` starts and stops it, ``generated`` describes sites too big to write
down. Tests get it as the fixture ``site``.
"""
