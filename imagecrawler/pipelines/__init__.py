"""The download worker: image bytes in, width-bucketed files out."""
