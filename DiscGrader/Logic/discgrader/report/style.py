"""How the report looks."""

STYLE = """
:root {
  --ink: #18222d; --soft: #566474; --line: #dde3e9; --paper: #fff; --shade: #f5f7f9; --panel: #0b0f14;
  --accent: #0d5c75; --warn: #7a4b00; --warn-shade: #fff6e3; --warn-line: #e5a823;
  --synthetic: #5b2a86; --synthetic-shade: #f3ebfb;
  color-scheme: light;
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 30px clamp(16px, 3vw, 48px) 48px; max-width: 1440px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 "Inter", "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
h1, h2, h3, h4, p, ul, dl, dd, figure { margin: 0; padding: 0; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 20px; font-weight: 650; letter-spacing: -0.01em; margin: 48px 0 14px; padding-top: 14px;
  border-top: 2px solid var(--ink); }
h3 { font-size: 15px; font-weight: 650; }
h4 { font-size: 12px; font-weight: 650; color: var(--soft); }
ul { list-style: none; }
a { color: var(--accent); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 500; }
code { font: 12px/1.4 ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.scroll { overflow-x: auto; }
.hint, .source { color: var(--soft); font-size: 13px; }

.top { display: flex; justify-content: space-between; align-items: center; gap: 16px; margin-bottom: 8px; }
.kicker { color: var(--accent); font-weight: 600; font-size: 13px; letter-spacing: 0.02em; }
.research { border: 1.5px solid var(--ink); border-radius: 4px; padding: 3px 10px; font-weight: 600; font-size: 13px; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 32px; margin-top: 10px; font-size: 14px; }
.facts div { display: flex; gap: 8px; }
.facts dt { color: var(--soft); }

.panel { background: var(--panel); color: #c9d3dd; border-radius: 8px; overflow: hidden; break-inside: avoid; }
.panel img { display: block; width: 100%; height: auto; }
.panel figcaption { display: flex; justify-content: space-between; gap: 12px; padding: 7px 12px; font-size: 12.5px;
  overflow-wrap: anywhere; }
.picture { position: relative; margin: 0 auto; aspect-ratio: var(--ratio); }
.picture img, .picture svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.picture text { font-family: "Inter", "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif; }

.summary { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 36px; margin-top: 24px;
  align-items: start; }
.main .picture { width: calc(max(520px, 100vh - 210px) * var(--ratio)); min-width: 300px; max-width: 44vw; }
.findings { display: grid; gap: 22px; }

.matrix caption { text-align: left; color: var(--soft); font-size: 13px; padding-bottom: 6px; }
.matrix thead th { border-bottom: 1.5px solid var(--ink); font-weight: 650; white-space: nowrap; padding: 6px 4px;
  vertical-align: bottom; }
.matrix thead .mark { display: block; margin: 2px auto 0; }
.matrix th[scope=col]:not(:first-child), .matrix td { text-align: center; }
.matrix td { padding: 5px 2px; border-bottom: 1px solid var(--line); white-space: nowrap; min-width: 52px; }
.matrix tbody th { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); }
.matrix .system th { font-size: 12.5px; font-weight: 650; color: var(--soft); padding-top: 16px; }
.matrix .percent { display: block; color: var(--soft); font-size: 11.5px; line-height: 1.3; }
.matrix .none { color: var(--soft); }

.badge { display: inline-block; min-width: 34px; padding: 1px 8px; border-radius: 4px; background: var(--c);
  color: #0b0f14; font-weight: 650; font-size: 13.5px; line-height: 1.45; text-align: center; white-space: nowrap; }
.badge.absent { background: var(--shade); color: var(--soft); font-weight: 500; }
.mark { display: inline-block; width: 14px; height: 14px; margin-left: 4px; border-radius: 50%;
  background: var(--warn-line); color: #000; font-size: 11px; font-weight: 700; line-height: 14px; text-align: center;
  text-decoration: none; vertical-align: 1px; cursor: help; }
.synthetic { display: inline-block; padding: 1px 8px; border-radius: 4px; background: var(--synthetic-shade);
  color: var(--synthetic); border: 1px solid var(--synthetic); font-weight: 600; font-size: 12.5px; }
.synthetic.short { padding: 0 5px; font-size: 11px; line-height: 1.45; text-decoration: none; vertical-align: 1px;
  white-space: nowrap; }
.warning { background: var(--warn-shade); border-left: 4px solid var(--warn-line); color: var(--warn);
  padding: 9px 14px; font-size: 14px; break-inside: avoid; }
.warning strong { font-weight: 650; }
.warning ul { display: grid; gap: 2px; }
.note { color: var(--warn); font-size: 12.5px; line-height: 1.35; margin-top: 3px; }
.legend h3 { font-size: 13px; margin-bottom: 6px; }
.legend ul { display: grid; gap: 4px; font-size: 13px; color: var(--soft); }
.legend li { display: flex; gap: 10px; align-items: baseline; }

.heat { display: inline-block; width: 110px; height: 9px; border-radius: 2px; margin: 0 2px; }
.disc { padding: 22px 0 26px; border-bottom: 1px solid var(--line); scroll-margin-top: 8px; break-inside: avoid; }
.disc > header { display: flex; align-items: baseline; gap: 14px; margin-bottom: 12px; }
.disc > header h3 { font-size: 22px; letter-spacing: -0.01em; white-space: nowrap; }
.disc > header p { color: var(--soft); font-size: 14px; }
.disc .body { display: grid; grid-template-columns: minmax(240px, 380px) minmax(0, 1fr); gap: 32px; align-items: start; }
.crops { display: grid; gap: 8px; }
.crops .panel figcaption { padding: 4px 10px 5px; }
.crops .small { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; align-items: start; }
.crops .small figcaption { font-size: 11.5px; padding: 3px 8px 4px; line-height: 1.3; }
.grades { display: grid; gap: 14px; }
.lanes td, .lanes th { padding: 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.lanes tr:last-child > * { border-bottom: 0; }
.lanes th { width: 190px; padding-right: 14px; font-size: 14px; }
.lanes td.given { width: 84px; padding-right: 14px; }
.lane { display: grid; grid-template-columns: repeat(var(--n), minmax(0, 1fr)); gap: 2px 16px; max-width: 680px; }
.lane .bar { display: block; height: 9px; margin-top: 3px; border-radius: 2px; background: #e8ecf0; overflow: hidden; }
.lane .bar span { display: block; height: 100%; box-shadow: inset 0 0 0 1px rgb(0 0 0 / 0.22); border-radius: 2px; }
.lane .value { display: flex; justify-content: space-between; gap: 6px; font-size: 12.5px; color: var(--soft); white-space: nowrap; }
.lane .given .value { color: var(--ink); font-weight: 600; }
.evidence { margin-top: 18px; }
.evidence dl { column-count: 3; column-gap: 32px; margin-top: 3px; }
.evidence dl div { display: flex; justify-content: space-between; align-items: baseline; gap: 14px; padding: 4px 0;
  border-bottom: 1px solid var(--line); break-inside: avoid; }
.evidence dt { font-size: 13.5px; line-height: 1.35; }
.evidence dt .source { display: block; font-size: 12px; }
.evidence dd { font-size: 14px; text-align: right; font-weight: 600; white-space: nowrap; }
.pushes { margin-top: 10px; }
.pushes ul { display: flex; flex-wrap: wrap; gap: 2px 24px; font-size: 13.5px; margin-top: 3px; }
.pushes .higher { color: #a3360f; font-size: 10px; }
.pushes .lower { color: var(--accent); font-size: 10px; }
.pushes strong { font-weight: 600; }
.measures { margin-top: 24px; }
.measures dl { column-count: 2; column-gap: 40px; margin-top: 6px; font-size: 13px; }
.measures dl div { break-inside: avoid; margin-bottom: 5px; }
.measures dd { color: var(--soft); }

.plain { font-size: 14px; }
.plain caption { text-align: left; color: var(--soft); font-size: 12.5px; padding-bottom: 4px; }
.plain th, .plain td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.plain thead th { color: var(--soft); font-size: 12.5px; }
.plain .figure { white-space: nowrap; }
.further { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 360px)); gap: 16px; margin-top: 20px; }
.packs, .scales { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 28px 40px; align-items: start; }
section.packs { display: block; }
.pack, .scale { break-inside: avoid; }
.pack h3, .scale h3 { margin-bottom: 6px; }
.pack small { color: var(--soft); font-weight: 500; font-size: 13px; }
.pack dl { display: grid; gap: 5px; font-size: 14px; margin-top: 4px; }
.pack dl div { display: grid; grid-template-columns: 100px minmax(0, 1fr); gap: 10px; }
.pack dt { color: var(--soft); }
.pack table { margin-top: 12px; font-size: 13px; }
.pack table small { display: block; font-size: 11px; white-space: nowrap; }
.pack table th, .pack table td { padding-right: 12px; }
.scale dl { display: grid; gap: 5px; font-size: 13.5px; }
.scale dl div { display: grid; grid-template-columns: 64px minmax(0, 1fr); gap: 10px; align-items: baseline; }
.scale small { font-size: 12px; font-weight: 500; }
.scale .hint { margin-top: 6px; }
.sources { margin: 22px 0 0; padding-left: 22px; color: var(--soft); font-size: 12.5px; line-height: 1.45; }
footer { margin-top: 48px; padding-top: 14px; border-top: 2px solid var(--ink); font-weight: 600; font-size: 14px; }
footer .source { font-weight: 400; margin-top: 4px; }

@media screen and (max-width: 860px) {
  .evidence dl, .measures dl { column-count: 1; }
  .summary, .disc .body, .packs, .scales { grid-template-columns: minmax(0, 1fr); }
  .main .picture { width: 100%; max-width: 460px; }
  .lanes th { width: 130px; }
  .lanes td.given { width: 64px; padding-right: 8px; }
  .lane { gap: 2px 8px; }
}
@page { size: A4; margin: 13mm 12mm 14mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 9pt; }
  h1 { font-size: 17pt; }
  h2 { font-size: 12.5pt; margin: 14pt 0 8pt; padding-top: 6pt; break-after: avoid; }
  h3 { font-size: 9.5pt; }
  a { color: inherit; }
  .kicker, .research, .facts, .plain, .hint, .warning, .pack dl, .scale dl, .evidence dd, .lanes th { font-size: 8.5pt; }
  .summary { grid-template-columns: 72mm minmax(0, 1fr); gap: 6mm; margin-top: 10pt; }
  .main .picture { width: 100%; min-width: 0; max-width: none; }
  .panel { border-radius: 4px; }
  .panel figcaption { font-size: 7.5pt; padding: 3pt 6pt; }
  .scroll { overflow: visible; }
  .findings { gap: 10pt; }
  .matrix caption, .matrix .system th { font-size: 8pt; }
  .matrix .system th { padding-top: 8pt; }
  .matrix thead th { font-size: 8pt; padding: 3pt 1pt; }
  .matrix tbody th { font-size: 8pt; padding: 2pt 2pt 2pt 0; }
  .matrix td { min-width: 0; padding: 2pt 1pt; }
  .badge { font-size: 8pt; min-width: 20pt; padding: 0 3pt; }
  .mark { width: 8pt; height: 8pt; font-size: 6.5pt; line-height: 8pt; margin-left: 2pt; }
  .synthetic { font-size: 8pt; }
  .synthetic.short { font-size: 6.5pt; padding: 0 2pt; }
  .matrix .percent, .lane .value, .note, .sources, footer .source { font-size: 7.2pt; }
  .evidence dt { font-size: 8pt; }
  .evidence dt .source { font-size: 6.8pt; }
  .pushes { margin-top: 4pt; }
  .pushes ul { font-size: 8pt; gap: 1pt 12pt; }
  .legend h3 { font-size: 8.5pt; margin-bottom: 3pt; }
  .legend ul { font-size: 8pt; gap: 2pt; }
  .discs { break-before: page; }
  .discs h2 { margin-top: 0; }
  .disc { padding: 8pt 0 9pt; }
  .disc > header { margin-bottom: 5pt; }
  .disc > header h3 { font-size: 13pt; }
  .disc > header p { font-size: 8.5pt; }
  .disc .body { grid-template-columns: 51mm minmax(0, 1fr); gap: 6mm; }
  .crops, .crops .small { gap: 4pt; }
  .crops .panel figcaption, .crops .small figcaption { font-size: 6.8pt; padding: 1.5pt 4pt 2pt; }
  .grades { gap: 6pt; }
  .lanes th { width: 34mm; }
  .lanes td.given { width: 14mm; padding-right: 2mm; }
  .lanes td, .lanes th { padding: 2pt 0; }
  .lane { gap: 0 8pt; }
  .lane .bar { height: 5pt; margin-top: 1.5pt; }
  .lane .value { line-height: 1.25; }
  .evidence { margin-top: 5pt; }
  .evidence dl { column-gap: 14pt; margin-top: 1pt; }
  .evidence dl div { padding: 1.5pt 0; }
  .measures dl, .pack table { font-size: 8pt; }
  .pack table small { font-size: 6.8pt; }
  .further { grid-template-columns: repeat(2, 50mm); }
  .packs, .scales { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10pt 18pt; }
  .scale dl div { grid-template-columns: 32pt minmax(0, 1fr); gap: 6pt; }
  .plain th, .plain td { padding: 2.5pt 10pt 2.5pt 0; }
  code { font-size: 7pt; }
  footer { margin-top: 18pt; font-size: 9pt; break-inside: avoid; }
}
"""
