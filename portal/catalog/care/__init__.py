"""What keeps guides true after they are published: what readers report, and the nightly check-up."""
