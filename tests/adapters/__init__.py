"""Implementations, as the reference suite sees them.

An adapter is a module with these dicts. What is missing in them is skipped. The first two are by
the names of `reference/pieces.py`:

    FORWARD          a function of the piece's arguments, NumPy arrays in float64, that gives its
                     result or a tuple of results
    BACKWARD         a function of the gradient with respect to the (first) result and then the
                     same arguments, that gives the gradient with respect to each floating-point
                     argument, in their order, nested dicts for nested dicts

The other two are by HuggingFace's names of whole models, BertModel and the seven with a head.
Both take (config, weights, inputs, labels):

    MODELS           gives a dict of the outputs by HuggingFace's names, `hidden_states` and
                     `attentions` as sequences, and the `loss`
    MODEL_GRADIENTS  gives the loss's gradient by the names of the weights

    config           has HuggingFace's fields: config.hidden_size, config.layer_norm_eps, …
    weights          arrays in float64 by the names and in the shapes of HuggingFace's files
                     (kernels are [out, in]); tied weights are there once, and their gradient is
                     the sum of both uses. `weights.py` nests them as our models do
    inputs           input_ids or inputs_embeds; attention_mask, token_type_ids and position_ids
                     only if they are not the usual ones
    labels           by the names of HuggingFace's arguments, whose loss is meant. BertModel has
                     none: `labels` are numbers for each of its two outputs, and the loss is the
                     sum of the outputs times these numbers

`pytest tests/reference --implementation PATH` runs the suite on another one; so does the
environment variable ZEN_IMPLEMENTATION.
"""
