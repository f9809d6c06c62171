"""The items and themes that are kept, what public pages show of them, and where their guides stand."""
