"""Discovery workers: Scrapy spiders that yield page and image items."""
