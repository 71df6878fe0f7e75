"""The bundled demo site, served on loopback."""
