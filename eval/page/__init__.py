"""What the Evaluate tab shows, as markup: pure functions of values, and the addresses they name."""
