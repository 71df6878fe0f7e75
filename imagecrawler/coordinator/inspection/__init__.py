"""`scrapy verify`: what a store promises, checked; each fault knows its repair, if it has one."""
