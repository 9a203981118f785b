"""Generating text: sampling, decoding, beam search, Gibbs sampling."""
