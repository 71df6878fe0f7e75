"""How well near duplicates are told from different pictures, and what looking for them costs."""
