"""A stock Scrapy project: what one writes from Scrapy's documentation, to compare with."""
