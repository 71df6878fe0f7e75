"""From a site's URL to a folder of images. The rooms are listed in the README."""
