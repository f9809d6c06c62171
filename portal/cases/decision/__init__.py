"""How a case ends: decided, carried to the counter, or taken back by the applicant."""
