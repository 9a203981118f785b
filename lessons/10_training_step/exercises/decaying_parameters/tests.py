from zen_transformer.grading import points


@points(1)
def a_whole_model(rng):
    """Embeddings, blocks and heads, and names that only look like kernels."""
    yield (["query/kernel", "query/bias"],)
    names = [
        "embeddings/token/table",
        "embeddings/position/table",
        "embeddings/norm/scale",
        "embeddings/norm/bias",
        "pooler/kernel",
        "masked_lm_head/bias",
        "next_sentence_head/kernel",
    ]
    for layer in range(int(rng.integers(1, 4))):
        names += [
            f"encoder/layers/{layer}/{name}"
            for name in (
                "attention/output/kernel",
                "attention/output/bias",
                "attention_norm/scale",
                "attention_norm/bias",
                "feed_forward/input/kernel",
            )
        ]
    yield (rng.permutation(names).tolist(),)
    others = [
        "kernel_norm/scale",
        "table/bias",
        "normalizer/kernel",
        "bias_table/table",
        "scale/kernel",
        "clip/logit_scale",
        "clip/temperature",
        "hours/timetable",
        "tables",
        "kernel",
    ]
    yield (rng.permutation(others).tolist(),)
