"""Scrapy downloader and spider middlewares."""
