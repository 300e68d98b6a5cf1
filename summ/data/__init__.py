"""Files and corpora: reading, preparing, and the batches of an update."""
