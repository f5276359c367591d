"""What every tab of the page stands on: safe markup, the look, the guard, words for places."""
