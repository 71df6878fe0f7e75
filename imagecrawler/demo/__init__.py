"""The bundled demo site, served on loopback: a gallery with everything a crawl meets.

``works`` says what the gallery shows, ``painting`` draws it, ``pages`` writes the HTML,
``server`` serves it from two origins, ``run`` crawls it. Everything is computed from names,
so that each start serves the same bytes.
"""
