#!/usr/bin/env python3
"""Writes the tables that text cleaning reads, next to this file.

The original cleans prompts with Python 3.11, so Python's own tables (Unicode 14) are the reference. Run with
Python 3.11 and compare before committing; the build only reads the results.
"""
import html
import html.entities
import os
import unicodedata

FOLDER = os.path.dirname(os.path.abspath(__file__))
CODE_PAGES = ["cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "iso-8859-2", "macroman", "cp437"]


def hexes(text):
    return " ".join("%04X" % ord(c) for c in text)


def write(name, comment, lines):
    with open(os.path.join(FOLDER, name), "w", encoding="ascii", newline="\n") as file:
        file.write("# %s\n" % comment)
        file.writelines(line + "\n" for line in lines)


def entities():
    """Name as it stands after '&', its characters, and what its upper-case spelling means where that is not a name."""
    for name, characters in sorted(html.entities.html5.items()):
        line = name + "\t" + hexes(characters)
        shouted = name.upper()
        if name.endswith(";") and name == name.lower() and html.unescape("&" + shouted) == "&" + shouted:
            line += "\t" + hexes(characters.upper())
        yield line


def code_pages():
    """The upper half of each code page; '-' where a byte has no character."""
    for name in CODE_PAGES:
        upper = bytes(range(0x80, 0x100)).decode(name, "replace")
        yield name + "\t" + " ".join("-" if c == "\ufffd" else "%04X" % ord(c) for c in upper)


def normalization():
    """Canonical decompositions ('!': never composed again), then ranges of combining classes."""
    for code in range(0x110000):
        character = chr(code)
        canonical = unicodedata.decomposition(character)
        if canonical and not canonical.startswith("<"):
            excluded = unicodedata.normalize("NFC", character) != character
            yield "%04X\t%s%s" % (code, "!" if excluded else "", canonical)
    start = 0
    for code in range(1, 0x110001):
        value = unicodedata.combining(chr(start))
        if code == 0x110000 or unicodedata.combining(chr(code)) != value:
            if value:
                yield "%04X-%04X\t%d" % (start, code - 1, value)
            start = code


def widths():
    """Full-width and half-width forms and what they stand for."""
    for code in range(0xFF01, 0xFFF0):
        standard = unicodedata.normalize("NFKC", chr(code))
        if standard != chr(code):
            yield "%04X\t%s" % (code, hexes(standard))


if __name__ == "__main__":
    assert unicodedata.unidata_version == "14.0.0", "needs Python 3.11"
    write("entities.txt", "HTML 5 entities: name, characters, characters of the upper-case spelling", entities())
    write("code-pages.txt", "characters of bytes 80 to FF", code_pages())
    write("normalization.txt", "Unicode 14 canonical decompositions and combining classes", normalization())
    write("widths.txt", "full-width and half-width forms", widths())
