"""The summarizer: compressor, reconstructor and discriminator."""
