"""The numbered handbook of a zone or of the whole centre: ordered, printed once, compared with the one before."""
