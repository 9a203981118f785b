# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 18 · Language as material
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/18_language/lesson.ipynb)
#
# The likeliest text is dull. How to draw a better one, how to say whether it is any good, how to
# hold it to a form, how to teach a model what is preferred, and pictures of what it computed.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 06 objectives, 08 BERT, 14 GPT | 60 minutes | 5 minutes | choose how to draw and say what it costs, notice a text that is copied, write within a form without fooling yourself, let a BERT write, and tune a GPT by choices and see what they took away |

# %%
import importlib.util
import os
import subprocess
import sys

if importlib.util.find_spec("zen_transformer") is None:  # in a hosted notebook
    source = "zen-transformer[lessons] @ git+https://github.com/zen-transformer/zen_transformer"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", source], check=True)
SHORT = "ZEN_SHORT" in os.environ  # every cell, but few steps: to check that all of it works

# %% [markdown]
# ## The likeliest text is dull
#
# A GPT says how likely each token is, given those before it (lesson 14). With these probabilities
# a text can be chosen in many ways, and the first that comes to mind is to take the likeliest one.
# It is also the worst.
#
# Why that is so can be seen with a coin that shows heads with probability 0.7. Of all sequences of
# ten throws the likeliest is ten heads: each throw of it has the surprise $-\log_2 0.7 = 0.51$
# bits. But nobody who throws the coin ever writes down ten heads, or only once in 35 times. A throw
# costs on average the **entropy**,
#
# $$H = -0.7 \log_2 0.7 - 0.3 \log_2 0.3 = 0.88 \text{ bits}$$
#
# and what is usually seen has about seven heads and about that surprise. *The likeliest sequence is
# not a typical one.* It has too little surprise in it, and surprise is what carries news.

# %%
import hashlib
import io
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from flax import nnx

np.set_printoptions(precision=3, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREEN, PINK, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9"
jax.config.update("jax_disable_most_optimizations", SHORT)  # few steps: compile quickly
workplace = TemporaryDirectory()

coin = np.array([0.7, 0.3])
entropy = -np.sum(coin * np.log2(coin))
throws = np.random.default_rng(0).random((10_000, 10)) < 0.7
surprise = -np.log2(np.where(throws, 0.7, 0.3)).mean(axis=1)
print(f"ten heads: {-np.log2(0.7):.2f} bits a throw, seen in {throws.all(axis=1).mean():.1%}")
print(f"entropy {entropy:.2f}, mean of what is seen {surprise.mean():.2f} bits a throw")
assert abs(-np.log2(0.7) - 0.515) < 0.001 and abs(entropy - 0.881) < 0.001
assert abs(throws.all(axis=1).mean() - 0.028) < 0.006 and abs(surprise.mean() - entropy) < 0.01

# %% [markdown]
# Now a GPT. It is lesson 14's, with 2,048 pieces and texts of 128 tokens, trained on the King James
# Bible by what `zen-transformer pretrain --task causal-lm` does. That takes about two minutes; it
# is kept in `runs/generator`, and where it is there already it is only loaded. Seven of the books are
# **held out**: nothing was learnt from them.

# %%
from zen_transformer.data.corpora import read_corpus
from zen_transformer.inference.loading import load_gpt
from zen_transformer.inference.training_corpus import find_training_corpus
from zen_transformer.objectives.causal_lm import TextWindows
from zen_transformer.presets.overrides import with_overrides
from zen_transformer.tasks.causal_lm.task import CausalLM
from zen_transformer.tasks.registry import load_preset
from zen_transformer.tasks.running import RunTarget, run_task

SETTINGS = {
    "tokenizer": {"vocab_size": 2048},
    "model": {"n_positions": 128, "n_embd": 128, "n_layer": 2, "n_head": 4}
    | {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "initializer_range": 0.05},
    "pretraining": {"steps": 3000, "batch_tokens": 1024, "length": 128}
    | {"reports": 10, "checkpoints": 1, "evaluation_batches": 8}
    | {"optimizer": {"learning_rate": 4e-3}},
}
run = Path("runs/writer")
if SHORT:  # the beginnings of some books, and a model that has learnt nothing
    run, folder = Path(workplace.name) / "run", Path(workplace.name) / "texts"
    folder.mkdir()
    for number, book in enumerate(list(read_corpus("kjv"))[:8]):
        (folder / f"{number}.txt").write_text(book.text[:6000], "utf-8")
    SETTINGS["corpus"] = [str(folder)]
    SETTINGS["tokenizer"]["vocab_size"] = 400
    SETTINGS["model"] |= {"n_embd": 32, "n_layer": 1}
    SETTINGS["pretraining"] |= {"steps": 20, "reports": 1, "evaluation_batches": 1}

with redirect_stdout(io.StringIO()):
    settings = with_overrides(load_preset("gpt"), SETTINGS, "lesson 18")
    run_task(CausalLM(settings), RunTarget(output=run, resume=True))
network, tokenizer = load_gpt(run)
corpus = find_training_corpus(run).load()
reading, testing = (
    TextWindows.from_documents(books, tokenizer) for books in (corpus.train, corpus.held_out)
)
size = sum(leaf.size for leaf in jax.tree.leaves(nnx.to_pure_dict(nnx.state(network))))
print(f"{size:,} parameters, {reading.ends[-1]:,} tokens read, {testing.ends[-1]:,} held out")

# %% [markdown]
# We take 64 passages of the held-out books. Their first 12 tokens are the **prompts**; what stands
# behind them there, 48 tokens, was written by people. To the same prompts the model writes
#
# - by **greedy** choice, always the likeliest token;
# - by **beam search**, which keeps the eight likeliest unfinished texts in every step, goes on with
#   all of them, and in the end gives the one whose probability is the highest that it has met
#   (lesson 15 builds it);
# - by **drawing** each token with the model's own probabilities.

# %%
from zen_transformer.commands.compare_sampling import split_windows
from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import Sampling

SAMPLES, NEW = (8, 16) if SHORT else (64, 48)
generator = Generator(network, [tokenizer.eos_id])
prompts, people = split_windows(testing, SAMPLES, NEW, seed=0)


def likeliest(beams):
    """What beam search finds, without the token that ends a text."""
    settings = BeamSearch(
        num_beams=beams, max_new_tokens=NEW, eos_token_ids=(tokenizer.eos_id,), length_penalty=0.0
    )
    hypotheses = generator.beam_search(prompts, settings)
    rows = zip(
        np.array(hypotheses.token_ids[:, 0]), np.array(hypotheses.lengths[:, 0]), strict=True
    )
    return [[token for token in row[:n].tolist() if token != tokenizer.eos_id] for row, n in rows]


def drawn(sampling, seed=0):
    """A text to each prompt, each with a seed of its own."""
    seeds = range(seed, seed + SAMPLES)
    return generator.generate(prompts, sampling, max_new_tokens=NEW, seeds=seeds)


def shown(ids):
    return tokenizer.decode(ids).replace("\n", " / ")


texts = {
    "people": people,
    "beam search": likeliest(8),
    "greedy": drawn(Sampling(do_sample=False)),
    "drawn": drawn(Sampling()),
}
for name, of_kind in texts.items():
    print(f"{name:12}{shown(prompts[1])} |{shown(of_kind[1])}\n")

# %% [markdown]
# Beam search and greedy choice end in a loop, each in its own. How likely is each token of such
# texts, and of those by people? We compute $-\log_2 p$ of each; the library's `token_nll` are the
# same.

# %%
from zen_transformer.generation.likelihood import token_nll

BIT, PLACES = np.log(2), network.config.n_positions
graph, variables = nnx.split(network)
parameters = nnx.to_pure_dict(variables)


@jax.jit
def log_p_of_rows(parameters, ids):
    """log p of every token but the first, given those before it; [rows, length − 1]."""
    log_p = jax.nn.log_softmax(nnx.merge(graph, parameters)(ids[:, :-1]).logits)
    return jnp.take_along_axis(log_p, ids[:, 1:, None], axis=-1)[..., 0]


def log_p_of(parameters, wholes, rows=32):
    """The same of texts of any length. What fills a row up stands behind, where nobody looks."""
    log_ps = []
    for at in range(0, len(wholes), rows):
        some = wholes[at : at + rows]
        ids = np.zeros((rows, PLACES), int)
        for row, text in zip(ids, some, strict=False):
            row[: len(text)] = text
        log_p = np.array(log_p_of_rows(parameters, ids))
        log_ps += [p[: len(text) - 1] for p, text in zip(log_p, some, strict=False)]
    return log_ps


def bits_of(texts):
    """The surprise of what was written, without the prompts, in bits a token."""
    wholes = [[*prompt, *text] for prompt, text in zip(prompts, texts, strict=True)]
    log_p = zip(log_p_of(parameters, wholes), prompts, strict=True)
    return [-tokens[len(prompt) - 1 :] / BIT for tokens, prompt in log_p]


surprises = {name: bits_of(of_kind) for name, of_kind in texts.items()}
library_s = token_nll(network, [[*prompts[0], *people[0]]])[0][len(prompts[0]) - 1 :]
assert np.allclose(surprises["people"][0], library_s / BIT, atol=1e-3)


def mean_at(places):
    """The mean over texts, place by place; texts may end earlier."""
    table = np.full((len(places), NEW), np.nan)
    for row, tokens in zip(table, places, strict=True):
        row[: len(tokens)] = tokens
    return np.nanmean(table, axis=0)


figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.2), layout="constrained")
for name, colour, line in (("people", BLUE, "-"), ("beam search", ORANGE, "--")):
    left.plot(
        1 + np.arange(len(surprises[name][1])), surprises[name][1], line, color=colour, label=name
    )
left.set(xlabel="token", ylabel="surprise in bits", title="one prompt")
left.legend(frameon=False, loc="upper right", ncols=2)
left.set_ylim(0, 1.25 * left.get_ylim()[1])
for (name, of_kind), colour, line in zip(
    surprises.items(), (BLUE, ORANGE, GREEN, PINK), ("-", "--", "-.", ":"), strict=True
):
    right.plot(1 + np.arange(NEW), mean_at(of_kind), line, color=colour, label=name)
right.set(xlabel="token", ylabel="mean surprise in bits", title=f"{SAMPLES} prompts")
right.legend(frameon=False, ncols=2)
right.set_ylim(0, 1.3 * right.get_ylim()[1])
plt.show()

means = {name: float(np.mean(np.concatenate(of_kind))) for name, of_kind in surprises.items()}
print({name: f"{mean:.1f} bits a token" for name, mean in means.items()})
rarer = np.mean(
    [
        theirs.sum() > ours.sum()
        for theirs, ours in zip(surprises["people"], surprises["beam search"], strict=True)
    ]
)
print(f"less likely as a whole than beam search's text: {rarer:.0%} of the texts by people")

# %% [markdown]
# *How much each token surprises the model. Left: one passage, and what beam search writes to its
# beginning. Right: the means over all prompts.*
#
# This is figure 2 of Holtzman et al. (2020), with a model that was trained in a few minutes. What
# people write goes up and down, from tokens that were certain to tokens that nobody could guess,
# and costs almost five bits a token. The texts of beam search begin at two bits and sink to one,
# since what was said once is likelier to be said again. Every text by people is less likely than
# the one that beam search found to the same prompt. So a better search does not help: the goal is
# wrong. Drawn texts lie near people's, by construction.

# %%
if not SHORT:
    assert abs(means["people"] - 4.8) < 0.6 and abs(means["drawn"] - means["people"]) < 0.7
    assert means["beam search"] < 1.8 and means["greedy"] < 2.5
    beam = mean_at(surprises["beam search"])
    assert beam[:6].mean() > beam[-6:].mean() + 0.3
    assert rarer > 0.95

# %% [markdown]
# ## A small distribution, bent
#
# A draw that is left to the model's own probabilities meets another trouble: the tail. Each of a
# thousand unlikely tokens has little probability, all of them together have a lot, and one wrong
# token leads the rest astray. So the probabilities are bent a little towards the likely ones. The
# ways to do it, on five words that may follow *And the*, with weights that make the sums easy:
#
# | | LORD | king | sea | wind | mule | |
# |---|---|---|---|---|---|---|
# | $p$ | 8/20 | 6/20 | 3/20 | 2/20 | 1/20 | logits $z = \ln 8, \ln 6, \ln 3, \ln 2, 0$ |
# | temperature $T = 1/2$: $z / T$ | 64/114 | 36/114 | 9/114 | 4/114 | 1/114 | the weights are squared |
# | temperature $T = 2$ | 0.30 | 0.26 | 0.18 | 0.15 | 0.11 | their square roots |
# | top-k, $k = 2$: the $k$ likeliest | 8/14 | 6/14 | – | – | – | Fan et al. 2018 |
# | top-p, $P = 0.8$: the fewest that come to $P$ | 8/17 | 6/17 | 3/17 | – | – | 0.4, 0.7, 0.85: three |
# | min-p, $m = 0.2$: those with $p_v \ge m \cdot \max p$ | 8/19 | 6/19 | 3/19 | 2/19 | – | from $0.2 \cdot 0.4 = 0.08$ on |
#
# What is taken out gets the logit $-\infty$, so that softmax gives it 0 and divides the others by
# what is left of the sum. Top-k is blind to the shape: after *Jeru* one token is right, after *And
# the* hundreds are. Top-p and min-p adapt to it, top-p by the sum and min-p by the height of the
# likeliest. The order matters, too: with $T = 2$ first, $P = 0.8$ keeps four words; with top-p
# first, three. HuggingFace and the library put the temperature first.


# %%
def softmax(z):
    weights = np.exp(z - z.max())
    return weights / weights.sum()


def keep(z, wanted):
    """All others have no chance."""
    return np.where(wanted, z, -np.inf)


def top_k(z, count):
    return keep(z, z >= np.sort(z)[-count])


def top_p(z, mass):
    order = np.argsort(-z, kind="stable")
    sums = np.cumsum(softmax(z)[order])
    wanted = np.zeros(len(z), bool)
    wanted[order] = sums - softmax(z)[order] < mass  # those before do not come to P yet
    return keep(z, wanted)


def min_p(z, share):
    return keep(z, softmax(z) >= share * softmax(z).max())


WORDS = ["LORD", "king", "sea", "wind", "mule"]
weights = np.array([8.0, 6.0, 3.0, 2.0, 1.0])
z = np.log(weights)
bent = {
    "as it is": z,
    "temperature 1/2": z / 0.5,
    "temperature 2": z / 2,
    "top-k, k = 2": top_k(z, 2),
    "top-p, P = 0.8": top_p(z, 0.8),
    "min-p, m = 0.2": min_p(z, 0.2),
}
by_hand = [
    weights / 20,
    weights**2 / 114,
    weights**0.5 / np.sum(weights**0.5),
    [8 / 14, 6 / 14, 0, 0, 0],
    [8 / 17, 6 / 17, 3 / 17, 0, 0],
    [8 / 19, 6 / 19, 3 / 19, 2 / 19, 0],
]
for (name, logits), meant in zip(bent.items(), by_hand, strict=True):
    print(f"{name:16}", softmax(logits))
    assert np.allclose(softmax(logits), meant, atol=1e-9)
assert np.isfinite(top_p(z / 2, 0.8)).sum() == 4 and np.isfinite(top_p(z, 0.8) / 2).sum() == 3

# %% [markdown]
# ### What was said before
#
# Two more rules look at the text so far. **No repeated n-gram**: a token that would complete an
# n-gram for the second time is taken out (Paulus et al. 2018). With $n = 2$ and the text *the LORD
# and the*, LORD is, since *the LORD* has been written.
#
# The **repetition penalty** (Keskar et al. 2019) makes every token that was written less likely, by
# a factor $\theta > 1$ on its logit, once for each token, however often it came:
#
# $$z_v \leftarrow \begin{cases} z_v / \theta & \text{if } z_v > 0 \\ z_v \cdot \theta & \text{if } z_v \le 0 \end{cases}$$
#
# Why two cases? The paper has one, $z_v / \theta$. But a *negative* logit that is divided comes
# nearer to 0: the token becomes likelier. Let LORD be written and $\theta = 2$.
#
# | | LORD's logit | after the penalty | LORD's weight | $p$ |
# |---|---|---|---|---|
# | logits $\ln w$ | $\ln 8 = 2.08$ | $2.08 / 2$ | $\sqrt 8 = 2.83$ of 14.83 | 0.19, was 0.4 |
# | logits $\ln p = \ln (w / 20)$ | $\ln 0.4 = -0.92$ | $-0.92 \cdot 2$ | $0.4^2 = 0.16$ of 0.76 | 0.21 |
# | the same, always divided | $-0.92$ | $-0.92 / 2$ | $\sqrt{0.4} = 0.63$ of 1.23 | **0.51** |
#
# The third line is the mistake. The first two show something else: they are the same distribution,
# as softmax does not see a constant that is added to all logits. The penalty does. It is a rule of
# thumb, with an effect that depends on how a model happens to place its logits.


# %%
def no_repeat(z, written, n):
    """Take out what would complete an n-gram for the second time."""
    last = written[len(written) - n + 1 :]
    begins = range(len(written) - n + 1)
    taken = [written[i + n - 1] for i in begins if written[i : i + n - 1] == last]
    return keep(z, ~np.isin(np.arange(len(z)), taken))


def penalised(z, written, theta):
    factor = np.where(z > 0, 1 / theta, theta)
    return np.where(np.isin(np.arange(len(z)), written), z * factor, z)


def always_divided(z, written, theta):
    """The mistake."""
    return np.where(np.isin(np.arange(len(z)), written), z / theta, z)


THE, AND = 5, 6  # two more words, which have no chance here
seven = np.append(z, [-np.inf, -np.inf])
bent["no repeated pair"] = no_repeat(seven, [THE, 0, AND, THE], 2)[:5]
bent["penalty, θ = 2"] = penalised(z, [0], 2.0)
assert np.allclose(softmax(bent["no repeated pair"]), [0, 6 / 12, 3 / 12, 2 / 12, 1 / 12])
log_p = np.log(weights / 20)
of_lord = [
    softmax(rule(logits, [0], 2.0))[0]
    for rule, logits in ((penalised, z), (penalised, log_p), (always_divided, log_p))
]
print("LORD after the penalty, line by line:", np.array(of_lord))
assert np.allclose(of_lord, [0.191, 0.211, 0.513], atol=0.001)

figure, panels = plt.subplots(2, 4, figsize=(10, 4), sharey=True, layout="constrained")
for axes, (name, logits) in zip(panels.flat, bent.items(), strict=True):
    axes.bar(WORDS, weights / 20, color="none", edgecolor="0.6", ls=":")
    axes.bar(WORDS, softmax(logits), color=BLUE, width=0.6)
    axes.set_title(name, fontsize=10)
    axes.tick_params(axis="x", labelsize=8)
for axes in panels[:, 0]:
    axes.set_ylabel("probability")
plt.show()

# %% [markdown]
# *What the words are drawn with (blue), and the model's own probabilities (dotted).*
#
# The library has these as functions of whole batches, `[batch, vocab]`, that can be compiled. With
# logits at random, ours give the same:

# %%
from zen_transformer.generation import sampling as library

rng = np.random.default_rng(0)
some = 2 * rng.normal(size=(20, 50))
before = rng.integers(0, 12, size=(20, 30))  # few different tokens, so that pairs come again
everything = np.ones(before.shape, bool)
with jax.enable_x64(True):
    pairs_of_rules = {
        "top-k": (partial(top_k, count=7), library.top_k(some, 7)),
        "top-p": (partial(top_p, mass=0.8), library.top_p(some, 0.8)),
        "min-p": (partial(min_p, share=0.1), library.min_p(some, 0.1)),
        "no repeated pair": (no_repeat, library.no_repeat_ngram(some, before, everything, 2)),
        "penalty": (penalised, library.repetition_penalty(some, before, everything, 1.3)),
    }
more = {"no repeated pair": (2,), "penalty": (1.3,)}
for name, (ours, theirs) in pairs_of_rules.items():
    for row, text, meant in zip(some, before.tolist(), np.array(theirs), strict=True):
        result = ours(row, text, *more[name]) if name in more else ours(row)
        assert np.allclose(result, meant, atol=1e-9), name
print("the same as the library's:", ", ".join(pairs_of_rules))

# %% [markdown]
# How much does the missing case harm? The greedy text loops; the penalty is to lead out of it. Here
# it is with both rules, and what share of a text's four-token sequences it has said before.


# %%
@jax.jit
def next_logits(parameters, ids, place):
    """Behind the token before `place`; what stands at later places is seen by nobody."""
    return nnx.merge(graph, parameters)(ids).logits[:, place - 1]


def greedy_with(rule, theta, rows=8 if SHORT else 32):
    """Greedy texts, each with its prompt, under a rule that looks at what was written."""
    start = len(prompts[0])
    ids = np.zeros((rows, start + NEW), np.int32)
    ids[:, :start] = prompts[:rows]
    for place in range(start, start + NEW):
        for row, logits in enumerate(np.array(next_logits(parameters, ids, place))):
            ids[row, place] = np.argmax(rule(logits, ids[row, :place], theta))
    return ids[:, start:].tolist()


def ngrams(text, n):
    return [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]


def said_before(texts, n=4):
    """seq-rep-n: 1 − different n-grams / all, the mean over the texts."""
    return float(np.mean([1 - len(set(ngrams(t, n))) / len(ngrams(t, n)) for t in texts]))


def on_log_p(rule):
    """The same rule, on log-probabilities: logits of which a constant is taken off."""
    return lambda z, written, theta: rule(np.log(softmax(z)), written, theta)


rules = {
    "no penalty": (penalised, 1.0),
    "θ = 1.3": (penalised, 1.3),
    "always divided": (always_divided, 1.3),
    "on log p": (on_log_p(penalised), 1.3),
    "on log p, always divided": (on_log_p(always_divided), 1.3),
}
repeated = {}
for name, (rule, theta) in rules.items():
    greedy_texts = greedy_with(rule, theta)
    repeated[name] = said_before(greedy_texts)
    print(f"{name:24} {repeated[name]:4.0%} said before   {shown(greedy_texts[1])[:90]}")
print(f"{'people':24} {said_before(people):4.0%} said before")
logits = np.array(next_logits(parameters, np.array(people), NEW))
print(f"of the model's logits {np.mean(logits < 0):.0%} are below 0")

# %% [markdown]
# The penalty does lead out of the loop: of a half nothing is left. And dividing always does no harm
# here: three quarters of the model's logits are below 0, but not those of the likeliest tokens. Take
# off a constant, as whoever works with log-probabilities does, and softmax sees no difference. The
# mistake then makes likelier what was said: the texts repeat themselves no less than without any
# penalty. A bug that does nothing with one model and ruins the next is found by a test with
# negative logits, not by reading texts.

# %%
if not SHORT:
    none, right, divided, on_log, wrong = repeated.values()
    assert abs(none - 0.5) < 0.2 and right < 0.1 and divided < 0.15
    assert wrong > none - 0.1 and wrong > on_log + 0.15
    assert abs(np.mean(logits < 0) - 0.75) < 0.2

# %% [markdown]
# ## Is it any good?
#
# Somebody says: with $T = 0.8$ my model writes well. How could we tell? There is no right answer to
# compare with. What can be counted:
#
# | | | |
# |---|---|---|
# | **distinct-n** | different n-grams / all n-grams, of all texts together | Li et al. 2016 |
# | **seq-rep-n** | 1 − the same within one text; the mean over texts | Welleck et al. 2020 |
# | **entropy** | $-\sum_v p_v \ln p_v$, $p_v$ the share of token $v$ in all texts | |
# | **self-BLEU** | how much of each text the others have, too | Zhu et al. 2018 |
# | **overlap** | the longest stretch that the training text has, too | |
# | **perplexity under a judge** | of a model that did not write the text | |
#
# BLEU-n compares a text with references: of its 1-grams, 2-grams … n-grams, the share that one of
# the references has (each at most as often as there), and of these $n$ shares the geometric mean.
# By hand, the texts *a b c d* and *a b c e*: three of four tokens and two of three pairs are
# shared.
#
# - distinct-1 is $5/8$; the mean of the two texts' own would be 1, which says nothing;
# - self-BLEU-2 is $\sqrt{3/4 \cdot 2/3} = 0.71$;
# - the entropy is $-3 \cdot \frac{2}{8} \ln \frac{2}{8} - 2 \cdot \frac{1}{8} \ln \frac{1}{8} =
#   1.56$ nats.


# %%
def distinct(texts, n):
    grams = [gram for text in texts for gram in ngrams(text, n)]
    return len(set(grams)) / len(grams)


def entropy_of(texts):
    counts = np.array(list(Counter(token for text in texts for token in text).values()))
    return float(-np.sum(counts / counts.sum() * np.log(counts / counts.sum())))


def bleu(text, others, n):
    """Of texts of equal length. A share of 0 counts as 0.1 / all, or the mean would be 0."""
    shares = []
    for width in range(1, n + 1):
        counts = Counter(ngrams(text, width))
        most = Counter()
        for other in others:
            most |= Counter(ngrams(other, width))  # the larger of the two counts
        shares.append(max((counts & most).total(), 0.1) / counts.total())
    return float(np.exp(np.mean(np.log(shares))))


def self_bleu(texts, n=4):
    return float(np.mean([bleu(t, texts[:i] + texts[i + 1 :], n) for i, t in enumerate(texts)]))


from zen_transformer.evaluation import diversity

two = [list("abcd"), list("abce")]
print(
    f"distinct-1 {distinct(two, 1)}, self-BLEU-2 {self_bleu(two, 2):.3f}, {entropy_of(two):.3f} nats"
)
assert distinct(two, 1) == 5 / 8 and abs(self_bleu(two, 2) - 0.5**0.5) < 1e-9
assert abs(entropy_of(two) - 1.56) < 0.005

for sample in (two, people[:8]):
    assert distinct(sample, 2) == diversity.distinct_n(sample, 2)
    assert abs(said_before(sample) - diversity.repetition_rate(sample, 4)) < 1e-9
    assert abs(entropy_of(sample) - diversity.unigram_entropy(sample)) < 1e-9
    assert abs(self_bleu(sample) - diversity.self_bleu(sample, 4)) < 1e-6
print("the library gives the same, of people's texts as well")

# %% [markdown]
# ### What is copied
#
# A model can write well by heart. So every text is searched in the training text, for the longest
# stretch that stands there in one piece. With each id as a character Python's own search does it:
# lengthen the stretch at a place as long as it is found, then go on to the next place.

# %%
from zen_transformer.evaluation.diversity import TrainingText
from zen_transformer.evaluation.ngrams import NGrams
from zen_transformer.evaluation.quality import SamplingComparison, ngram_token_scorer

learnt_from = reading.texts()  # each book, and the token that ends it
training_text = TrainingText.from_windows(reading)
as_letters = "".join(map(chr, np.concatenate(learnt_from)))


def longest_stretch(text):
    """Tokens of the longest stretch, and where it begins."""
    letters, length, begin = "".join(map(chr, text)), 0, 0
    for start in range(len(letters)):
        while start + length < len(letters) and letters[start : start + length + 1] in as_letters:
            length, begin = length + 1, start
    return length, begin


for text in (texts["drawn"] + people)[:: SAMPLES // 4]:
    assert longest_stretch(text) == training_text.longest_overlap(text)[:2]

counted = NGrams(learnt_from, 3, tokenizer.vocab_size)
comparison = SamplingComparison(prompts, people, ngram_token_scorer(counted), training_text)
lengths = {
    name: [stretch.length for stretch in comparison.overlaps(of_kind)]
    for name, of_kind in texts.items()
}
for name, stretches in lengths.items():
    print(
        f"{name:12} longest stretch {np.mean(stretches):4.1f} tokens in the mean, {max(stretches)} at most"
    )
print(f"95 of 100 texts by people have at most {comparison.longest_by_chance:.0f} tokens in a row")

# %% [markdown]
# (The library's `TrainingText` finds the same with a sorted list of all places of the text, a
# *suffix array*, and much faster.)
#
# People who wrote the held-out books never read *this* training text with a machine's memory, and
# yet they share stretches with it: *and it came to pass that*. That is what is to be expected by
# chance and by custom. We call a text **memorised** if more of it stands in the training text in
# one piece than in 95 of 100 texts by people. Such lines are counted and reported, and not shown as
# something that the model made.

# %% [markdown]
# ### What variety costs
#
# Quality is measured as the perplexity under a **judge** that wrote none of the texts: here counts
# of three tokens (lesson 14's trigram with Kneser–Ney smoothing). The writer's own perplexity would
# prefer what the writer prefers. Diversity is 1 − self-BLEU. Each temperature and each top-p is a
# point; people are a point, too.

# %%
from zen_transformer.evaluation.quality import HUMAN, SAMPLINGS

some_samplings = dict(list(SAMPLINGS.items())[::5]) if SHORT else SAMPLINGS
texts_by = {HUMAN: people} | {name: drawn(sampling) for name, sampling in some_samplings.items()}
rows, copied = {}, {}
for name, of_sampling in texts_by.items():
    rows[name], copied[name] = comparison.measure(name, of_sampling)
COLUMNS = {
    "perplexity": lambda row: f"{row.perplexity:.1f}",
    "1 − self-BLEU": lambda row: f"{1 - row.self_bleu:.2f}",
    "distinct-2": lambda row: f"{row.distinct_2:.2f}",
    "seq-rep-4": lambda row: f"{row.repetition:.2f}",
    "overlap": lambda row: f"{row.overlap:.1f}",
    "memorised": lambda row: f"{row.memorised:.0%}",
}


def table(rows):
    print(f"{'':18}" + "".join(f"{name:>15}" for name in COLUMNS))
    for name, row in rows.items():
        print(f"{name:18}" + "".join(f"{write(row):>15}" for write in COLUMNS.values()))


table(rows)

# %%
figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
for setting, colour, marker, side in (("temperature", ORANGE, "s", -1), ("top-p", BLUE, "o", 1)):
    points = [row for name, row in rows.items() if name.startswith(setting)]
    x, y = [1 - row.self_bleu for row in points], [row.perplexity for row in points]
    axes.plot(x, y, marker + "-", color=colour, label=setting)
    for row, *place in zip(points, x, y, strict=True):
        options = {"textcoords": "offset points", "color": colour, "fontsize": 9, "va": "center"}
        axes.annotate(row.label.split()[-1], place, (4 * side, 10 * side), ha="center", **options)
x, y = 1 - rows[HUMAN].self_bleu, rows[HUMAN].perplexity
axes.plot(x, y, "*", color="black", ms=15, ls="", label="people")
axes.axvline(x, color="0.85", zorder=0)
axes.axhline(y, color="0.85", zorder=0)
axes.set(yscale="log", xlabel="1 − self-BLEU (right: more varied)")
axes.set_ylabel("perplexity under the judge\n(up: more expected)")
axes.invert_yaxis()
least, most = (end(row.perplexity for row in rows.values()) for end in (min, max))
marks = [mark for mark in (5, 10, 20, 50, 100) if 0.8 * least < mark < 1.2 * most]
axes.set_yticks(marks, marks)
axes.minorticks_off()
axes.legend(frameon=False, loc="lower left")
plt.show()

# %% [markdown]
# *Each point is a way to draw. Quality is bought with variety, and the other way round.*
#
# Low temperatures and small $P$ give texts that the judge expects and that are all alike, high ones
# the opposite. The two curves lie close together: here it hardly matters by which of them one goes.
# And people? Their point lies near both, by $P = 0.8$. By these two numbers a GPT with two blocks,
# trained for some minutes, almost writes like the Bible. Nobody who reads both would say so. The
# judge looks at three tokens at a time, and three at a time it does.
#
# In the last columns people even copy *more* than the model: the books of the Bible quote and
# retell each other, and some were held out whose stories others tell as well.


# %%
def perplexity_at(setting, variety):
    """On a curve of the picture, where it is as varied."""
    points = [row for name, row in rows.items() if name.startswith(setting)]
    x, y = zip(*sorted((1 - row.self_bleu, np.log(row.perplexity)) for row in points), strict=True)
    return float(np.exp(np.interp(variety, x, y)))


of_people = rows[HUMAN].perplexity
as_varied = {
    name: perplexity_at(name, 1 - rows[HUMAN].self_bleu) for name in ("temperature", "top-p")
}
print(
    f"people {of_people:.0f}, and as varied as they:", {n: f"{p:.0f}" for n, p in as_varied.items()}
)
if not SHORT:
    assert 0.65 < as_varied["top-p"] / as_varied["temperature"] < 1.35
    assert 0.6 < as_varied["top-p"] / of_people < 1.8
    assert rows[HUMAN].overlap > rows["temperature 1.0"].overlap

# %% [markdown]
# ### Why one number is not enough
#
# Every one of these numbers can be had for nothing. Three cheats:
#
# - the **loop**: greedy choice;
# - the **noise**: tokens at random, all equally likely;
# - the **copyist**: passages of the training text, word by word.

# %%
rng = np.random.default_rng(1)
cheats = {
    "loop": texts["greedy"],
    "noise": rng.integers(0, tokenizer.vocab_size, (SAMPLES, NEW)).tolist(),
    "copyist": split_windows(reading, SAMPLES, NEW, seed=1)[1],
}
against = {HUMAN: rows[HUMAN]} | {
    n: comparison.measure(n, of_cheat)[0] for n, of_cheat in cheats.items()
}
table(against)

# %% [markdown]
# Judged by perplexity alone, the loop is the best writer. Judged by distinct-2, the noise is. The
# copyist is as varied as people are and likelier than they; only the overlap gives it away. So
# report several numbers, at least one of quality, one of variety and one of copying, and beside
# each the same of people's texts. And then read the texts: none of these numbers knows what a
# sentence says.

# %%
if not SHORT:
    people_row, loop, noise, copyist = against.values()
    assert loop.perplexity < people_row.perplexity < noise.perplexity
    assert noise.distinct_2 > people_row.distinct_2 > loop.distinct_2
    assert copyist.perplexity < people_row.perplexity
    assert abs(copyist.self_bleu - people_row.self_bleu) < 0.1
    assert copyist.memorised > 0.95 and people_row.memorised <= 0.05

# %% [markdown]
# ## A form to keep to
#
# A haiku has lines of 5, 7 and 5 syllables, a couplet two lines that rhyme, an acrostic lines whose
# first letters make a word. To keep a model to a form, take out of its distribution whatever would
# break it, and let it draw from the rest:
#
# $$z_v \leftarrow -\infty \quad\text{where the text with the token } v \text{ breaks the form}$$
#
# An acrostic is the easiest: where a line begins, only tokens with the right letter may come; the
# last line's end ends the text.

# %%
PIECES = [tokenizer.decode([token]) for token in range(tokenizer.vocab_size)]
BREAK = tokenizer.text_ids("\n")[0]
ACROSTIC = "SEA"


def acrostic(letters):
    """Of texts so far, which tokens may come; where none may, the writer ends the text."""
    begins = [[piece.strip()[:1].upper() == letter for piece in PIECES] for letter in letters]
    inside = ["\n" not in piece for piece in PIECES]

    def allowed(written, logits):
        mask = np.zeros(logits.shape, bool)
        for row, ids in enumerate(written):
            *whole, line = tokenizer.decode(ids).split("\n")
            if len(whole) < len(letters):
                mask[row] = inside if line.strip() else begins[len(whole)]
                mask[row, BREAK] = bool(line.strip())
                mask[row, tokenizer.eos_id] = False
        return mask

    return allowed


TRIES = 4 if SHORT else 16
limits = {"allowed": acrostic(ACROSTIC), "max_new_tokens": 40 if SHORT else 120}
sampling = Sampling(temperature=0.7, top_p=0.9)
tried = generator.generate([[BREAK]] * TRIES, sampling, **limits)
tried = [tokenizer.decode(ids).rstrip("\n") for ids in tried]
whole = [text for text in tried if text.count("\n") == len(ACROSTIC) - 1]
poem = min(whole or tried, key=len)
print(f"{len(whole)} of {TRIES} came to their end; the shortest:", poem, sep="\n")

from zen_transformer.generation.constraints.forms import Form

form = Form(acrostic=ACROSTIC)
for so_far in ("", "Selah went up:\n"):
    ids = [tokenizer.text_ids(so_far)] if so_far else [[]]
    ours = acrostic(ACROSTIC)(ids, np.zeros((1, len(PIECES))))[0]
    letters = [token for token, piece in enumerate(PIECES) if piece.strip()[:1].isalpha()]
    theirs = form.allowed(so_far, [PIECES[token] for token in letters])
    assert np.array_equal(ours[letters], theirs)
assert SHORT or form.violation(poem, finished=True) is None

# %% [markdown]
# The library's `Form` takes out the same tokens, and knows more: syllables and rhymes. For English
# it asks the CMU dictionary, which has the sounds of about 126,000 words. A syllable has one vowel
# sound; two words rhyme if they sound alike from the last stressed vowel on. A word may be spoken
# in two ways, and then either counts.

# %%
from zen_transformer.generation.constraints.pronunciation import (
    count_syllables,
    pronunciations,
    rhyme,
    rhymes_of,
)

for word in ("waters", "heaven", "fire", "Nebuchadnezzar"):
    print(f"{word}: {' or '.join(map(str, sorted(count_syllables(word))))} syllables")
for one, other in (("light", "night"), ("sea", "be"), ("love", "move"), ("waters", "daughters")):
    said = "rhymes with" if rhyme(one, other) else "does not rhyme with"
    print(f"{one} {sorted(rhymes_of(one))} {said} {other} {sorted(rhymes_of(other))}")
assert abs(len(pronunciations()) - 126_000) < 1000
assert count_syllables("fire") == {1, 2} and not rhyme("love", "move")

# %% [markdown]
# *Love* and *move* look alike and do not rhyme; *fire* is spoken in two ways. A word that is not in
# the dictionary, such as a name that the model invents, is counted by its letters and rhymes with
# nothing.
#
# ### Dead ends
#
# The filter looks one token ahead. It lets a word come if the line may still become right, *as far
# as that one word can tell*: not too many syllables, and in the last place a word of which a rhyme
# can still be made. That is not always enough. A line of eight syllables that has seven needs a
# word of one, which rhymes, and which the model would say at that place; there may be none. That is
# a **dead end**: nothing that may come makes sense, or nothing may come at all.
#
# Here are tries of a second line, of eight syllables, that has to rhyme with the first: on *sea*,
# for which there are *me*, *thee*, *be*, *he* and more, on *light*, and on *month*.

# %%
from zen_transformer.generation.constraints.form_filter import FormGenerator

COUPLET = Form(syllables=(8, 8), rhyme="AA")
FIRST = "And they went down unto the sea\n"
poet = FormGenerator(
    model=network,
    tokenizer=tokenizer,
    form=COUPLET,
    sampling=Sampling(temperature=0.7, top_p=0.95, repetition_penalty=1.1),
    max_new_tokens=8 if SHORT else 20,
    tries=4 if SHORT else 48,
)


def in_form(first, filtered):
    """Of tries of a line behind the first those that keep to the form."""
    rows = poet.generator.generate(
        [tokenizer.text_ids(first)] * poet.tries,
        poet.sampling,
        max_new_tokens=poet.max_new_tokens,
        seeds=range(poet.tries),
        allowed=poet.allowed(first) if filtered else None,
    )
    lines = [tokenizer.decode(row) for row in rows]
    return [line for line in lines if COUPLET.violation(first + line, finished=True) is None]


LIGHT, MONTH = "And God beheld the morning light\n", "And he was there for but a month\n"
kept = {"sea, no filter": in_form(FIRST, False), "sea": in_form(FIRST, True)}
if not SHORT:
    kept |= {"light": in_form(LIGHT, True), "month": in_form(MONTH, True)}
for name, lines in kept.items():
    print(
        f"{name:15} {len(lines):2} of {poet.tries} lines keep to the form",
        *lines[:2],
        sep="\n      ",
    )

# %% [markdown]
# Without a filter no line comes out right by chance. With it a few of 48 do where rhymes are many,
# and none with *month*. The others have run into a dead end, though every token was allowed when it
# was written. So the library tries each line many times, and looks at each try once more, cut
# behind any of its words: a line that wanted to go on may have been right on the way. Of all that
# are in form it keeps the one that surprises the model least. And it gives up after so many tries,
# and says which part of the form stood in the way.

# %%
if not SHORT:
    assert len(kept["sea, no filter"]) <= 2 and len(kept["sea"]) >= len(kept["month"]) == 0

# %%
from zen_transformer.errors import UserError


def written_in(poet, prompt, seeds=range(1 if SHORT else 3)):
    """The first poem that succeeds, or the last reason why not; and whether it did."""
    for seed in seeds:
        try:
            return poet.generate(prompt, seed=1000 * seed), True
        except UserError as error:
            reason = str(error)
    return reason, False


couplet, succeeded = written_in(poet, FIRST)
haiku_poet = replace(poet, form=Form(syllables=(5, 7, 5)), tries=1 if SHORT else 48)
haiku, haiku_succeeded = written_in(haiku_poet, "The sea")
print(couplet, haiku, sep="\n\n")
assert SHORT or (succeeded and COUPLET.violation(couplet, finished=True) is None)
assert SHORT or haiku_succeeded
for text in (couplet, haiku):
    stretch = training_text.longest_overlap(tokenizer.text_ids(text)).length
    print(
        f"\nat most {stretch} of its {len(tokenizer.text_ids(text))} tokens stand in the Bible in a row"
    )
reason, succeeded = written_in(poet, MONTH, seeds=[0])
print("\nno rhyme:", reason)
assert not succeeded and ("syllables" in reason or "rhyme" in reason)
assert not any(rhyme(word, "month") for word in ("moth", "truth", "north"))

# %% [markdown]
# How much of a poem stands in the Bible as it is belongs beside it. The last attempt asks for a
# rhyme on *month*; the dictionary has none, and the error says what was broken how often.
#
# ### Filtered is not conditioned
#
# What would one like to have? The model's distribution *given* that the text has the form: the
# probability of each text that keeps to it, divided by their sum. That is what is drawn when one
# lets the model write freely and throws away all that broke the form. Filtering token by token is
# something else. By hand: a line of two words. It begins with *great* ($p = 0.9$) or *old* (0.1).
# After *great* only 1 of 100 next words keeps to the form, after *old* every one does.
#
# | | great … | old … |
# |---|---|---|
# | the model, with any second word | 0.9 | 0.1 |
# | and in form | $0.9 \cdot 0.01 = 0.009$ | $0.1 \cdot 1 = 0.1$ |
# | **conditioned**: divided by the sum, 0.109 | 0.08 | 0.92 |
# | **filtered**: the first word is drawn freely | 0.9 | 0.1 |
#
# The filter walks into the corner in which the model had hardly anything to say, and takes what is
# left there. What is drawn is in form, and unlikely. The exact way costs $1 / 0.109 = 9$ draws for
# a line here, and millions for a rhyming couplet. The library goes between: many filtered tries of
# each line, and of those in form the one that surprises the model least.

# %%
free, keeps = np.array([0.9, 0.1]), np.array([0.01, 1.0])
conditioned = free * keeps / np.sum(free * keeps)
draws = np.random.default_rng(0)
first = draws.choice(2, size=100_000, p=free)
is_in_form = draws.random(len(first)) < keeps[first]
of_kept = np.bincount(first[is_in_form], minlength=2) / is_in_form.sum()
print(f"conditioned {conditioned}, thrown away until in form {of_kept}, filtered {free}")
print(f"draws for a line that is in form: {len(first) / is_in_form.sum():.1f}")
assert np.allclose(conditioned, [0.083, 0.917], atol=0.001)
assert np.allclose(of_kept, conditioned, atol=0.02)

# %% [markdown]
# ## BERT writes, too
#
# A BERT does not write from left to right. But it can say which word belongs at a place, given all
# others (lesson 06). So put any words down, then again and again mask one place, ask, and draw a
# new word there (Wang & Cho 2019):
#
# $$w_i \sim p(w \mid w_1 \dots w_{i-1}\, [\text{MASK}]\, w_{i+1} \dots w_n)$$
#
# Going through all places once is a **sweep**. If the guesses belong to *one* distribution of whole
# texts, this is **Gibbs sampling** (Geman & Geman 1984), and after many sweeps the texts are draws
# from that distribution, whatever was there at first. By hand: two places, *New* or *Los* and
# *York* or *Angeles*, with
#
# | | York | Angeles |
# |---|---|---|
# | **New** | 0.4 | 0.1 |
# | **Los** | 0.1 | 0.4 |
#
# Given *New*, York has $0.4 / 0.5 = 0.8$. Begin with *New Angeles*. Drawing the first place anew
# gives *Los Angeles* with 0.8. Then the second place: from *Los Angeles* York comes with 0.2, from
# *New Angeles* with 0.8. So after one sweep *New York* has $0.2 \cdot 0.8 = 0.16$, *New Angeles*
# 0.04, *Los York* 0.16 and *Los Angeles* 0.64.

# %%
joint = np.array([[0.4, 0.1], [0.1, 0.4]])
given_second = joint / joint.sum(axis=0)  # of the first place, [first, second]
given_first = joint / joint.sum(axis=1, keepdims=True)


def sweep(now):
    """The distribution of texts after the first place and then the second is drawn anew."""
    now = given_second * now.sum(axis=0)
    return given_first * now.sum(axis=1, keepdims=True)


def all_at_once(now):
    """The mistake: both places from the old text."""
    return np.einsum("ab,ib,aj->ij", now, given_second, given_first)


start = np.array([[0.0, 1.0], [0.0, 0.0]])
assert np.allclose(sweep(start), [[0.16, 0.04], [0.16, 0.64]])
apart = {}
for name, step in (("one after the other", sweep), ("all at once", all_at_once)):
    now, apart[name] = start, []
    for _ in range(12):
        apart[name].append(np.abs(now - joint).sum() / 2)
        now = step(now)
    print(f"{name}: New York {now[0, 0]:.2f}, New Angeles {now[0, 1]:.2f}")
assert apart["one after the other"][-1] < 0.001
assert np.allclose(now, 0.25, atol=0.01)

# %% [markdown]
# ### All places at once
#
# It is tempting to mask and draw all places in one pass, for each sees the old words at the others.
# The second line above is what comes of it: 0.25 each. The two places now follow different texts,
# *New Angeles* is as frequent as *New York*, and what is reached is the product of the two words'
# own frequencies. Each word fits the old text, and they do not fit each other.
#
# ### A BERT that can be seen through
#
# Do BERT's guesses belong to one distribution? Nothing in its training makes them. With a real one
# nobody can check, there are too many texts. So here is a BERT for sentences of three words, of
# nine: 729 texts in all. We know what it learns from, we can write down its whole chain, and run
# it.

# %%
from zen_transformer.models.bert import BertForMaskedLM
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
CLS, SEP, MASK, FIRST_WORD = 2, 3, 4, 5
NINE = ["old", "wild", "dry", "sea", "ship", "desert", "sleeps", "sails", "burns"]
pair_1 = np.array([[4, 4, 2], [8, 1, 1], [1, 1, 8]])  # which adjective with which noun
pair_2 = np.array([[6, 1, 2], [2, 9, 2], [2, 1, 8]])  # which noun with which verb
language = pair_1[:, :, None] * pair_2[None]
language = language / language.sum()
small = WordPieceTokenizer(SPECIAL + NINE)
shape = BertConfig(
    vocab_size=len(small.vocabulary),
    hidden_size=32,
    num_hidden_layers=1,
    num_attention_heads=4,
    intermediate_size=64,
    max_position_embeddings=5,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
    initializer_range=0.1,
)
bert = BertForMaskedLM(shape, rngs=nnx.Rngs(0))
bert_graph, bert_state = nnx.split(bert)


def as_text(words):
    """[CLS] three words [SEP], of numbers from 0 to 8."""
    ids = np.full((len(words), 5), CLS)
    ids[:, 1:4], ids[:, 4] = words + FIRST_WORD, SEP
    return ids


@jax.jit
def guesses(parameters, ids, places):
    """log p over all pieces at one masked place of each text, [texts, vocab]."""
    masked = ids.at[jnp.arange(len(ids)), places].set(MASK)
    output = nnx.merge(bert_graph, parameters)(masked, masked_positions=places[:, None])
    return jax.nn.log_softmax(output.logits[:, 0])


def bert_loss(parameters, ids, places):
    hidden_pieces = ids[jnp.arange(len(ids)), places]
    return -jnp.mean(guesses(parameters, ids, places)[jnp.arange(len(ids)), hidden_pieces])


BERT_STEPS = 10 if SHORT else 400
optimizer = make_optimizer(OptimizerConfig(learning_rate=1e-2, weight_decay=0.0), BERT_STEPS)


@jax.jit
def bert_step(parameters, memory, ids, places):
    gradient = jax.grad(bert_loss)(parameters, ids, places)
    change, memory = optimizer.update(gradient, memory, parameters)
    return jax.tree.map(jnp.add, parameters, change), memory


bert_parameters = nnx.to_pure_dict(bert_state)
memory, rng = optimizer.init(bert_parameters), np.random.default_rng(0)
for _ in range(BERT_STEPS):
    sentences = np.stack(np.unravel_index(rng.choice(27, 128, p=language.ravel()), (3, 3, 3)), 1)
    ids = as_text(sentences + np.array([0, 3, 6]))
    bert_parameters, memory = bert_step(
        bert_parameters, memory, jnp.array(ids), jnp.array(rng.integers(1, 4, 128))
    )
nnx.update(bert, bert_parameters)

# %% [markdown]
# Drawing one place anew is a matrix, `[729, 729]`: from each text to each text that differs there
# alone, with BERT's probability of the new word. A sweep is the product of three of them, and what
# the texts become in the long run is the distribution that a sweep leaves as it is.

# %%
every = np.array(list(product(range(9), repeat=3)))  # all texts, [729, 3]
draw_anew = []
for place in range(3):
    log_p = guesses(bert_parameters, jnp.array(as_text(every)), jnp.full(729, place + 1))
    p = np.exp(np.array(log_p, float)[:, FIRST_WORD:])
    p = p / p.sum(axis=1, keepdims=True)  # special tokens are never drawn
    matrix = np.zeros((729, 729))
    for word in range(9):
        changed_text = every.copy()
        changed_text[:, place] = word
        matrix[np.arange(729), changed_text @ [81, 9, 1]] = p[:, word]
    draw_anew.append(matrix)


def in_the_long_run(sweep, sweeps=50):
    now = np.full(729, 1 / 729)
    for _ in range(sweeps):
        now = now @ sweep
    return now


def distance(one, other):
    """Total variation: how much probability lies at other texts, from 0 to 1."""
    return float(np.abs(one - other).sum() / 2)


truth = np.zeros((9, 9, 9))
truth[:3, 3:6, 6:] = language
truth = truth.ravel()
a, b, c = draw_anew
onward, backward = in_the_long_run(a @ b @ c), in_the_long_run(c @ b @ a)
print(f"the language and the chain, left to right: {distance(truth, onward):.3f} apart")
print(f"the chain left to right and right to left: {distance(onward, backward):.3f} apart")
assert SHORT or 0.005 < distance(truth, onward) < 0.12
assert SHORT or 0.002 < distance(onward, backward) < 0.1

# %% [markdown]
# The chain gives the language that BERT has learnt from, but for a few hundredths of the
# probability. And it depends on the *order* of the places: drawn from right to left, the same BERT
# writes texts with other frequencies. So its guesses are not those of any one distribution; there
# is none. What one gets is the chain's own, which is near to it for a BERT that guesses well.
#
# The library's `GibbsSampler` is the same chain for any BERT. Two thousand texts, each with a seed
# of its own, against the exact chain; and one of them sweep by sweep:

# %%
from zen_transformer.generation.gibbs import GibbsSampler, by_sweep

sampler = GibbsSampler(bert, small)
ROWS, SWEEPS = (100, 2) if SHORT else (2000, 8)
begun = np.array([CLS, MASK, MASK, MASK, SEP])
frames = sampler.frames(begun, sweeps=SWEEPS, seeds=range(ROWS), order="left-to-right")
seen = list(by_sweep(frames, 3))
last = seen[-1].token_ids[:, 1:4] - FIRST_WORD
frequency = np.bincount(last @ [81, 9, 1], minlength=729) / ROWS
by_chance = np.random.default_rng(0).multinomial(ROWS, onward, 50) / ROWS
expected = np.mean([distance(one, onward) for one in by_chance])
print(f"{ROWS} texts and the exact chain: {distance(frequency, onward):.3f} apart")
print(f"as many drawn from the chain itself: {expected:.3f} apart")
assert SHORT or distance(frequency, onward) < expected + 0.03

# %%
from zen_transformer.generation.art.canvas import save_picture
from zen_transformer.generation.art.pictures import Shot, film

row = 3
shots = []
for one in seen:
    pieces = [small.vocabulary[token] for token in one.token_ids[row, 1:4]]
    shots.append(Shot(pieces, one.surprise[row, 1:4], one.changed[row, 1:4]))
_, png = save_picture(film(shots), Path(workplace.name), "film")
image = plt.imread(png)
figure = plt.figure(figsize=(4.5, 4.5 * image.shape[0] / image.shape[1]))
axes = figure.add_axes((0, 0, 1, 1))
axes.imshow(image)
axes.axis("off")
plt.show()

# %% [markdown]
# *One text after each of eight sweeps. What was changed has a blot, the larger the more it
# surprised; what was drawn as it was before is grey.*

# %%
figure, panels = plt.subplots(
    1, 3, figsize=(10, 3.1), layout="constrained", width_ratios=[1.3, 1, 1]
)
for (name, values), colour, marker in zip(apart.items(), (BLUE, ORANGE), "os", strict=True):
    panels[0].plot(values, marker + "-", color=colour, ms=4, label=name)
panels[0].set(xlabel="sweeps", ylabel="distance from the truth", title="New York, Los Angeles")
panels[0].legend(frameon=False)
in_language = truth > 0
for axes, other, name in (
    (panels[1], onward, "BERT's chain, left to right"),
    (panels[2], frequency, f"{ROWS} sampled texts"),
):
    axes.plot([0, 0.22], [0, 0.22], color="0.8", zorder=0)
    axes.plot(truth[in_language], other[in_language], "o", color=BLUE, ms=4)
    axes.set(xlabel="frequency in the language", title=name)
panels[1].set_ylabel("frequency")
plt.show()

# %% [markdown]
# *Left: how far the texts are from the distribution that they should have. Middle and right: each
# point is one of the 27 sentences of the language.*
#
# With a real BERT it is
# `zen-transformer gibbs "the film was [MASK] [MASK] and [MASK] ." --sweeps 10`. Two mistakes are made
# in it. If the place is not *masked* before BERT looks, it sees the old word and says it again: the
# text freezes. And special tokens have to be taken out, or the sentence fills up with `[MASK]`
# itself.

# %% [markdown]
# ## Which is the better one?
#
# So far all texts that the model may write are drawn as it pleases, and some are taken out. Now
# somebody judges: of two texts this one is better. That can be a person or, here, so that it runs
# by itself and can be measured, a **score**. Ours says how near a verse comes to one line of eight
# syllables: the mean of *smaller / larger* for the number of lines and for that of syllables. A
# verse of 16 syllables has $(1 + 8/16) / 2 = 0.75$. Verses of the Bible have about thirty.

# %%
from zen_transformer.evaluation.ranking import FormScorer, divergence_of_best, expected_best

EIGHT = Form(syllables=(8,))
score = FormScorer(EIGHT)
verse = "Jesus wept, and all the people said unto him, Amen, Amen."
print(f"{score([verse])[0]:.2f} for a verse of {min(count_syllables(verse))} syllables")
assert score(["In the beginning God made light"]) == [1.0]
assert min(count_syllables(verse)) == 16 and score([verse]) == [0.75]
verses = [line for book in corpus.held_out for line in book.text.split("\n") if line]
verses = [line for line in verses[::20] if line.isascii()]  # how æ sounds is not known
usual = np.mean([min(count_syllables(line)) for line in verses])
print(f"a verse of the held-out books: {usual:.0f} syllables in the mean")
assert SHORT or abs(usual - 30.5) < 1

# %% [markdown]
# ### The best of n
#
# The simplest use of a judge: draw $n$ texts, keep the best. The model stays as it is; the price is
# $n$ texts for one. By hand, two texts that are equally likely, one better than the other. Of two
# draws the better one is kept unless both are the worse: $3/4$ and $1/4$, where the model has $1/2$
# and $1/2$. How far is that from the model? Measured by the **Kullback–Leibler divergence**,
#
# $$\text{KL}(q \,\|\, p) = \sum_y q(y) \ln \frac{q(y)}{p(y)} = \tfrac34 \ln \tfrac{3/4}{1/2} + \tfrac14 \ln \tfrac{1/4}{1/2} = 0.13 \text{ nats}$$
#
# If no two of the texts are equally good, and each is rare, the best of $n$ is
#
# $$\text{KL} = \ln n - \frac{n - 1}{n}$$
#
# from the model, 0.19 for $n = 2$, whatever the score is (Stiennon et al. 2020; in general it is at
# most that, Beirami et al. 2024). Sixteen texts buy 1.84 nats. It grows with the logarithm: best of
# $n$ cannot go far.


# %%
def best_of_equals(texts, n):
    """With how many of all that are equally likely, each better than the last: q, and its KL."""
    q = np.diff(
        (np.arange(texts + 1) / texts) ** n
    )  # the best is number k: all are ≤ k, not all < k
    return q, float(np.sum(q * np.log(q * texts)))


q, divergence = best_of_equals(2, 2)
print(q, f"KL {divergence:.3f}, at most {divergence_of_best(2):.3f}")
assert np.allclose(q, [1 / 4, 3 / 4]) and abs(divergence - 0.131) < 0.001
for n in (2, 4, 16):
    many = best_of_equals(10_000, n)[1]
    print(
        f"n = {n:2}: of 10,000 texts {many:.3f}, ln n − (n − 1) / n = {divergence_of_best(n):.3f}"
    )
    assert divergence < divergence_of_best(2) and abs(many - divergence_of_best(n)) < 0.01

# %% [markdown]
# ### Choices
#
# What a judge prefers can also be *learnt* by the model. First choices are kept: two texts to each
# of 320 beginnings of verses, and which one was better. `zen-transformer choose` asks a person on
# the terminal; with `--by form` the score chooses. Each choice is a line of a file, written before
# the next is asked for.

# %%
from zen_transformer.commands.choose import ChoosingConfig, choose
from zen_transformer.data.preferences import decisive, read_preferences
from zen_transformer.inference.completions import CompletionConfig, complete, draw_prompts
from zen_transformer.tasks.preference.settings import PreferenceConfig

path = Path(workplace.name) / "choices.jsonl"
writing = CompletionConfig(max_new_tokens=12 if SHORT else 60)
with redirect_stdout(io.StringIO()):
    choosing = ChoosingConfig(by="form", form=EIGHT, pairs=32 if SHORT else 320)
    choose(model=run, choices=path, choosing=choosing, writing=writing)
choices = decisive(read_preferences(path))
print(path.read_text("utf-8").splitlines()[0])
print(f"{len(choices)} choices prefer one of their texts")

# %% [markdown]
# ### From choices to a loss
#
# **DPO**, direct preference optimization (Rafailov et al. 2023), makes a loss of them. $\pi$ is the
# model that learns, $\pi_\text{ref}$ the one that it was. The logarithm of an answer's probability
# is a sum over its tokens, the prompt's left out:
#
# $$\log \pi(y \mid x) = \sum_t \log p(y_t \mid x, y_1 \dots y_{t-1})$$
#
# An answer's **reward** is how much likelier it has become, and the loss is that of a yes-or-no
# question (lesson 06): is the preferred answer, $y_w$, the one with the larger reward?
#
# $$r(y) = \beta \left(\log \pi(y \mid x) - \log \pi_\text{ref}(y \mid x)\right) \qquad
# m = r(y_w) - r(y_l) \qquad L = -\log \sigma(m)$$
#
# with $\sigma(m) = 1 / (1 + e^{-m})$. Its gradient, since $\frac{d}{dm} (-\log \sigma(m)) =
# -\sigma(-m)$:
#
# $$\frac{\partial L}{\partial \log \pi(y_w)} = -\beta\, \sigma(-m) \qquad
# \frac{\partial L}{\partial \log \pi(y_l)} = +\beta\, \sigma(-m)$$
#
# The preferred answer is pushed up, the other one down, with the same force, $\beta\, \sigma(-m)$.
# It is $\beta / 2$ at the beginning and fades as the pair comes into order.
#
# By hand, $\beta = 1$. Both answers had the probability 1/16; now the preferred one has 1/8 and the
# other one 1/32. Then $r(y_w) = \ln 2$, $r(y_l) = -\ln 2$, $m = \ln 4$, $\sigma(m) = 4/5$, $L = \ln
# 1.25 = 0.22$, and the force is $1/5$. With equal models $m = 0$ and $L = \ln 2$, whatever the
# answers are.


# %%
def dpo(log_pi, log_ref, beta):
    """The loss of a pair; of each model log π of the preferred answer and of the other one."""
    rewards = beta * (log_pi - log_ref)
    return jnp.logaddexp(0.0, -(rewards[0] - rewards[1]))  # −log σ(m)


log_ref, log_pi = jnp.log(jnp.array([1 / 16, 1 / 16])), jnp.log(jnp.array([1 / 8, 1 / 32]))
loss, force = jax.value_and_grad(dpo)(log_pi, log_ref, 1.0)
equal, at_first = jax.value_and_grad(dpo)(log_ref, log_ref, 1.0)
print(f"loss {loss:.3f}, gradient {force};  equal models: {equal:.3f}, {at_first}")
assert abs(loss - np.log(1.25)) < 1e-5 and np.allclose(force, [-0.2, 0.2], atol=1e-5)
assert abs(equal - np.log(2)) < 1e-6 and np.allclose(at_first, [-0.5, 0.5])

# %% [markdown]
# Where do these rewards come from? The best that can be done for a reward $r$, if each nat of
# distance from $\pi_\text{ref}$ costs $\beta$, is $\pi(y) \propto \pi_\text{ref}(y)\, e^{r(y) /
# \beta}$. Solved for $r$ it is the reward above, but for a constant that cancels in $m$ (their
# section 4). So DPO fits a reward to the choices and is itself the model that is best for it.
#
# Now with texts. Our own $\log \pi(y \mid x)$ for both answers of the first pairs, with a model
# that is not quite the reference any more, against the library's:

# %%
from zen_transformer.objectives.preference import PreferenceObjective, preference_batch
from zen_transformer.tasks.preference.job import PreferenceJob, split_choices, token_pairs

to_learn, to_test = (token_pairs(part, tokenizer) for part in split_choices(choices, 0.1))
BETA = 0.1
moved = jax.tree.map(lambda leaf: 1.01 * leaf, parameters)


def log_pi(parameters, pair):
    """Σ log p of the tokens of both answers; the first is asked for behind the prompt's last."""
    answers = [[*pair.prompt, *answer] for answer in (pair.chosen, pair.rejected)]
    return jnp.stack([p[len(pair.prompt) - 1 :].sum() for p in log_p_of(parameters, answers)])


own_losses = []
for pair in to_learn[:3]:
    both = [log_pi(which, pair) for which in (moved, parameters)]
    own_losses.append(float(dpo(*both, BETA)))

objective = PreferenceObjective(graph, beta=BETA)
batch = jax.tree.map(
    jnp.asarray, preference_batch(to_learn[:3], width=network.config.n_positions - 1)
)
batch |= {"reference": jax.jit(objective.log_probabilities)(parameters, batch)}
total, count = jax.jit(objective)(moved, batch, None)[0]["dpo_loss"]
print(f"three pairs: ours {np.mean(own_losses):.5f}, the library's {total / count:.5f}")
assert abs(np.mean(own_losses) - total / count) < 1e-4

# %% [markdown]
# ### Sixty steps
#
# With lesson 10's step we train on nine tenths of the choices. Scored is what the model writes to
# *held-out* beginnings, of books that it has not read and prompts that are in no choice. Beside the
# score we measure what it costs: how far the model has gone from the reference, $\text{KL}(\pi
# \,\|\, \pi_\text{ref})$, as the mean of $\log \pi - \log \pi_\text{ref}$ over texts that $\pi$
# wrote; and the perplexity of the held-out books.

# %%
from zen_transformer.training.loop import evaluate
from zen_transformer.training.step import init_state, make_step

DPO_STEPS, PROMPTS, EACH = (2, 4, 2) if SHORT else (60, 20, 16)
known = {choice.prompt for choice in choices}
test_prompts = draw_prompts(corpus.held_out, writing.words, PROMPTS, seed=0, exclude=known)
test_prompts = [prompt for prompt in test_prompts for _ in range(EACH)]
config = PreferenceConfig(steps=DPO_STEPS, batch_tokens=4096, beta=BETA, evaluation_batches=8)
job = PreferenceJob(network, config, 0, to_learn, to_test, testing)


optimizer = make_optimizer(OptimizerConfig(learning_rate=1e-4, weight_decay=0.0), DPO_STEPS)
step = jax.jit(make_step(job.objective, optimizer))
tuned_generator = Generator(network, [tokenizer.eos_id])  # its parameters are exchanged below
some_text = testing.in_order(job.text_length, 32)[: 1 if SHORT else 12]


def tuned(change=dict):
    """The parameters after the steps, and the loss of each."""
    state, losses = init_state(jax.tree.map(jnp.array, parameters), optimizer), []
    for number in range(DPO_STEPS):
        batch = change(job.rows(number, range(job.pairs)))
        state, metrics = step(state, batch, jax.random.key(0))
        losses.append(float(metrics["dpo_loss"]))
    return state.parameters, losses


def judged(of_model):
    """The texts of a model to the held-out prompts, and what is to be said of it."""
    tuned_generator.parameters = of_model
    completions = complete(tuned_generator, tokenizer, test_prompts, writing, 0)
    scores = np.array(
        score([prompt + text for prompt, text in zip(test_prompts, completions, strict=True)])
    )
    starts = [tokenizer.text_ids(prompt) for prompt in test_prompts]
    wholes = [s + tokenizer.text_ids(text) for s, text in zip(starts, completions, strict=True)]
    both = (log_p_of(which, wholes) for which in (of_model, parameters))
    gained = [(a - b)[len(s) - 1 :].sum() for s, a, b in zip(starts, *both, strict=True)]
    loss = evaluate(job.of_text, of_model, some_text, jax.random.key(0))["lm_loss"]
    return {
        "texts": completions,
        "scores": scores.reshape(PROMPTS, EACH),
        "KL": float(np.mean(gained)),
        "perplexity": float(np.exp(loss)),
    }


after, losses = tuned()
models = {"before": judged(parameters), "after": judged(after)}
for name, figures in models.items():
    print(
        f"{name:7} score {figures['scores'].mean():.3f}, {figures['KL']:.1f} nats away, "
        f"perplexity of held-out books {figures['perplexity']:.1f}"
    )
    for place in range(3):
        print("      ", (test_prompts[EACH * place] + figures["texts"][EACH * place]).strip())
print(f"the loss: {losses[0]:.3f} in the first step, {np.mean(losses[-10:]):.3f} in the last ten")
assert abs(losses[0] - np.log(2)) < 1e-3

# %% [markdown]
# ### With the sign exchanged
#
# The mistake of mistakes is to exchange the two answers: in the file, in the batch, or in the
# margin. The loss falls as it should. It asks the wrong question, and answers it.

# %%
ANSWERED = {"input_ids", "attention_mask", "labels", "reference"}


def exchanged(batch):
    """The answer that was not preferred first."""
    return {name: v[:, ::-1] if name in ANSWERED else v for name, v in batch.items()}


wrong, wrong_losses = tuned(exchanged)
models["signs exchanged"] = judged(wrong)
for name, figures in models.items():
    print(f"{name:15} score {figures['scores'].mean():.3f}, perplexity {figures['perplexity']:.1f}")
print(
    f"its loss: {wrong_losses[0]:.3f} in the first step, {np.mean(wrong_losses[-10:]):.3f} at the end"
)

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10.5, 3.2), layout="constrained")
counts = [n for n in (1, 2, 4, 8, 16) if n <= EACH]
best = [
    np.mean([expected_best(of_prompt, n) for of_prompt in models["before"]["scores"]])
    for n in counts
]
nats = [divergence_of_best(n) for n in counts]
left.plot(nats, best, "o-", color=BLUE, label="best of n, before")
for n, x, y in zip(counts, nats, best, strict=True):
    left.annotate(f"n = {n}", (x, y), (7, -4), textcoords="offset points", fontsize=8, color="0.35")
place = models["after"]["KL"], models["after"]["scores"].mean()
left.plot(*place, "s", color=ORANGE, ms=8, label="one text, after DPO")
left.set(xlabel="nats from the model before", ylabel="score")
left.legend(frameon=False, loc="lower right", fontsize=9)
middle.plot(losses, color=BLUE, label="right")
middle.plot(wrong_losses, "--", color=ORANGE, label="exchanged")
middle.axhline(np.log(2), color="black", ls=":", lw=1)
middle.text(DPO_STEPS, np.log(2), "log 2", ha="right", va="bottom")
middle.set(xlabel="step", ylabel="loss")
middle.legend(frameon=False, fontsize=9)
lines = dict.fromkeys(models)
for (name, figures), colour, style in zip(models.items(), ("0.4", BLUE, ORANGE), (":", "-", "--"), strict=True):  # fmt: skip
    syllables_of = [len(tokenizer.text_ids(text)) for text in figures["texts"]]
    lines[name] = float(np.mean(syllables_of))
    right.hist(
        syllables_of, bins=np.arange(0, 62, 3), histtype="step", color=colour, ls=style, lw=1.6,
        label=name,
    )  # fmt: skip
right.set(xlabel="tokens that were written", ylabel="texts")
right.legend(frameon=False, fontsize=9)
plt.show()
print({name: f"{mean:.0f} tokens a text" for name, mean in lines.items()})

# %% [markdown]
# *Left: score and distance. Middle: the loss, with the sign right and exchanged. Right: how long
# the texts are, to held-out beginnings of three words.*
#
# The score rises from about 0.70 to 0.86, with beginnings that the model has never seen: it has
# learnt to stop. Nine tokens are written where it was 26. What does that cost? The model is more
# than a nat away from what it was, and the held-out books have become a little less likely to it.
# The best of eight texts scores about the same at about the same distance, and nothing had to be
# trained; but it writes eight texts for one, every time. And the score is not the wish behind it. A
# verse that stops in the middle of a sentence scores as well as one that says something in eight
# syllables, so that is what comes, too. With twice the learning rate it goes much further away for
# hardly more score: try it.
#
# With the sign exchanged the loss falls as well, and nothing about the curve is odd. What gives it
# away is the score of what is written, or a look at three texts before and after: they go on for as
# long as they may.

# %%
if not SHORT:
    was, now, other = (models[name] for name in ("before", "after", "signs exchanged"))
    assert abs(was["scores"].mean() - 0.70) < 0.05 and abs(now["scores"].mean() - 0.86) < 0.06
    assert other["scores"].mean() < was["scores"].mean() - 0.04
    assert 0.5 < now["KL"] < 3.5 and was["perplexity"] < now["perplexity"] < 1.3 * was["perplexity"]
    assert lines["after"] < 0.6 * lines["before"] < 0.6 * lines["signs exchanged"]
    assert np.mean(wrong_losses[-10:]) < np.log(2) - 0.1
    assert best[2] < now["scores"].mean() + 0.04

# %% [markdown]
# ### Sum or mean
#
# Another mistake is quieter: the *mean* of $\log p$ per token for the sum. Then a long answer
# counts as much as a short one, token by token, and rewards are smaller by the answers' lengths, as
# if $\beta$ were. And one that is often feared does nothing: if the prompt's tokens are left in,
# they are the same in both texts and cancel in $m$, exactly. (Not if the mean is taken, for the
# lengths differ; and padding never cancels.)

# %%
pair = max(to_learn, key=lambda one: abs(len(one.chosen) - len(one.rejected)))


def margin_of(prompt_too, mean):
    """m of one pair, with the prompt's tokens in it or not, and as a mean or not."""
    rewards = []
    for answer in (pair.chosen, pair.rejected):
        whole = [[*pair.prompt, *answer]]
        new, old = (log_p_of(which, whole)[0] for which in (after, parameters))
        gained = (new - old)[0 if prompt_too else len(pair.prompt) - 1 :]
        rewards.append(BETA * (gained.mean() if mean else gained.sum()))
    return rewards[0] - rewards[1]


margins = {(p, m): margin_of(p, m) for p, m in product((False, True), repeat=2)}
print(f"answers of {len(pair.chosen)} and {len(pair.rejected)} tokens")
for (prompt_too, mean), margin in margins.items():
    print(
        f"{'mean' if mean else 'sum '} {'with' if prompt_too else 'without'} the prompt: {margin:.4f}"
    )
assert abs(margins[False, False] - margins[True, False]) < 1e-3
assert SHORT or abs(margins[False, True] - margins[True, True]) > 1e-4
assert SHORT or abs(margins[False, True]) < 0.3 * abs(margins[False, False])

# %% [markdown]
# ## Pictures of what was computed
#
# While the model reads a text it computes thousands of numbers. They can be drawn, and the rule of
# this section is that *nothing else* is: no random flourish, no picture chosen because it suits the
# words. Then a picture says something, if not in words.
#
# | picture | what is drawn | what it is made of |
# |---|---|---|
# | rosette | a chord from word to word | a weight of attention above 0.07, the mean of a block's heads; its breadth the weight, its colour the block |
# | | the dot at a word | its surprise |
# | stroke | where the brush goes | the last hidden states, in the four directions in which they differ most; two movements a word |
# | | how broad the brush is | the surprise |
# | ink | a blot below each word | its size the surprise, its rim the hidden state |
#
# The surprise of a word is the sum over its tokens, since their probabilities multiply. By our own
# pass from the beginning of this lesson, in nats:

# %%
from zen_transformer.generation.art.pictures import ink, rosette, save_pictures
from zen_transformer.generation.art.reading import read, word_by_word

POEM = FIRST + "And the sea" if SHORT else couplet
seen = read(network, tokenizer, POEM)
words = word_by_word(seen)
surprise = np.append(
    0, -log_p_of(parameters, [tokenizer.text_ids(POEM)])[0]
)  # of the first: nothing
ends = np.cumsum([len(token) for token in seen.tokens])
starts = ends - [len(token.lstrip()) for token in seen.tokens]
no_blank = [bool(token.strip()) for token in seen.tokens]  # a line's end belongs to no word
word_at = np.cumsum([letter.isspace() for letter in POEM])
by_word = np.bincount(word_at[starts[no_blank]], weights=surprise[no_blank])
for word, value in list(zip(words.words, by_word, strict=True))[1:9]:
    print(f"{word:12} {value:5.1f} nats  {'█' * int(2 * value)}")
assert np.allclose(by_word, words.surprise, atol=1e-2)

# %% [markdown]
# And do the pictures keep to the rule? In the ink, a blot has the radius $3 + 33\, s^{1.2}$ points,
# with $s$ the word's share of the largest surprise; its rim strays from that circle by waves, which
# have the mean 0. In the rosette there are as many chords as weights above 0.07. We take the
# pictures apart and count.

# %%
blots = ink(seen).axes[0].patches[::5]  # five layers each; the first is the whole blot
radii = []
for blot in blots:
    rim = blot.get_xy()[:-1]  # closed: the last point is the first
    radii.append(np.hypot(*(rim - rim.mean(axis=0)).T).mean())
share = words.surprise / words.surprise.max()
print("radius of the blots, drawn:  ", np.round(radii[:6], 1))
print("radius of the blots, meant:  ", np.round(3 + 33 * share[:6] ** 1.2, 1))
assert np.allclose(radii, 3 + 33 * share**1.2, rtol=0.03)

others = ~np.eye(len(words.words), dtype=bool)
strong = int(np.sum((words.attentions > 0.07) & others))
figure = rosette(seen)
chords = [patch for patch in figure.axes[0].patches if type(patch).__name__ == "Polygon"]
print(f"{len(chords)} chords, {strong} weights above 0.07")
assert len(chords) == strong

folder = Path(workplace.name) / "pictures"
pictures = save_pictures(seen, folder, ("rosette", "stroke", "ink"))
images = {path.stem: plt.imread(path) for path in pictures if path.suffix == ".png"}
heights = [images[name].shape[0] for name in ("stroke", "ink")]
ratio = images["ink"].shape[1] / sum(heights)  # so that both sides are equally high
figure = plt.figure(figsize=(10, 10 / (1 + ratio)))
grid = figure.add_gridspec(
    2, 2, width_ratios=[1, ratio], height_ratios=heights, wspace=0.02, hspace=0.03
)
for name, where in (("rosette", grid[:, 0]), ("stroke", grid[0, 1]), ("ink", grid[1, 1])):
    axes = figure.add_subplot(where)
    axes.imshow(images[name])
    axes.axis("off")
figure.subplots_adjust(0, 0, 1, 1)
plt.show()

# %% [markdown]
# *The same two lines three times: what looks at what, the hidden states as handwriting, and the
# surprise as ink.*
#
# Nothing is drawn at random, so the same text and the same model give the same picture, to the
# byte. And the same seed gives the same text. So picture and poem are a result that somebody else
# can get again: `zen-transformer art` writes the numbers beside its pictures.


# %%
def fingerprint(text):
    """Of the three pictures of a text, each as SVG and PNG."""
    paths = save_pictures(read(network, tokenizer, text), folder, ("rosette", "stroke", "ink"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]


first_seed = {"max_new_tokens": 12, "seeds": [7]}
again = [
    tokenizer.decode(generator.generate([prompts[0]], Sampling(top_p=0.9), **first_seed)[0])
    for _ in range(2)
]
assert again[0] == again[1]
prints = [fingerprint(text) for text in (POEM, POEM, POEM.replace("And", "For", 1))]
print("the poem, again, and with another first word:", *prints)
assert prints[0] == prints[1] != prints[2] or "And" not in POEM

# %% [markdown]
# ## Beside HuggingFace
#
# The rules that bend a distribution are HuggingFace's *logits processors* and *warpers*. With the
# same logits, the same tokens written, and one after the other in HuggingFace's order: penalty,
# n-grams, temperature, top-k, top-p, min-p.

# %%
if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    from transformers.generation import logits_process as hf

    steps = {
        "repetition penalty": (
            hf.RepetitionPenaltyLogitsProcessor(1.3),
            lambda z, text: penalised(z, text, 1.3),
        ),
        "no repeated pair": (
            hf.NoRepeatNGramLogitsProcessor(2),
            lambda z, text: no_repeat(z, text, 2),
        ),
        "temperature": (hf.TemperatureLogitsWarper(0.8), lambda z, text: z / 0.8),
        "top-k": (hf.TopKLogitsWarper(30), lambda z, text: top_k(z, 30)),
        "top-p": (hf.TopPLogitsWarper(0.9), lambda z, text: top_p(z, 0.9)),
        "min-p": (hf.MinPLogitsWarper(0.05), lambda z, text: min_p(z, 0.05)),
    }
    ours, theirs = some.copy(), torch.tensor(some)
    for name, (processor, rule) in steps.items():
        ours = np.array([rule(z, text) for z, text in zip(ours, before.tolist(), strict=True)])
        theirs = processor(torch.tensor(before), theirs)
        assert np.array_equal(np.isinf(ours), np.isinf(theirs.numpy()))
        left_over = np.isfinite(ours)
        apart_by = np.abs(ours[left_over] - theirs.numpy()[left_over]).max()
        print(
            f"{name:18} {left_over.sum(axis=1).mean():4.1f} tokens may come, {apart_by:.0e} apart"
        )
        assert apart_by < 1e-9
else:
    print("torch or transformers is not installed: this check is left out")

# %% [markdown]
# ## Exercises
#
# | exercise | what is to be written | points |
# |---|---|---|
# | `repetition_penalty` | what was said before becomes less likely, of either sign | 2 |
# | `longest_overlap` | how much of a text is copied in one piece | 3 |
# | `form_filter` | a line that keeps its syllables, prompt and dead ends included | 3 |
# | `gibbs_sweep` | mask, look, draw, write, place by place | 3 |
# | `preference_loss` | DPO, of whole answers and of nothing else | 3 |
#
# `zen-transformer assignment 18 my_work/` makes a folder with them, and
# `zen-transformer grade my_work/` says what is right, and of what is wrong, why.
#
# ## Where to read on
#
# - Holtzman et al. 2020, *The curious case of neural text degeneration*, sections 3 and 4; Nguyen
#   et al. 2024, *Turning up the heat*, for min-p; Keskar et al. 2019, section 4.1, for the penalty.
# - Caccia et al. 2020, *Language GANs falling short*, section 3: quality against diversity, over
#   the temperature. Hashimoto et al. 2019, *Unifying human and statistical evaluation*: why both.
# - Wang & Cho 2019, *BERT has a mouth, and it must speak*, with its correction; Goyal et al. 2022,
#   *Exposing the implicit energy networks behind masked language models*, section 3.
# - Rafailov et al. 2023, *Direct preference optimization*, sections 4 and 5; Gao et al. 2023,
#   *Scaling laws for reward model overoptimization*, section 3, for what happens if one goes on.
# - With a larger model: `zen-transformer compare-sampling`,
#   `generate "Zion" --form.acrostic ZEN`, `gibbs`, `choose`, `prefer` and `art`; poems and pictures
#   made with them are in `docs/poems/`.
# - `zen_transformer/generation/`: `sampling.py`, `gibbs.py`, `constraints/`, `art/`;
#   `evaluation/`: `diversity.py`, `quality.py`, `ranking.py`; `objectives/preference.py`.
