"""Measurements against named rivals, and checks too long for the test suite.

What several of them need lies here: `nginx` (a server with a journal), `sites` (generated
sites and their truth), `crawls` (crawls as processes), `stores` (what lies in a store, read
without our own code), `tables` (what is printed). `rivals` is a stock Scrapy project.
"""
