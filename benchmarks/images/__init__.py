"""Images per second beside stock Scrapy and img2dataset: `python -m benchmarks.images`."""
