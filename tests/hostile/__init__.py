"""What the web may do on purpose: images and servers that are out for harm."""
