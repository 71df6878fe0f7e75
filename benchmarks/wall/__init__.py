"""How soon the wall answers with a million images in the store, and what it holds in memory."""
