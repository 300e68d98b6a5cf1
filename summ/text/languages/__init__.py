"""What is known of single languages: tables of function words, kept apart from the code."""
