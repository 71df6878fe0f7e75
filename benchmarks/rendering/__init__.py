"""What rendering costs, and what it costs not to need it: `python -m benchmarks.rendering`."""
