"""The guides, one for each person who uses Soundings, and what the program writes into them."""
