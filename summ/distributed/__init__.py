"""Many machines: the input in blocks, each of which becomes one part of the output."""
