"""How a case travels its route: dispatched to departments, signed for, answered, and joined exactly once."""
