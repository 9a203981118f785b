"""Adapters: the interface between an implementation and the reference suite.

An adapter is a module with these dicts. Entries that are missing are skipped. The keys of the first
two are the names of `reference/pieces.py`:

    FORWARD          a function of the piece's arguments, NumPy arrays in float64, that returns its
                     result or a tuple of results
    BACKWARD         a function of the gradient with respect to the (first) result and then the
                     same arguments, that returns the gradient with respect to each floating-point
                     argument, in their order, nested dicts for nested dicts

The keys of the other two are the names of whole models in HuggingFace. Both take (config, weights,
inputs, labels):

    MODELS           returns a dict of the outputs by HuggingFace's names, `hidden_states` and
                     `attentions` as sequences, and the `loss`
    MODEL_GRADIENTS  returns the gradient of the loss by the names of the weights

    config           has HuggingFace's fields: config.hidden_size, config.layer_norm_eps, …
    weights          arrays in float64 by the names and in the shapes of HuggingFace's files
                     (kernels are [out, in]); tied weights are there once, and their gradient is
                     the sum of both uses. `weights.py` nests them as our models do
    inputs           input_ids or inputs_embeds; attention_mask, token_type_ids and position_ids
                     only if they are not the usual ones
    labels           by the names of HuggingFace's arguments, whose loss is meant. BertModel has
                     none: `labels` are numbers for each of its two outputs, and the loss is the
                     sum of the outputs times these numbers

`pytest tests/reference --implementation PATH`, or the environment variable ZEN_IMPLEMENTATION,
runs the suite on another implementation.
"""
