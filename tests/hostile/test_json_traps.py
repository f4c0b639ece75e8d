"""Traps of JSON, our own: each as a whole file, as the value of a property, and as a coordinate.

``y``: right, must be read. ``n``: wrong, must be refused with its place. ``i``: the standard leaves it open; read or
refused, the same every time, without a crash."""

import json

import pytest

YES = {
    "nothing in an array": b"[]",
    "nothing in an object": b"{}",
    "blanks in an array": b"[ \t\r\n ]",
    "a zero": b"0",
    "a negative zero": b"-0",
    "a negative number": b"-1",
    "a fraction": b"0.5",
    "many digits": b"0." + b"1" * 100,
    "an exponent": b"1e5",
    "a capital exponent": b"1E5",
    "a signed exponent": b"1e+5",
    "a negative exponent": b"1e-5",
    "a zero exponent": b"0e0",
    "a fraction with an exponent": b"1.5e2",
    "true": b"true",
    "false": b"false",
    "null": b"null",
    "empty text": b'""',
    "a blank": b'" "',
    "an escaped quote": b'"\\""',
    "an escaped backslash": b'"\\\\"',
    "an escaped slash": b'"\\/"',
    "a slash": b'"/"',
    "an escaped line end": b'"\\n\\r\\t\\b\\f"',
    "an escaped letter": b'"\\u0041"',
    "an escaped letter in small hex": b'"\\u00e9"',
    "an escaped letter in capital hex": b'"\\u00E9"',
    "an escaped pair": b'"\\ud83c\\udf31"',
    "the last of the plane": b'"\\uffff"',
    "the last code point": b'"\\udbff\\udfff"',
    "Vietnamese letters": '"Đắk Lắk"'.encode(),
    "letters of four bytes": '"🌱"'.encode(),
    "a delete": b'"\x7f"',
    "a line separator": '"\u2028"'.encode(),
    "a joiner of nothing": '"\u200d"'.encode(),
    "a mark of bytes inside": '"\ufeff"'.encode(),
    "numbers one after another": b"[1,2,3]",
    "mixed values": b'[1,"a",null,true,{"b":[]}]',
    "an object in an object": b'{"a":{"b":{}}}',
    "an empty name": b'{"":0}',
    "a name of escapes": b'{"\\u0061":0}',
    "a name with a quote": b'{"\\"":0}',
    "blanks round everything": b' { "a" : [ 1 , 2 ] } ',
    "text that looks like a comment": b'"// no /* comment */"',
    "text that looks like JSON": b'"{\\"a\\":1}"',
    "ten levels": b"[" * 10 + b"]" * 10,
    "a long text": b'"' + b"a" * 5000 + b'"',
}
NO = {
    "an open array": b"[",
    "an open object": b"{",
    "an array closed twice": b"[]]",
    "an object closed twice": b"{}}",
    "closed by the other": b"[}",
    "closed by the other again": b"{]",
    "a comma at the end": b"[1,]",
    "a comma at the start": b"[,1]",
    "two commas": b"[1,,2]",
    "only a comma": b"[,]",
    "no comma": b"[1 2]",
    "a semicolon": b"[1;2]",
    "a colon in an array": b"[1:2]",
    "a comma at the end of an object": b'{"a":1,}',
    "two commas in an object": b'{"a":1,,"b":2}',
    "a comma for a colon": b'{"a",1}',
    "two colons": b'{"a"::1}',
    "no colon": b'{"a" 1}',
    "no value": b'{"a":}',
    "no name": b"{:1}",
    "a name without quotes": b"{a:1}",
    "a name in single quotes": b"{'a':1}",
    "a number as a name": b"{1:1}",
    "null as a name": b"{null:1}",
    "an array as a name": b"{[]:1}",
    "a value without a name": b"{1}",
    "text in single quotes": b"'a'",
    "text in back-ticks": b"`a`",
    "text in typographic quotes": "“a”".encode(),
    "text without quotes": b"abc",
    "open text": b'"abc',
    "a lone quote": b'"',
    "a lone backslash": b'"\\"',
    "an unknown escape": b'"\\x41"',
    "an unknown escape of a letter": b'"\\a"',
    "an escape of a line end": b'"\\\n"',
    "three hex digits": b'"\\u004"',
    "no hex digits": b'"\\uzzzz"',
    "a signed escape": b'"\\u-041"',
    "a blank in an escape": b'"\\u 041"',
    "a capital U": b'"\\U00000041"',
    "an escape outside text": b"\\u0041",
    "a raw line end in text": b'"a\nb"',
    "a raw tab in text": b'"a\tb"',
    "a raw NUL in text": b'"a\0b"',
    "a raw escape in text": b'"a\x1bb"',
    "a raw unit separator in text": b'"a\x1fb"',
    "a plus": b"+1",
    "two minuses": b"--1",
    "a lone minus": b"-",
    "a minus before text": b'-"a"',
    "a minus and a blank": b"- 1",
    "a zero in front": b"01",
    "a negative zero in front": b"-01",
    "two zeros": b"00",
    "a point at the start": b".5",
    "a point after the minus": b"-.5",
    "a point at the end": b"1.",
    "a point before an exponent": b"1.e5",
    "two points": b"1.2.3",
    "a lone point": b".",
    "an exponent without digits": b"1e",
    "an exponent with only a sign": b"1e+",
    "two exponents": b"1e5e5",
    "a fraction in the exponent": b"1e5.5",
    "a lone exponent": b"e5",
    "hexadecimal": b"0x1F",
    "octal": b"0o17",
    "binary": b"0b11",
    "an underscore": b"1_000",
    "a thousands blank": b"1 000",
    "a decimal comma that is a second value": b"{1,5}",
    "a full-width digit": "１".encode(),
    "an Arabic digit": "١".encode(),
    "infinity, short": b"Inf",
    "minus not a number": b"-NaN",
    "not a number, small": b"nan",
    "True": b"True",
    "TRUE": b"TRUE",
    "None": b"None",
    "nul": b"nul",
    "nulll": b"nulll",
    "truefalse": b"truefalse",
    "undefined": b"undefined",
    "a comment of a line": b"1 // one",
    "a comment": b"/* one */ 1",
    "a comment of a shell": b"1 # one",
    "a comment of a page": b"<!-- one --> 1",
    "a call": b"callback(1)",
    "a sum": b"1+1",
    "a form feed": b"\x0c1",
    "a vertical tab": b"\x0b1",
    "a hard blank": "\u00a01".encode(),
    "a NUL": b"\0",
    "a mark of bytes in the middle": "[1,\ufeff2]".encode(),
    "an at": b"@",
    "an asterisk": b"[*]",
    "an ellipsis": b"[1, ...]",
    "nothing": b"",
}
MAYBE = {
    # No JSON, but what pandas writes for an empty cell: text among the properties, never a coordinate.
    "infinity": b"Infinity",
    "minus infinity": b"-Infinity",
    "not a number": b"NaN",
    "a lone high half": b'"\\ud800"',
    "a lone low half": b'"\\udc00"',
    "halves the wrong way round": b'"\\udc00\\ud800"',
    "two high halves": b'"\\ud800\\ud800"',
    "a half and a letter": b'"\\ud800a"',
    "an escaped NUL": b'"\\u0000"',
    "bytes of no letter": b'"\xff"',
    "a letter cut short": b'"\xe1\xba"',
    "a letter written too long": b'"\xc0\xaf"',
    "a half as bytes": b'"\xed\xa0\x80"',
    "beyond the last code point": b'"\xf4\x90\x80\x80"',
    "letters of another page": b'"\xcd\xf4"',
    "a huge exponent": b"1e400",
    "a tiny exponent": b"1e-400",
    "a negative huge exponent": b"-1e400",
    "an endless exponent": b"1e" + b"9" * 400,
    "a whole number of twenty digits": b"12345678901234567890",
    "a whole number of five thousand digits": b"1" * 5000,
    "a fraction of five thousand digits": b"0." + b"1" * 5000,
    "the largest number": b"1.7976931348623157e308",
    "beyond the largest number": b"1.8e308",
    "the smallest number": b"5e-324",
    "one name twice": b'{"a":1,"a":2}',
    "one name twice in escapes": b'{"a":1,"\\u0061":2}',
    "a hundred levels": b"[" * 100 + b"]" * 100,
    "a thousand levels": b"[" * 1000 + b"]" * 1000,
    "a hundred thousand levels": b"[" * 100_000 + b"]" * 100_000,
    "a hundred thousand open levels": b"[" * 100_000,
    "a hundred thousand open objects": b'{"a":' * 100_000,
    "a name with a NUL": b'{"\\u0000":1}',
    "a name of no letters": b'{"\\ud800":1}',
    "objects and arrays in turn": b'[{"a":' * 500 + b"1" + b"}]" * 500,
}
# Families, member by member: what a text may hold raw and what only as an escape, which letters are escapes, how a
# number may go on.
YES |= {f"control character {code} as an escape": b'"\\u%04x"' % code for code in range(1, 32)}
YES |= {f"an escaped {name}": b'"\\%c"' % letter for name, letter in zip("bfnrt", b"bfnrt", strict=True)}
YES |= {
    f"the number {number.decode()}": number
    for number in (b"10", b"1.0", b"-1.0", b"1e10", b"1E-10", b"-1e+10", b"0.0e0", b"1.5E+3", b"123456789", b"-0.5e-3")
}
YES |= {f"blank {blank!r} round a value": blank + b"1" + blank for blank in (b" ", b"\t", b"\n", b"\r", b"\r\n")}
NO |= {f"control character {code} raw in text": b'"a%cb"' % code for code in range(1, 32)}
NO |= {
    f"an escape of {letter:c}": b'"\\%c"' % letter
    for letter in b"acdeghijklmopqsvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0'[]{}-+*#"
}
NO |= {
    f"a number that goes on with {mark!r}": b"1" + mark
    for mark in (
        b"..",
        b".e",
        b"e",
        b"e-",
        b"eE5",
        b"-",
        b"+",
        b"_",
        b"x",
        b"f",
        b"L",
        b"n",
        b"%",
        b"e1.",
        b"'",
        b'"',
        b"\\",
    )
}
POINT = b'{"type":"Point","coordinates":[108.05,12.68]}'
REFUSED = {"unreadable-file", "unsupported-format", "empty-file", "unreadable-text"}


def as_property(trap):
    return (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"note":'
        + trap
        + b'},"geometry":'
        + POINT
        + b"}]}"
    )


def as_coordinate(trap):
    return (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[108.05,'
        + trap
        + b"]}}]}"
    )


def as_foreign_member(trap):
    return (
        b'{"type":"FeatureCollection","note":'
        + trap
        + b',"features":[{"type":"Feature","properties":{},"geometry":'
        + POINT
        + b"}]}"
    )


def outcome(seen):
    """What became of a file: plots and reasons, as a value that can be compared."""
    return (len(seen.plots), tuple(seen.reasons), tuple(note.code for note in seen.notes))


def is_refused(seen):
    return (
        bool(REFUSED & set(seen.codes)) and len(seen.plots) == 0 and all(note.why and note.fix for note in seen.notes)
    )


def test_there_are_enough_traps_and_python_agrees_about_them():
    assert (len(YES) >= 95, len(NO) >= 188, len(MAYBE) >= 35) == (True, True, True)
    for trap in YES.values():
        json.loads(trap)
    for name, trap in NO.items():
        with pytest.raises(ValueError):
            pytest.fail(f"{name} is JSON: {json.loads(trap)}")


@pytest.mark.fault(26)
@pytest.mark.parametrize("name", sorted(YES))
def test_what_is_right_is_read(direct, name):
    trap = YES[name]
    for place in (as_property, as_foreign_member):
        seen = direct(place(trap))
        assert (len(seen.plots), len(seen.rejected)) == (1, 0), place.__name__
    whole = direct(trap)
    assert is_refused(whole) or whole.codes == ["empty-file"] or trap.strip()[:1] not in b"{["


@pytest.mark.fault(25)
@pytest.mark.parametrize("name", sorted(NO))
def test_what_is_wrong_is_refused_with_its_place(direct, name):
    trap = NO[name]
    for place in (as_property, as_foreign_member):
        seen = direct(place(trap))
        assert not len(seen.plots), place.__name__
        assert seen.rejected or is_refused(seen), place.__name__
        if "unreadable-file" in seen.codes:
            assert any(
                word in seen.notes[0].why
                for word in ("line 1, character", "record 1", "NUL", "cannot be told", "no list")
            )
    assert not len(direct(trap).plots)


@pytest.mark.fault(27)
@pytest.mark.parametrize("name", sorted(MAYBE))
def test_what_the_standard_leaves_open_has_one_answer(direct, name):
    trap = MAYBE[name]
    for place in (as_property, as_foreign_member, as_coordinate):
        first, again = outcome(direct(place(trap))), outcome(direct(place(trap)))
        assert first == again
        plots, reasons, codes = first
        assert plots + len(reasons) == 1 or REFUSED & set(codes)


@pytest.mark.fault(25, 28, 29)
@pytest.mark.parametrize("name", sorted(YES) + sorted(NO) + sorted(MAYBE))
def test_a_coordinate_is_a_number_or_the_record_is_rejected(direct, name):
    """No trap becomes a latitude of its own: only numbers do, and only those of this world."""
    trap = {**YES, **NO, **MAYBE}[name]
    seen = direct(as_coordinate(trap))
    assert name not in NO or not len(seen.plots)
    if not len(seen.plots):
        assert seen.rejected or is_refused(seen)
        return
    try:
        value = float(trap)
    except ValueError:
        pytest.fail("this is no number, and yet there is a plot")
    (point,) = seen.plots["geometry"]
    assert (point.x, point.y) == (108.05, value)
    assert abs(value) != float("inf")


@pytest.mark.fault(25, 30)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("[1,2],[3,4]", "[5,6]"),
        ("[[1,2]", "[3,4]]"),
        ("[[[1,2]]", "[[3,4]]]"),
        ("[1,2]]", "[[3,4]"),
        ("[[1,2],[3,4]", "[5,6]]"),
    ],
)
def test_brackets_of_one_feature_never_close_those_of_another(direct, first, second):
    """Each is broken on its own; written one behind the other they would be right, and every number in the wrong plot."""
    feature = '{{"type":"Feature","properties":{{}},"geometry":{{"type":"{}","coordinates":{}}}}}'
    good = feature.format("Point", "[108.05,12.68]")
    kinds = ("MultiPoint", "Point")
    broken = [feature.format(kind, text) for kind, text in zip(kinds, (first, second), strict=True)]
    last = feature.format("Point", "[107.5,11.5]")
    seen = direct('{"type":"FeatureCollection","features":[' + ",".join([good, *broken, last]) + "]}")
    right = {1: (108.05, 12.68), 3: (5.0, 6.0), 4: (107.5, 11.5)}
    for record, point in zip(seen.plots["record"].tolist(), seen.plots["geometry"], strict=True):
        assert (point.geom_type, point.bounds[:2]) == ("Point", right[record])
    assert len(seen.plots) + len(seen.rejected) == 4 or "unreadable-file" in seen.codes
