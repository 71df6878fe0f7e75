"""Scrapy download handlers and the resolver: every connection passes here."""
