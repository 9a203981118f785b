"""`zen-transformer prefer`: a GPT learns from choices, and what it writes is scored."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import arg

from zen_transformer.checkpoints.files import fingerprint
from zen_transformer.data.preferences import check_tokenizer, decisive, read_preferences
from zen_transformer.evaluation.reward_model import RewardModel
from zen_transformer.evaluation.scoring import make_scorer
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.inference.completions import CompletionConfig, draw_prompts
from zen_transformer.inference.folders import model_folder
from zen_transformer.inference.loading import load_gpt
from zen_transformer.inference.training_corpus import find_training_corpus
from zen_transformer.objectives.causal_lm import TextWindows
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.tasks.from_text import pretrain_from_text
from zen_transformer.tasks.preference_job import PreferenceJob, split_choices, token_pairs
from zen_transformer.tasks.preference_settings import (
    MeasuringConfig,
    PreferenceConfig,
    PreferenceSettings,
)
from zen_transformer.tasks.preference_tuning import check_preference_devices, preference_stage


def prefer(
    choices: Path = Path("runs/choices.jsonl"),
    model: Path = Path("runs/gpt"),
    output: Path = Path("runs/gpt-preferred"),
    by: Literal["choices", "form", "novelty"] = "choices",
    seed: int = 0,
    corpus: tuple[str, ...] = (),
    corpus_held_out: float = 0.1,
    form: Form = Form(),
    writing: Annotated[CompletionConfig, arg(name="")] = CompletionConfig(),
    measuring: MeasuringConfig = MeasuringConfig(),
    tuning: Annotated[PreferenceConfig, arg(name="")] = PreferenceConfig(),
    resume: bool = False,
    overwrite: bool = False,
    execution: Annotated[ExecutionConfig, arg(name="")] = ExecutionConfig(),
) -> dict[str, Any]:
    """Teach a GPT what `choose` kept, by direct preference optimization.

    Texts to held-out prompts are scored before and after, as is the perplexity of held-out
    documents; beside them stands the best of n texts of the model as it was.

    For example:

      zen-transformer prefer --choices runs/choices.jsonl --model runs/gpt
      zen-transformer prefer --choices runs/eight.jsonl --by form --form.syllables 8 --steps 200

    Args:
        choices: the file that they are kept in.
        model: a run's folder; or a folder in HuggingFace's layout, with a corpus given.
        output: the new run's folder.
        by: what scores the texts: a judge that is learnt from the choices to learn from, how nearly
            a form is kept, or how little is copied from what was learnt from.
        seed: of the batches, the prompts and the texts.
        corpus: whose held-out documents are measured on; that of the run, if not given.
        corpus_held_out: the part of them; that of the run, if there is one.
        form: of `--by form`.
        resume: go on with the run in the folder, if there is one.
        overwrite: replace the run in the folder.
    """
    before, tokenizer = load_gpt(model)
    kept = read_preferences(choices)
    check_tokenizer(kept, tokenizer.fingerprint, choices)
    train, held_out = split_choices(decisive(kept), tuning.held_out)
    source = find_training_corpus(model, corpus, corpus_held_out)
    settings = PreferenceSettings(
        corpus=source.names,
        corpus_held_out=source.held_out,
        by=by,
        form=form,
        seed=seed,
        writing=writing,
        measuring=measuring,
        tuning=tuning,
    )
    documents = source.load()
    scorer = make_scorer(by, form, before, tokenizer, lambda: documents.train, train)
    if isinstance(scorer, RewardModel):
        print(
            f"a judge learnt from {len(train)} choices agrees with "
            f"{scorer.agreement(held_out):.0%} of the {len(held_out)} that are held out; it likes "
            f"{scorer.in_words()}"
        )
    prompts = draw_prompts(
        documents.held_out, writing.words, measuring.prompts, seed, {one.prompt for one in kept}
    )
    job = PreferenceJob(
        load_gpt(model)[0],
        tuning,
        seed,
        token_pairs(train, tokenizer),
        token_pairs(held_out, tokenizer),
        TextWindows.from_documents(documents.held_out, tokenizer),
    )
    made_from = {
        "model": fingerprint(model_folder(model, "model")),
        "choices": hashlib.sha256(choices.read_bytes()).hexdigest(),
    }
    return pretrain_from_text(
        output,
        settings,
        resume,
        overwrite,
        execution,
        check=lambda parallelism, settings: check_preference_devices(parallelism, job),
        read=lambda: (job, made_from),
        cut=lambda run, job: (before, tokenizer, job, prompts, scorer),
        train=preference_stage,
    )
