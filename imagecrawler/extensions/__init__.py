"""Scrapy extensions: limits, stopping, progress and the summary."""
