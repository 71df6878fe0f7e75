"""What is to visit, visited, wanted, downloaded and failed: hands out work, takes back results."""
