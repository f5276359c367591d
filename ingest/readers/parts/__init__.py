"""What several readers write alike: raised and lowered characters, symbol fonts, numbers of lists,
formulas; and what was left out, as the report says it."""
