"""How hard a text is to read: Flesch-Kincaid's grade in English, INFLESZ in Spanish."""

import re
from functools import cache

# A word, a number, or an abbreviation; "co-sponsor" and "I’m" are one word each.
WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")

# What has a point that ends no sentence.
ABBREVIATIONS = [
    (re.compile(r"\bH\.R\."), "HR"),
    (re.compile(r"\bS\. (?=\d)"), "S "),
    (re.compile(r"\bU\.S\."), "US"),
    (re.compile(r"EE\. UU\."), "EEUU"),
    (re.compile(r"\.(?=\d)"), ""),
    (re.compile(r"(?<=\d)\.º"), ""),
    (re.compile(r"\b([A-Z])\. "), r"\1 "),
]
SILENT = re.compile(r"(?:[^laeiouy]es|[^laeiouydt]ed|[^laeiouy]e)$")
STRONG = set("aeoáéíóú")


def plain(text: str) -> str:
    for pattern, said in ABBREVIATIONS:
        text = pattern.sub(said, text)
    return text


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with a word in it."""
    return [sentence for line in text.split("\n") for sentence in _sentences(line)]


def words(text: str) -> list[str]:
    """The words without numbers, which say nothing about difficulty."""
    return [word for line in text.split("\n") for word in _words(line)]


# No sentence goes beyond its line, and many texts share their lines.
@cache
def _sentences(line: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!])[)”»]?\s+", plain(line)) if WORD.search(part)]


@cache
def _words(line: str) -> list[str]:
    return [word.lower() for word in WORD.findall(plain(line)) if not re.search(r"\d", word)]


@cache
def syllables_en(word: str) -> int:
    return max(1, len(re.findall(r"[aeiouy]{1,2}", SILENT.sub("", word))))


@cache
def syllables_es(word: str) -> int:
    word = re.sub(r"qu(?=[eiéí])", "q", re.sub(r"gu(?=[eiéí])", "g", word))
    word = re.sub(r"y$", "i", word)
    count = 0
    for group in re.findall(r"[aeiouáéíóúü]+", word):
        strong = sum(letter in STRONG for letter in group)
        count += max(1, strong)
    return max(1, count)


def grade(text: str) -> float:
    """Flesch-Kincaid's grade of an English text."""
    found = words(text)
    syllables = sum(map(syllables_en, found))
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * syllables / len(found) - 15.59


def inflesz(text: str) -> float:
    """INFLESZ of a Spanish text: 55 to 65 is normal, 65 to 80 fairly easy."""
    found = words(text)
    syllables = sum(map(syllables_es, found))
    return 206.835 - 62.3 * syllables / len(found) - len(found) / len(sentences(text))


def longest_sentence(text: str) -> int:
    """The words of the longest sentence."""
    return max(len(WORD.findall(sentence)) for sentence in sentences(text))
