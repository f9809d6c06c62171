"""What an item is: its questions, its definition, how it is read and answered. Imports no other room."""
