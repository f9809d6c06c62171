"""What runs against a case: its limits as dates, and the light each of them shows."""
