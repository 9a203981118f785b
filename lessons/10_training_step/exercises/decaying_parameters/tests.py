from zen_transformer.grading import points


@points(1)
def a_whole_model():
    """Embeddings, a block and the heads."""
    yield (["query/kernel", "query/bias"],)
    yield (
        [
            "embeddings/token/table",
            "embeddings/position/table",
            "embeddings/norm/scale",
            "embeddings/norm/bias",
            "encoder/layers/0/attention/output/kernel",
            "encoder/layers/0/attention/output/bias",
            "encoder/layers/0/attention_norm/scale",
            "encoder/layers/0/attention_norm/bias",
            "encoder/layers/0/feed_forward/input/kernel",
            "pooler/kernel",
            "masked_lm_head/bias",
            "next_sentence_head/kernel",
        ],
    )
