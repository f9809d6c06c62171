"""What is read from cases and changes none: the ledger of an item, the chart of a route, what is in demand."""
