"""What an item, a hall and a joint service print before anybody applies."""
