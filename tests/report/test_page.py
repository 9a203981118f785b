"""A run's page: every figure of its files, nothing from the network, a word for what it lacks."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report import sample_runs

from zen_transformer.errors import UserError
from zen_transformer.tasks.reporting import write_report

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """The text of a page and its attributes; fails where a tag is not closed."""

    def __init__(self, html: str):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [value for name, value in attrs if name in ("src", "href") and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def page_of(folder: Path) -> Page:
    return Page(write_report(folder).read_text("utf-8"))


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "full"
    return sample_runs.write_finished_run(folder, pictures=True)


@pytest.fixture(scope="module")
def page(full) -> Page:
    return page_of(full)


@pytest.mark.slow
def test_every_figure_of_the_pretraining_is_shown(page):
    summary = sample_runs.summary()
    for own in (summary, *summary["by_corpus"].values()):
        assert f"{own['mlm_accuracy']:.1%}" in page.text
        assert f"{own['nsp_accuracy']:.1%}" in page.text
        assert f"{own['mlm_loss']:.3f}" in page.text
        assert f"{own['nsp_loss']:.3f}" in page.text
    assert f"{summary['unigram_accuracy']:.1%}" in page.text
    assert f"{summary['unigram_loss']:.3f}" in page.text
    assert "31,417 tokens a second" in page.text


@pytest.mark.slow
def test_headlines_stand_beside_their_baselines(page):
    assert "37.1% masked words right 6.9% by always" in page.text
    assert "70.6% next sentence right 50.0% by chance" in page.text
    assert "72.6% test texts put into the right class 70.4% by random" in page.text


def test_every_figure_of_the_fine_tuning_is_shown_with_its_deviation(page):
    for point in sample_runs.curve():
        assert f"{point['examples']:,}" in page.text
        for name in ("pretrained", "random_init", "bag_of_words", "majority"):
            own = point[name]
            assert f"{own['mean']:.3f} ± {own['std']:.3f}" in page.text
            assert all(f"{value:.3f}" in page.text for value in own["seeds"])
        gain = point["gain"]
        assert f"{gain['mean']:+.3f} ± {gain['std']:.3f}" in page.text
        assert all(f"{value:+.3f}" in page.text for value in gain["seeds"])


def test_every_answer_and_mistake_is_shown(page):
    answers = sample_runs.answers()
    for entry in answers["fill_mask"]:
        for guess in (g for when in ("before", "after") for row in entry[when] for g in row):
            assert f"{guess['piece']} {guess['probability']:.1%}" in page.text
    for entry in answers["classify"]:
        assert f"{entry['text']} {entry['label']} {entry['probability']:.1%}" in page.text
    for entry in answers["mistakes"]:
        said = f"{entry['label']} {entry['predicted']} {entry['probability']:.1%}"
        assert f"{entry['text']} {said}" in page.text
    assert "307 of 1,066 test texts" in page.text


def test_setup_has_every_setting_as_it_was_given(page):
    for name, value in (
        ("tokenizer.vocab_size", "14096"),
        ("tokenizer.alphabet_limit", "–"),
        ("corpus", "sotu:8, movie-reviews:1"),
        ("model.num_attention_heads", "3"),
        ("pretraining.lengths", "16, 64"),
        ("pretraining.optimizer.learning_rate", "0.0021"),
        ("finetuning.optimizer.max_grad_norm", "1.0"),
    ):
        assert f" {name} {value} " in page.text
    assert "1 × cpu; Example Processor, 2 cores; Linux x86_64" in page.text
    assert "JAX 0.10.2, Python 3.11.7" in page.text


def test_time_of_every_stage_is_shown(page):
    assert "12.0 minutes in all" in page.text
    for title in ("pretraining 8.8 min", "fine-tuning 2.6 min", "pieces 23.8 s", "pictures 5.6 s"):
        assert title in page.text


def test_sections_come_in_the_order_in_which_one_asks(full):
    html = (full / "report.html").read_text("utf-8")
    assert re.findall("<h2>(.*?)</h2>", html) == [
        "Setup",
        "Time",
        "Pretraining",
        "What it says: before and after",
        "Attention",
        "Embeddings",
        "Fine-tuning",
        "Worst mistakes",
        "Go on",
    ]


def test_text_from_outside_stays_text(page):
    # The parser turns entities back into letters: markup that was not escaped would be tags.
    assert sample_runs.MARKUP in page.text
    assert not {"script", "i"} & set(page.tags)
    assert page.tags.count("b") == 3  # of the headlines


def test_name_of_the_folder_is_escaped(tmp_path):
    page = page_of(sample_runs.write_run(tmp_path / "a <i> & b"))
    assert "a <i> & b" in page.text
    assert "i" not in page.tags


def test_everything_is_in_the_page_itself(full, page):
    assert len(page.sources) == 8
    assert all(source.startswith("data:image/png;base64,") for source in page.sources)
    html = (full / "report.html").read_text("utf-8")
    for way_out in ("http://", "https://", "//fonts", "@import", "url(", "<script", "<link"):
        assert way_out not in html
    assert '<meta name="viewport" content="width=device-width' in html
    assert "prefers-color-scheme: dark" in html


def test_page_says_nothing_about_where_on_the_machine_it_was_made(full):
    assert str(full.parent) not in (full / "report.html").read_text("utf-8")


def test_commands_ask_what_the_run_was_asked(full, monkeypatch):
    monkeypatch.chdir(full.parents[1])
    place = full.relative_to(full.parents[1])
    page = page_of(place)
    asked = "'this is one of the [MASK] movies i have ever seen .'"
    assert f"zen-transformer fill-mask {asked} --model {place}" in page.text
    assert f"zen-transformer classify 'dull , far too long .' --model {place}" in page.text
    assert f"zen-transformer export {place} --output my-bert" in page.text
    assert "not finished" not in page.text


def test_a_run_that_just_began_says_what_is_missing(tmp_path):
    page = page_of(sample_runs.write_run(tmp_path / "begun"))
    for what in (
        "finished stage",
        "Pretraining",
        "answer",
        "attention",
        "embeddings",
        "Fine-tuning",
    ):
        assert f"{what} is not there" in page.text
    assert "A list of mistakes is not there" in page.text
    assert "--resume" in page.text
    assert "zen-transformer" not in page.text.partition("Go on")[2]
    assert page.sources == []


def test_an_unfinished_pretraining_shows_how_far_it_came(tmp_path):
    rows = sample_runs.metrics(4400)
    folder = sample_runs.write_run(tmp_path / "half", stages={"tokens": 5.0}, metrics=rows)
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"stage": "pretrai')  # killed while it wrote
    page = page_of(folder)
    assert "4,400 of 8,800 steps so far" in page.text
    assert f"mlm accuracy {rows[-1]['mlm_accuracy']:.3f}" in page.text
    assert len(page.sources) == 1


def test_a_run_of_pretraining_alone(tmp_path):
    config = sample_runs.config()
    del config["data"], config["finetuning"]
    figures = {k: v for k, v in sample_runs.summary().items() if not k.startswith("finetune")}
    stages = {k: v for k, v in sample_runs.stages().items() if k not in ("finetuning", "answers")}
    page = page_of(
        sample_runs.write_run(tmp_path / "alone", config=config, summary=figures, stages=stages)
    )
    assert "37.1% masked words right" in page.text
    assert "Fine-tuning" not in page.text  # nobody asked for it
    assert "not finished" not in page.text
    assert "fill-mask" in page.text
    assert "zen-transformer classify" not in page.text


def test_a_run_of_fine_tuning_alone(tmp_path):
    config = {
        k: sample_runs.config()[k] for k in ("version", "preset", "data", "seed", "finetuning")
    }
    whole = sample_runs.summary()
    summary = {k: whole[k] for k in ("finetune", "finetune_curve", "machine")}
    page = page_of(
        sample_runs.write_run(
            tmp_path / "tuned", config=config, summary=summary, stages={"finetuning": 12.0}
        )
    )
    assert "72.6% test texts" in page.text
    assert "Pretraining" not in page.text
    assert "not finished" not in page.text
    assert "zen-transformer fill-mask" not in page.text
    assert "--part classifier" in page.text


@pytest.mark.parametrize("name", ["config", "stages", "summary", "answers"])
@pytest.mark.parametrize("content", ["{", "[]", "3", "\x00"])
def test_a_damaged_file_is_named(tmp_path, name, content):
    folder = sample_runs.write_finished_run(tmp_path / "run")
    (folder / f"{name}.json").write_text(content)
    with pytest.raises(UserError, match=rf"{name}\.json (is not readable|holds no fields)"):
        write_report(folder)
    assert not (folder / "report.html").exists()


def test_damaged_metrics_are_named(tmp_path):
    folder = sample_runs.write_finished_run(tmp_path / "run")
    (folder / "metrics.jsonl").write_text('{"stage": \n{}\n')
    with pytest.raises(UserError, match=r"metrics\.jsonl is not readable JSON"):
        write_report(folder)


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UserError, match="nothing holds no run"):
        write_report(tmp_path / "nothing")


@pytest.mark.slow
def test_page_is_replaced_in_one_step(tmp_path):
    folder = sample_runs.write_finished_run(tmp_path / "run")
    first = write_report(folder).read_bytes()
    assert write_report(folder).read_bytes() == first
    assert not list(folder.glob("*.tmp"))


# In a browser

CHROMIUM = (
    "chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--hide-scrollbars --enable-logging=stderr --virtual-time-budget=2000"
).split()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
@pytest.mark.parametrize("width", [360, 1200])
def test_browser_has_nothing_to_complain_about(page, full, tmp_path, width):
    # A frame, since the window itself cannot be narrower than 500 pixels.
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe id="page" style="width: {width}px; height: 800px"></iframe><pre id="found"></pre>'
        "<script>page.onload = () => { const root = page.contentDocument.documentElement;"
        "found.textContent = `wide ${root.scrollWidth} images `"
        "+ [...page.contentDocument.images].filter(i => i.naturalWidth > 0).length };"
        f'page.src = "{full / "report.html"}";</script>'
    )
    done = subprocess.run(
        [
            *CHROMIUM,
            "--allow-file-access-from-files",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            frame.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "CONSOLE" not in done.stderr, done.stderr
    found = re.search(r"wide (\d+) images (\d+)", done.stdout)
    assert found, done.stdout[-500:]
    assert int(found[1]) <= width  # nothing sticks out but what scrolls in its own box
    assert int(found[2]) == 8
