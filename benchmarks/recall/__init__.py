"""What discovery finds, with a browser as the judge. See ``__main__``."""
