"""What summ knows of single languages: tables of words, one file a language."""
