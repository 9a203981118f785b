"""The work, done by HuggingFace in PyTorch with SDPA attention, fused AdamW and all threads."""

from collections.abc import Callable
from itertools import islice

import torch
import transformers

from benchmarks import mixed
from benchmarks.work import Work

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def runner(work: Work, compiled: bool = False) -> Callable[[], int]:
    """Return a function that does the work once, waits for its end, and returns the number of real
    tokens. `compiled` applies `torch.compile` to the model."""
    torch.manual_seed(0)
    torch.set_float32_matmul_precision("high")
    if work.kind == "generate":
        return generation(work, torch.compile if compiled else lambda model: model)
    config = transformers.BertConfig(**work.config, attn_implementation="sdpa")
    make = {"forward": forward, "train": training, "mixed": mixed_training}[work.kind]
    return make(work, config, torch.compile if compiled else lambda model: model)


def given_inputs(work):
    """Move the batch to the device."""
    return {name: torch.tensor(x).long().to(DEVICE) for name, x in work.inputs().items()}


def stepper(model, loss, work):
    """Return a function that does a training step with gradient clipping and AdamW."""
    decaying = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decaying}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-4, weight_decay=0.01, fused=True)

    def step(batch):
        with torch.autocast(DEVICE, torch.bfloat16, enabled=work.bfloat16):
            value = loss(**batch)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return value.item()

    return step


def training(work, config, wrapped) -> Callable[[], int]:
    """Return a pretraining step; its masks are drawn once in advance."""
    model, inputs = transformers.BertForPreTraining(config).to(DEVICE).train(), given_inputs(work)
    label = inputs.pop("next_sentence_label")
    ids = inputs["input_ids"]
    positions = torch.stack([torch.randperm(work.length)[: work.predictions] for _ in ids]).to(
        DEVICE
    )
    rows = torch.arange(len(ids), device=DEVICE)[:, None]
    masked_labels = ids[rows, positions]
    labels = torch.full_like(ids, -100)
    labels[rows, positions] = masked_labels
    cross_entropy = torch.nn.functional.cross_entropy

    def loss_of_all_positions():
        return model(**inputs, labels=labels, next_sentence_label=label).loss

    def loss_of_masked_positions():
        hidden, pooled = model.bert(**inputs)[:2]
        scores = model.cls.predictions(hidden[rows, positions])
        loss = cross_entropy(scores.flatten(0, 1).float(), masked_labels.flatten())
        return loss + cross_entropy(model.cls.seq_relationship(pooled).float(), label)

    loss = loss_of_masked_positions if work.same_work else loss_of_all_positions
    step = stepper(model, wrapped(loss), work)

    def once():
        step({})
        return work.tokens

    return once


def mixed_training(work, config, wrapped) -> Callable[[], int]:
    """Return a pretraining step on pairs padded to the longest of the batch, as HuggingFace's
    collators do. The number of pairs is such that they have about as many real tokens as our
    packed rows."""
    model = transformers.BertForPreTraining(config).to(DEVICE).train()
    wrapped_model = wrapped(model)
    step = stepper(model, lambda **batch: wrapped_model(**batch).loss, work)
    stream = mixed.endless(config.vocab_size)
    lengths = [len(pair.ids) for pair in mixed.pairs(config.vocab_size)]
    count = round(work.tokens / (sum(lengths) / len(lengths)))
    mask_id = mixed.tokenizer(config.vocab_size).mask_id

    def padded(pairs, values, fill=0):
        tensors = [torch.as_tensor(values(pair)).long() for pair in pairs]
        return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=fill)

    def once():
        pairs = list(islice(stream, count))
        ids = padded(pairs, lambda pair: pair.ids)
        real = padded(pairs, lambda pair: torch.ones(len(pair.ids)))
        chosen = (torch.rand(ids.shape) < 0.15) & (real > 0)
        batch = {
            "input_ids": ids.masked_fill(chosen, mask_id),
            "attention_mask": real,
            "token_type_ids": padded(pairs, lambda pair: pair.type_ids),
            "labels": ids.masked_fill(~chosen, -100),
            "next_sentence_label": torch.tensor([pair.next_sentence_label for pair in pairs]),
        }
        step({name: tensor.to(DEVICE) for name, tensor in batch.items()})
        return int(real.sum())

    return once


def forward(work, config, wrapped) -> Callable[[], int]:
    """Return a function that computes the encoder's last hidden state."""
    model = wrapped(transformers.BertModel(config).to(DEVICE).eval())
    inputs = given_inputs(work)
    inputs.pop("next_sentence_label")

    @torch.inference_mode()
    def once():
        model(**inputs).last_hidden_state[0, 0, 0].item()  # `item` waits for the end
        return work.tokens

    return once


def generation(work, wrapped) -> Callable[[], int]:
    """Return a function that generates with a key–value cache and random weights; no text ends
    early."""
    config = transformers.GPT2Config(**work.gpt_config, attn_implementation="sdpa")
    model = transformers.GPT2LMHeadModel(config).to(DEVICE).eval()
    model.forward = wrapped(model.forward)
    ids = torch.tensor(work.prompts()).to(DEVICE)
    options = {"max_new_tokens": work.length, "min_new_tokens": work.length, "do_sample": False}

    @torch.inference_mode()
    def once():
        texts = model.generate(ids, attention_mask=torch.ones_like(ids), pad_token_id=0, **options)
        return texts[:, ids.shape[1] :].numel()

    return once
