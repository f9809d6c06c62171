"""What stands against publishing: preflight, the linter, waivers. It knows definitions, not items."""
