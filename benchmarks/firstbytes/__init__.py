"""What looking at first bytes costs an image that is wanted."""
