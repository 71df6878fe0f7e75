"""What is done in a browser's page, and when a page needs it. Imports no browser."""
