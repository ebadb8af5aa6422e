"""How the report looks on paper, A4 or Letter: light, the overview on a page of its own, no break within a disc."""

import re


def paper_style(footer: str, page: str) -> str:
    """The part of the style sheet for paper.

    Parameters
    ----------
    footer : str
        What stands at the foot of each page: whose it is.
    page : str
        The word before the page's number.
    """
    return _PAPER.replace("FOOTER", _quoted(footer)).replace("PAGE ", f"{_quoted(page)} ")


def _quoted(text: str) -> str:
    """Any text as a string of CSS, in letters that end neither the string nor the style sheet."""
    return '"' + re.sub(r"[^A-Za-z0-9]", lambda letter: f"\\{ord(letter[0]):x} ", text) + '"'


_PAPER = """
@page { size: auto; margin: 12mm 11mm 14mm;
  font: 7.5pt "Liberation Sans", Arial, sans-serif; color: #566474;
  @bottom-left { content: FOOTER; }
  @bottom-right { content: PAGE " " counter(page) " / " counter(pages); }
}
@media print {
  body { padding: 0; max-width: none; font-size: 8.5pt; line-height: 1.35; }
  .skip { display: none; }
  h1 { font-size: 14pt; }
  h2 { font-size: 12pt; margin: 12pt 0 6pt; padding-top: 5pt; break-after: avoid; }
  h3 { font-size: 9pt; break-after: avoid; }
  h4 { font-size: 8pt; break-after: avoid; }
  a { color: inherit; }
  tr, li, figure, .warning li { break-inside: avoid; }
  thead { display: table-header-group; }
  .top { margin-bottom: 2pt; }
  .kicker, .research { font-size: 8pt; }
  .facts { font-size: 8pt; gap: 0 14pt; margin-top: 4pt; }
  .plain, .hint, .pack dl, .scale dl, .evidence dd, .lanes th { font-size: 8pt; }
  .hint { font-size: 7.5pt; }
  .warning, .conflicts { font-size: 7.8pt; padding: 3pt 7pt; }
  .overview { break-after: page; }
  .overview > .warning { margin-top: 5pt; }
  .impression h2 { margin: 6pt 0 3pt; font-size: 10.5pt; }
  .impression .levels { gap: 1.5pt; }
  .impression li { grid-template-columns: 40pt minmax(0, 1fr); gap: 4pt; font-size: 8.2pt; line-height: 1.28; }
  .impression small, .conflict { font-size: 7pt; }
  .impression .normal, .impression .hint { margin-top: 2pt; }
  .summary { grid-template-columns: 38mm minmax(0, 1fr); gap: 4mm; margin-top: 4pt; }
  .main .picture { width: 100%; min-width: 0; max-width: none; }
  .panel { border-radius: 4px; }
  .panel figcaption { font-size: 7pt; padding: 2pt 5pt; }
  .scroll { overflow: visible; }
  .findings { gap: 5pt; }
  .matrix { font-size: 7.4pt; line-height: 1.2; }
  .matrix caption { font-size: 7pt; padding-bottom: 1pt; }
  .matrix .system th { font-size: 6.8pt; padding: 2pt 0 0; line-height: 1.1; }
  .matrix thead th { font-size: 7.4pt; padding: 1pt; }
  .matrix tbody th { font-size: 7pt; padding: 0.4pt 3pt 0.4pt 0; line-height: 1.15; }
  .matrix tbody th.first { white-space: nowrap; }
  .matrix td { min-width: 0; padding: 0.4pt 0; }
  .matrix .first, .matrix .system th span { position: static; }
  .matrix .percent { display: inline; font-size: 6.2pt; margin-left: 1.5pt; }
  .matrix .ai { display: block; margin: 0; min-width: 0; line-height: 1.1; }
  .many .percent:not(.ai) { display: none; }
  .badge { font-size: 7.4pt; min-width: 15pt; padding: 0 2.5pt; line-height: 1.3; }
  .matrix .badge { font-size: 6.8pt; min-width: 12pt; padding: 0 2pt; line-height: 1.25; border-radius: 3px; }
  .many .badge { min-width: 0; font-size: 6.6pt; }
  .mark { font-size: 7pt; margin-left: 1pt; }
  .mark.warned { width: 7pt; height: 7pt; font-size: 5.5pt; line-height: 7pt; }
  .status { font-size: 6.8pt; line-height: 1.15; }
  .synthetic { font-size: 7.5pt; }
  .lane .value, .sources, footer .source { font-size: 6.8pt; }
  .note { font-size: 7pt; margin-bottom: 1pt; }
  .legend { gap: 3pt; }
  .legend h3 { font-size: 7.5pt; margin: 0; }
  .legend ul { font-size: 7pt; gap: 0.5pt; line-height: 1.2; }
  .legend .signs { gap: 0 10pt; }
  .scale-key, .matrix .whose { display: none; }
  .discs > h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); margin: 0; }
  .disc { padding: 0 0 6pt; margin-bottom: 7pt; break-inside: avoid; }
  .disc > header { margin-bottom: 3pt; }
  .disc > header h3 { font-size: 12pt; }
  .disc > header p { font-size: 8pt; }
  .disc .body { grid-template-columns: 44mm minmax(0, 1fr); gap: 5mm; }
  .crops, .crops .small { gap: 3pt; }
  .crops .panel figcaption, .crops .small figcaption { font-size: 6.2pt; padding: 1pt 3pt 1.5pt; line-height: 1.15; }
  .grades { gap: 3pt; }
  .lanes thead th { font-size: 7pt; padding: 0; }
  .lanes tbody th, .lanes thead th:first-child { width: 34mm; padding-right: 2mm; }
  .lanes tbody th { font-size: 7.4pt; line-height: 1.1; }
  .lanes td.given, .lanes thead th:nth-child(2) { width: 27mm; padding-right: 2mm; }
  .lanes .status { display: inline-block; margin-left: 2pt; }
  .lanes td, .lanes th { padding-top: 1.2pt; padding-bottom: 1.2pt; }
  .lane { gap: 0 6pt; }
  .lane .bar { height: 3.5pt; margin-top: 1pt; }
  .lane .value { line-height: 1.12; }
  .evidence { margin-top: 3pt; }
  .evidence dl { column-gap: 12pt; margin-top: 1pt; }
  .evidence dl div { padding: 0.8pt 0; gap: 6pt; }
  .evidence dt { font-size: 7.2pt; line-height: 1.15; }
  .evidence dt .source { font-size: 6pt; }
  .evidence dd { font-size: 7.2pt; }
  .evidence .usual { font-size: 6.2pt; }
  .evidence dd:not(.short) { font-size: 5.8pt; line-height: 1.12; }
  .pushes { margin-top: 3pt; }
  .pushes ul { font-size: 7.2pt; gap: 0 10pt; margin-top: 1pt; }
  .measures { margin-top: 8pt; }
  .measures dl { column-count: 2; font-size: 7.4pt; }
  .pack table { font-size: 7.4pt; margin-top: 4pt; }
  .pack table small { display: inline; font-size: 6.4pt; }
  .listed, .listed tbody { display: block; }
  .listed tbody { columns: 2; column-gap: 10pt; }
  .listed tr { display: flex; justify-content: space-between; gap: 4pt; }
  .listed th, .listed td { padding: 0.5pt 0; font-size: 6.6pt; }
  .further { grid-template-columns: repeat(2, 46mm); margin-top: 8pt; }
  div.packs, .scales { display: block; columns: 2; column-gap: 16pt; }
  .pack, .scale { margin-bottom: 8pt; }
  .scale dl { gap: 2pt; }
  .scale dl div { grid-template-columns: 34pt minmax(0, 1fr); gap: 5pt; }
  .scale .hint { margin-top: 2pt; font-size: 7pt; }
  .plain th, .plain td { padding: 1.6pt 8pt 1.6pt 0; }
  .sources { margin-top: 8pt; line-height: 1.25; }
  code { font-size: 6.2pt; }
  footer { margin-top: 10pt; padding-top: 4pt; font-size: 8pt; break-inside: avoid; break-before: avoid; }
}
"""
