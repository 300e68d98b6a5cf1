"""Trees as codes: where the phrases of a sentence begin and end, learned from its marks."""
