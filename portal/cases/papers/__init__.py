"""What the papers of a case say, frozen when they are issued."""
