"""At the window: from receipt to acceptance."""
