"""What a store of many images costs to open, to look up in and to write to."""
