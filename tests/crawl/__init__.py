"""Crawls from end to end: ``scrapy crawl`` as a process, a local site, the folders it leaves."""
