"""Settings of the stock project: the template's, and nothing tuned."""

BOT_NAME = "rivals"
SPIDER_MODULES = ["benchmarks.rivals.spiders"]
NEWSPIDER_MODULE = "benchmarks.rivals.spiders"
ROBOTSTXT_OBEY = True
FEED_EXPORT_ENCODING = "utf-8"
