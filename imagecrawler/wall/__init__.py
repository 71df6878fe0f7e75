"""The wall: a page on loopback that shows what a store has. ``api`` says what it answers."""
