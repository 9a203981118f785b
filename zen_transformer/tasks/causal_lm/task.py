"""Pretraining a GPT: the next token, from documents."""

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flax import nnx

from zen_transformer.data.corpora import Document, parse_mix, read_corpus
from zen_transformer.data.documents import split_lines
from zen_transformer.data.splits import Corpus
from zen_transformer.errors import UserError
from zen_transformer.inference.loading import load_gpt
from zen_transformer.metric import Baseline, Metric
from zen_transformer.models.flops import gpt_flops_per_token
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.objectives.causal_lm import CausalLMObjective, TextWindows
from zen_transformer.report.curves import Curve
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Picture, Section
from zen_transformer.runs.card import Card, counted, optimizer_in_words, source_name, time_taken
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Job
from zen_transformer.runs.memory import check_memory
from zen_transformer.tasks.causal_lm.job import GPTJob, with_perplexity
from zen_transformer.tasks.causal_lm.settings import GPTSettings
from zen_transformer.tasks.corpus_text import PretrainingTask, tokens_stage, train_byte_pairs
from zen_transformer.tasks.measuring import measure_batches
from zen_transformer.tasks.task import Question, training_section
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
from zen_transformer.training.parallelism import Parallelism, check_divides, check_heads

NGRAMS = {
    "trigram_loss": "by triples with Kneser–Ney smoothing",
    "unigram_loss": "by single tokens",
}


def metrics_of(values: Mapping[str, float], remark: str = "") -> list[Metric]:
    """The metrics of a language model, beside those of n-grams where these are among the values.

    Args:
        values: what was measured, by name.
        remark: what else has to be said of the n-grams.
    """
    losses = tuple(
        Baseline(name, title + remark, values[name])
        for name, title in NGRAMS.items()
        if name in values
    )
    perplexities = tuple(Baseline("", one.title, math.exp(one.value)) for one in losses)
    return [
        Metric(
            name="perplexity",
            title="perplexity of a token",
            value=values["perplexity"],
            better="lower",
            baselines=perplexities,
            digits=1,
            headline=True,
        ),
        Metric(
            name="lm_loss",
            title="next token, loss",
            value=values["lm_loss"],
            better="lower",
            baselines=losses,
            unit="nats",
        ),
        Metric(
            name="lm_accuracy",
            title="next tokens right",
            value=values["lm_accuracy"],
            better="higher",
            unit="%",
        ),
    ]


def language_model_curves(metrics: Sequence[Metric], training_loss: str = "") -> list[Curve]:
    """The curves of a language model.

    Args:
        metrics: those it ended with.
        training_loss: the name that the lines of the training give to the loss that is measured.
    """
    loss = next(metric for metric in metrics if metric.name == "lm_loss")
    baselines = {one.title: one.value for one in loss.baselines}
    return [
        Curve("lm_loss", "next token: loss (nats)", baselines, training_loss),
        Curve("lm_accuracy", "next token: accuracy"),
    ]


class CausalLM(PretrainingTask):
    """A GPT learns from documents (Radford et al. 2019)."""

    settings_class = GPTSettings
    title = "the next token, by a GPT"
    preset = "gpt"
    folder = "gpt"
    examples = (
        "zen-transformer pretrain --task causal-lm --output runs/gpt",
        "zen-transformer pretrain --task causal-lm --output runs/speeches --corpus sotu",
        "zen-transformer pretrain --task causal-lm --output runs/gpt --resume",
    )
    tokenizer_class = ByteLevelBPETokenizer
    question = Question("generate", "And")
    measures = ("gpt2",)
    exported = "my-gpt"

    settings: GPTSettings

    def check(self, parallelism: Parallelism) -> None:
        config = self.settings.pretraining
        model = self.settings.model
        check_heads(parallelism, model.n_head)
        check_memory([model], model.n_positions, config.tokens_at_once)
        check_divides(config.rows, parallelism.batch_shards, config.microbatches)

    def prepare(self, run: RunFolder, data: Corpus) -> Any:
        texts, size = (one.text for one in data.train), self.settings.tokenizer.vocab_size
        tokenizer = self.learn_vocabulary(run, lambda: train_byte_pairs(texts, size))
        return tokenizer, *tokens_stage(run, data, tokenizer, split_lines)

    def build(self, prepared: Any) -> GPTJob:
        tokenizer, train, held_out = prepared
        config = dataclasses.replace(
            self.settings.model,
            vocab_size=tokenizer.vocab_size,
            bos_token_id=tokenizer.eos_id,
            eos_token_id=tokenizer.eos_id,
        )
        dtype = self.settings.pretraining.dtype
        network = GPTForCausalLM(config, rngs=nnx.Rngs(self.settings.seed), dtype=dtype)
        return GPTJob(network, self.settings, tokenizer.eos_id, train, held_out)

    def evaluate(self, job: Job, parameters: Any) -> list[Metric]:
        assert isinstance(job, GPTJob)
        return metrics_of(job.measure_all(parameters) | job.ngram_losses())

    @classmethod
    def flops(cls, settings: GPTSettings) -> float:
        config = settings.pretraining
        tokens = config.steps * config.rows * config.length
        return 3 * tokens * gpt_flops_per_token(settings.model, config.length)

    def measure_model(self, texts: str | None) -> list[Metric]:
        config, folder = self.settings.pretraining, self.inputs.model
        assert folder is not None, "evaluate takes a model"
        network, tokenizer = load_gpt(folder)
        if texts is None:
            names = parse_mix(self.settings.corpus)[0]
            documents: Iterable[Document] = Corpus(names, config.held_out).held_out
        else:
            documents = read_corpus(texts)
        windows = TextWindows.from_documents(documents, tokenizer)
        batches = windows.in_order(config.length, config.rows)
        objective = CausalLMObjective(nnx.graphdef(network))
        return metrics_of(with_perplexity(measure_batches(network, objective, batches)))

    def curves(self, job: Job, metrics: Sequence[Metric]) -> list[Curve]:
        return language_model_curves(metrics)

    # Of a run's files

    @classmethod
    def former_metrics(cls, run: RunRecord) -> list[Metric]:
        return metrics_of(run.summary) if "perplexity" in run.summary else []

    @staticmethod
    def model_in_words(shape: dict[str, Any]) -> str:
        return (
            f"{counted(shape['n_layer'], 'layer')}, {shape['n_embd']} wide, "
            f"{counted(shape['n_head'], 'head')}, vocabulary {shape['vocab_size']:,}, "
            f"{shape['n_positions']} positions"
        )

    @staticmethod
    def lengths_in_words(pretraining: dict[str, Any]) -> str:
        return f"in texts of {pretraining['length']}"

    @classmethod
    def sections(cls, run: RunRecord) -> list[Section]:
        text = "One game: say which token comes next. The broken lines are what counting can do."
        sections = [training_section("Pretraining", run, cls.stage, cls.metrics(run), text)]
        if (run.folder / "plots" / "quality_diversity.png").is_file():
            caption = "how good and how varied what it writes is, by temperature and top-p"
            sections.append(
                Section("What variety costs", [Picture("quality_diversity", caption, wide=True)])
            )
        return sections

    @classmethod
    def card(cls, run: RunRecord, part: str) -> Card:
        names = parse_mix(run.config["corpus"])[0]
        fraction = run.config["pretraining"]["held_out"]
        return writer_card(
            run,
            what="A GPT, which goes on with a text (Radford et al. 2019)",
            pipeline="text-generation",
            auto_class="AutoModelForCausalLM",
            command="generate",
            sources=names,
            metrics=cls.metrics(run),
            measured_on=f"held-out documents ({fraction:.0%}) of "
            f"{', '.join(map(source_name, names))}",
        )


def writer_card(
    run: RunRecord,
    what: str,
    config: str = "pretraining",
    origin: str = "trained from scratch",
    **fields: Any,
) -> Card:
    """The card of a model that writes texts.

    Args:
        run: what its folder says.
        what: the model in a few words.
        config: the settings of its training, by their name.
        origin: what it was made of.
        fields: of the card.

    Raises:
        UserError: the run is not finished.
    """
    if not run.summary:
        raise UserError(f"the run in {run.folder} is not finished: go on with it by --resume")
    how, shape = run.config[config], run.shape("model")
    size = f"{counted(run.summary['parameters'], 'parameter')}, "
    return Card(
        what=f"{what}, {origin}: {size}{counted(shape['vocab_size'], 'piece')}.",
        tags=[shape["model_type"]],
        training=f"{counted(how['steps'], 'step')} of {how['batch_tokens']} tokens; "
        f"{optimizer_in_words(how['optimizer'])}; seed {run.config['seed']}.\n"
        f"{time_taken(run.summary)}".rstrip(),
        limits=[
            "What it writes is not true, and parts of it may stand in its training text word for "
            "word.",
            "It knows the texts above and little else; on other texts the figures will be worse.",
        ],
        **fields,
    )
