"""What is published: the next edition, in force or withdrawn, and how two editions differ."""
