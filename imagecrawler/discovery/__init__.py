"""A page in; image candidates, metadata and links out. Knows HTML and sitemaps, not Scrapy."""
