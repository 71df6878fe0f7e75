"""Image bytes in, renditions out: the width rules and the codecs, without files or network."""
