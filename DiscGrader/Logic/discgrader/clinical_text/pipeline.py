"""A report as a document of spaCy: its words, what they are, and what is denied, uncertain or past.

The pipeline is a blank English one, without any model: phrases are found by spaCy's matcher, contexts by NegEx (Chapman
et al., Journal of Biomedical Informatics 2001;34:301) as negspacy has it, three times with the terms of three contexts,
as ConText does (Harkema et al., Journal of Biomedical Informatics 2009;42:839).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import negspacy.negation  # noqa: F401  registers the component "negex".
import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from discgrader.clinical_text.tokens import Token, tokens_of
from discgrader.clinical_text.words import CONTEXTS, SPAN_KINDS, lexicon, vocabulary

MARKED = "marked"
"""The group of spans of a document that are phrases of the table."""


@dataclass(frozen=True)
class Marked:
    """A phrase of the table in a report.

    Parameters
    ----------
    kind, value : str
        What it is.
    first, last : int
        Its first token, and the one after its last.
    denied, uncertain, past : bool
        What is asserted of it.
    """

    kind: str
    value: str
    first: int
    last: int
    denied: bool = False
    uncertain: bool = False
    past: bool = False


@dataclass(frozen=True)
class MarkedText:
    """A report's tokens and the phrases in them, in order."""

    text: str
    tokens: tuple[Token, ...]
    marked: tuple[Marked, ...]


class ReportTokenizer:
    """Makes documents of texts by `tokens_of`; a clause is what spaCy calls a sentence, since denials end with it."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The document of a text, its tokens in ``user_data``."""
        tokens = tokens_of(text)
        document = Doc(
            self.vocab, words=[token.word for token in tokens], sent_starts=[token.clause_start for token in tokens]
        )
        document.user_data["tokens"] = tokens
        return document

    def pipe(self, texts: Iterable[str], batch_size: int = 0) -> Iterator[Doc]:
        """The documents of texts; negspacy makes those of its terms so."""
        return map(self, texts)


@Language.factory("report_phrases")
class PhraseMarker:
    """Marks the phrases of the table, the longest where several begin together."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._matcher = PhraseMatcher(nlp.vocab)
        for (kind, value), phrases in lexicon().phrases.items():
            if kind in SPAN_KINDS:
                self._matcher.add(f"{kind}/{value}", [nlp.make_doc(phrase) for phrase in phrases])

    def __call__(self, document: Doc) -> Doc:
        document.spans[MARKED] = filter_spans(self._matcher(document, as_spans=True))
        return document


@cache
def pipeline() -> Language:
    """The pipeline, made once: a blank English one, nothing to be downloaded."""
    nlp = spacy.blank("en")
    nlp.tokenizer = ReportTokenizer(nlp.vocab)
    nlp.add_pipe("report_phrases")
    for context, name in CONTEXTS.items():
        config = {"neg_termset": lexicon().terms(context), "extension_name": name, "span_keys": [MARKED]}
        nlp.add_pipe("negex", name=name, config=config)
    return nlp


def marked_text(text: str) -> MarkedText:
    """A report with all that is known of its words."""
    document = pipeline()(text)
    found = [_marked(span) for span in document.spans[MARKED]]
    return MarkedText(text, tuple(document.user_data["tokens"]), tuple(found))


def _marked(span: Span) -> Marked:
    kind, _, value = span.label_.partition("/")
    flags = {name: bool(span._.get(name)) for name in CONTEXTS.values()}
    return Marked(kind, value, span.start, span.end, **flags)


def known_share(tokens: Sequence[Token], text: str) -> float:
    """Share of a report's words that are the table's as they were written; low where it is in another language."""
    words = [text[token.start : token.end].lower() for token in tokens if token.word[0].isalpha()]
    return sum(word in vocabulary() for word in words) / len(words) if words else 1.0
