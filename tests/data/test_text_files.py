"""Lines of text files, in whatever encoding and with whatever ends they come."""

import pytest

from zen_transformer import UserError
from zen_transformer.data.text_files import read_lines, read_raw_lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_kind_of_line_end_ends_one_line(tmp_path, end):
    path = tmp_path / "a.txt"
    path.write_bytes(f"one{end}two{end}{end}three".encode())
    assert list(read_lines(path)) == ["one\n", "two\n", "\n", "three"]


def test_many_line_ends_take_no_quadratic_time(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\r" * 300_000)
    assert sum(1 for _ in read_lines(path)) == 300_000


def test_other_separators_of_unicode_belong_to_the_text(tmp_path):
    path = tmp_path / "a.txt"
    text = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\n"
    path.write_bytes(text.encode())
    assert list(read_lines(path)) == [text]


def test_raw_lines_keep_their_ends(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfa\rb\r\nc\nd")
    assert list(read_raw_lines(path)) == ["a\r", "b\r\n", "c\n", "d"]


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_advice_for_utf_16_is_of_that_encoding(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes("a\nb\n".encode(encoding))
    name = encoding.upper().replace("-LE", "LE").replace("-BE", "BE")
    with pytest.raises(UserError) as error:
        list(read_lines(path))
    assert f"a.txt is {name}, not UTF-8" in str(error.value)
    assert f"iconv -f {name} -t UTF-8 a.txt" in str(error.value)


def test_advice_for_another_encoding_does_not_guess_it(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("一个\n".encode("gb18030"))
    with pytest.raises(UserError, match=r"byte 2 .*iconv -f ENCODING .* such as latin1 or gb18030"):
        list(read_lines(path))
