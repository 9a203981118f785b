"""Texts that an encoder–decoder generates, and which word of the source each word came from."""

from collections.abc import Sequence

import numpy as np

from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.sampling import Sampling
from zen_transformer.generation.seq2seq import Seq2SeqGenerator
from zen_transformer.inference.decoding import DecodingConfig, TokenLimit, generate_rows
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.runs.memory import check_texts
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.wordpiece import Piece

TEXTS_AT_ONCE = 32
START_LENGTH = 1
"""Number of tokens of a target before it is generated."""


def generate_targets(
    generator: Seq2SeqGenerator,
    sources: Sequence[list[int]],
    tokenizer: Tokenizer,
    *,
    max_new_tokens: int,
    beams: int = 1,
) -> list[str]:
    """Generate the likeliest text of each source, those of like length together.

    Args:
        generator: of the model.
        sources: ids of the texts to read, each with its END.
        tokenizer: of the model.
        max_new_tokens: maximum number of tokens to generate.
        beams: beams of the search; 1 takes the likeliest token each time.
    """
    end = tokenizer.eos_id
    check_texts(generator.model.config.decoder, beams, max_new_tokens)
    order = np.argsort([len(source) for source in sources], kind="stable").tolist()
    targets = [""] * len(sources)
    for at in range(0, len(order), TEXTS_AT_ONCE):
        places = order[at : at + TEXTS_AT_ONCE]
        # The last few are filled up, so that no other program has to be compiled for them.
        batch = [sources[place] for place in places]
        batch += [[end]] * (min(TEXTS_AT_ONCE, len(sources)) - len(batch))
        if beams == 1:
            greedy = Sampling(do_sample=False)
            ids = generator.generate(batch, greedy, max_new_tokens=max_new_tokens)
        else:
            search = BeamSearch(
                num_beams=beams,
                max_new_tokens=max_new_tokens,
                eos_token_ids=(end,),
                pad_token_id=tokenizer.pad_id,
            )
            ids = np.asarray(generator.beam_search(batch, search).token_ids[:, 0]).tolist()
        for place, text in zip(places, ids, strict=False):
            targets[place] = tokenizer.decode(text)
    return targets


def target_generator(
    network: EncoderDecoderForConditionalGeneration, tokenizer: Tokenizer, config: DecodingConfig
) -> Seq2SeqGenerator:
    """Make the generator of targets, whose compiled steps serve for many of them."""
    ends = config.ends(tokenizer.eos_id, tokenizer.vocab_size)
    return Seq2SeqGenerator(network, ends, pieces=tokenizer.vocab_size)


def generate_target(
    generator: Seq2SeqGenerator,
    tokenizer: Tokenizer,
    source: str,
    config: DecodingConfig,
) -> str:
    """Generate the target of one source, the best one where several are found. It stops where the
    model's positions end; a line on standard error says so, where more tokens were asked for.

    Raises:
        UserError: the source is longer than the model has positions.
    """
    positions = generator.model.config.max_position_embeddings
    limit = TokenLimit(config.new_tokens(START_LENGTH, positions, positions), room=positions)
    check_texts(generator.model.config.decoder, max(1, config.beams), limit.tokens)
    (ids,) = generate_rows(
        generator,
        [*tokenizer.text_ids(source), tokenizer.eos_id],
        config,
        count=1,
        max_new_tokens=limit.tokens,
        padding=tokenizer.pad_id,
    )
    limit.tell_if_cut([ids], generator.eos_token_ids)
    return tokenizer.decode(ids)


def word_attention(
    network: EncoderDecoderForConditionalGeneration, tokenizer: Tokenizer, source: str, target: str
) -> tuple[np.ndarray, tuple[list[str], list[str]]]:
    """How much each word of the target attended to each word of the source, as `[target words,
    source words]`, and the words of both, the source's first.

    The mean over all heads of all blocks, of the weights that lie on words. A word's pieces are
    added up where they are attended to, and their mean is taken where they attend.
    """
    sides = [tokenizer.pieces(text) for text in (source, target)]
    texts = source, target
    ids = [[piece.id for piece in pieces] for pieces in sides]
    output = network(
        np.array([[*ids[0], tokenizer.eos_id]]),
        np.array([[tokenizer.bos_id, *ids[1][:-1]]]),
        output_attentions=True,
    )
    layers = [np.asarray(of_block)[0] for of_block in output.cross_attentions or ()]
    weights = np.mean(layers, axis=(0, 1))[:, : len(ids[0])]  # [target, source], without END
    groups = [_words(text, pieces) for text, pieces in zip(texts, sides, strict=True)]
    looked_at, looks = (
        np.array([[piece in word for piece in range(len(pieces))] for _, word in words], float)
        for words, pieces in zip(groups, sides, strict=True)
    )
    attention = (looks / looks.sum(axis=1, keepdims=True)) @ weights @ looked_at.T
    attention /= attention.sum(axis=1, keepdims=True)
    return attention, ([word for word, _ in groups[0]], [word for word, _ in groups[1]])


def _words(text: str, pieces: Sequence[Piece]) -> list[tuple[str, set[int]]]:
    """The words of a text, each with the numbers of its pieces: a new one begins with a space.
    Where there are no spaces, every piece is a word."""
    whole = " " in text.strip()
    groups: list[tuple[str, set[int]]] = []
    for number, piece in enumerate(pieces):
        letters = text[piece.start : piece.end]
        if groups and whole and not letters[:1].isspace():
            word, numbers = groups.pop()
            groups.append((word + letters, {*numbers, number}))
        else:
            groups.append((letters.strip(), {number}))
    return groups
