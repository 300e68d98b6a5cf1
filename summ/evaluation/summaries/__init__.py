"""Evaluation of summaries: ROUGE, baselines, what ROUGE does not see."""
