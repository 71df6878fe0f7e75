"""What ``scrapyd-deploy`` builds an egg with; all that it says is in pyproject.toml.

Without this file it writes one of its own, which leaves out what is not Python: the scripts
for the browser's page.
"""

from setuptools import setup

setup()
