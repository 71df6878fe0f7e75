"""The local test site: a server process that answers by a spec and keeps a journal.

``spec`` makes the answers, ``server`` gives them, ``journal`` reads what was asked, ``running``
starts and stops the process, ``generated`` describes sites too big to write down. Tests get it
as the fixture ``site``.
"""
