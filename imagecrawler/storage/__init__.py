"""The folders of a store; nothing else writes them."""
