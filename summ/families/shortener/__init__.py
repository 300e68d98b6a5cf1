"""The shortener: a compressor that leaves phrases out of a sentence, and its verbs."""
