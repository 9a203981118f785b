"""The work, done by zen_transformer."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import nnx

from benchmarks import mixed
from benchmarks.work import Work
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import Sampling
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.bert_encoder import BertModel
from zen_transformer.models.compilation import forward_options
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.models.gpt_config import GPTConfig
from zen_transformer.objectives.packing import pack
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.parallelism import OneDevice
from zen_transformer.training.step import init_state, make_step


def runner(work: Work) -> Callable[[], int]:
    """Return a function that does the work once, waits for its end, and returns the number of real
    tokens."""
    return {"forward": forward, "generate": generation}.get(work.kind, training)(work)


def training(work: Work) -> Callable[[], int]:
    """Return a pretraining step, including the transfer of the batch and the drawing of masks, and
    for the kind "mixed" the making of the batch."""
    config = BertConfig(**work.config)
    network = BertForPreTraining(config, rngs=nnx.Rngs(0))
    for block in network.bert.encoder.layers:
        block.attention.implementation = work.attention
    graph, parameters = nnx.split(network)
    if work.kind == "mixed":
        tokenizer, stream = mixed.tokenizer(config.vocab_size), mixed.endless(config.vocab_size)
    else:
        names = (f"w{i}" for i in range(config.vocab_size - len(SPECIAL_TOKENS)))
        tokenizer, inputs = WordPieceTokenizer([*SPECIAL_TOKENS, *names]), work.inputs()

    def batch():
        if work.kind == "mixed":
            return pack(stream, work.batch, work.length, per_row=8, pad_id=tokenizer.pad_id)
        return inputs

    objective = PretrainingObjective(graph, tokenizer)
    optimizer = make_optimizer(OptimizerConfig(learning_rate=1e-4), 10_000, "leaf_by_leaf")
    dtype = jnp.bfloat16 if work.bfloat16 else None
    parallelism, key = OneDevice(), jax.random.key(0)
    step = parallelism.compile(make_step(objective, optimizer, compute_dtype=dtype))
    state = parallelism.place_state(init_state(nnx.to_pure_dict(parameters), optimizer))

    def once():
        nonlocal state
        arrays = batch()
        state, metrics = step(state, parallelism.place_batch(arrays), key)
        jax.block_until_ready(metrics)
        return int(arrays["attention_mask"].sum())

    return once


def forward(work: Work) -> Callable[[], int]:
    """Return a function that computes the encoder's last hidden state."""
    model = BertModel(BertConfig(**work.config), rngs=nnx.Rngs(0))
    graph, parameters = nnx.split(model)
    names = ("input_ids", "attention_mask", "token_type_ids")
    batch = {name: work.inputs()[name] for name in names}

    def encode(parameters, batch):
        return nnx.merge(graph, parameters)(**batch).last_hidden_state

    compiled = jax.jit(encode, compiler_options=forward_options())

    def once():
        compiled(nnx.to_pure_dict(parameters), batch).block_until_ready()
        return work.tokens

    return once


def generation(work: Work) -> Callable[[], int]:
    """Return a function that generates with a key–value cache."""
    generator = Generator(GPTForCausalLM(GPTConfig(**work.gpt_config), rngs=nnx.Rngs(0)))
    prompts, greedy = work.prompts().tolist(), Sampling(do_sample=False)

    def once():
        return sum(map(len, generator.generate(prompts, greedy, max_new_tokens=work.length)))

    return once
