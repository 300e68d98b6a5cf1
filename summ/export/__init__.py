"""Export: models in the form of other programs."""
