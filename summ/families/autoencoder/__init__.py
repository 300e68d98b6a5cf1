"""Autoencoders: a text, a code of little information, and the text again."""
