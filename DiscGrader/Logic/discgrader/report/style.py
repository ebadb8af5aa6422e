"""How the report looks on a screen, wide or narrow, light or dark."""

STYLE = """
:root {
  --ink: #18222d; --soft: #566474; --line: #dde3e9; --paper: #fff; --shade: #f5f7f9; --panel: #0b0f14;
  --accent: #0d5c75; --warn: #7a4b00; --warn-shade: #fff6e3; --warn-line: #e5a823; --track: #e8ecf0;
  --synthetic: #5b2a86; --synthetic-shade: #f3ebfb; --conflict: #a3123f; --conflict-shade: #fdecf1; --read: #12633a;
  --up: #a3360f;
  color-scheme: light;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ink: #e8edf2; --soft: #a3b0bd; --line: #2e3843; --paper: #12171d; --shade: #1d252e; --panel: #05070a;
    --accent: #6fc3e0; --warn: #ffcf7d; --warn-shade: #2b2312; --warn-line: #e5a823; --track: #2a333d;
    --synthetic: #d3b3f5; --synthetic-shade: #2a1d3a; --conflict: #ff9bb8; --conflict-shade: #34151f; --read: #7fd6a4;
    --up: #ff9d76;
    color-scheme: dark;
  }
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
.scroll { overflow-x: auto; max-width: 100%; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 12px; top: 8px; background: var(--paper); padding: 6px 12px; z-index: 9; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.hint, .source { color: var(--soft); font-size: 13px; }

.top { display: flex; justify-content: space-between; align-items: center; gap: 16px; margin-bottom: 8px; }
.kicker { color: var(--accent); font-weight: 600; font-size: 13px; letter-spacing: 0.02em; }
.research { border: 1.5px solid var(--ink); border-radius: 4px; padding: 3px 10px; font-weight: 600; font-size: 13px; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 32px; margin-top: 10px; font-size: 14px; }
.facts div { display: flex; gap: 8px; min-width: 0; }
.facts dd { overflow-wrap: anywhere; min-width: 0; }
.facts dt { color: var(--soft); white-space: nowrap; }

.panel { background: var(--panel); color: #c9d3dd; border-radius: 8px; overflow: hidden; break-inside: avoid; }
.panel img { display: block; width: 100%; height: auto; }
.panel figcaption { display: flex; justify-content: space-between; gap: 12px; padding: 7px 12px; font-size: 12.5px;
  overflow-wrap: anywhere; }
.picture { position: relative; margin: 0 auto; aspect-ratio: var(--ratio); }
.picture img, .picture svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.picture text { font-family: "Inter", "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif; }

.summary { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 36px; margin-top: 24px;
  align-items: start; }
.main .picture { width: calc(max(460px, 100vh - 260px) * var(--ratio)); min-width: 260px; max-width: 36vw; }
.overview > .warning { margin-top: 18px; }
.impression h2 { margin: 22px 0 8px; padding: 0; border: 0; }
.impression .levels { display: grid; gap: 5px; }
.impression li { display: grid; grid-template-columns: 68px minmax(0, 1fr); gap: 10px; overflow-wrap: anywhere; }
.impression .level { font-weight: 650; }
.impression .normal { margin-top: 6px; }
.impression .hint { margin-top: 6px; }
.impression small { color: var(--soft); font-size: 12.5px; }
.impression .unread { font-style: italic; }
.conflict { display: block; color: var(--conflict); font-size: 13.5px; }
.conflicts { background: var(--conflict-shade); border-left: 4px solid var(--conflict); color: var(--conflict);
  padding: 8px 14px; font-size: 13.5px; break-inside: avoid; overflow-wrap: anywhere; }
.findings { display: grid; gap: 22px; }

.matrix caption { text-align: left; color: var(--soft); font-size: 13px; padding-bottom: 6px; }
.matrix thead th { border-bottom: 1.5px solid var(--ink); font-weight: 650; white-space: nowrap; padding: 6px 4px;
  vertical-align: bottom; }
.matrix thead th { background: var(--paper); }
.matrix .first { position: sticky; left: 0; background: var(--paper); z-index: 1; }
.matrix .system th span { position: sticky; left: 0; }
.matrix th[scope=col]:not(:first-child), .matrix td { text-align: center; }
.matrix td { padding: 5px 2px; border-bottom: 1px solid var(--line); white-space: nowrap; min-width: 52px; }
.matrix tbody th { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); }
.matrix .system th { font-size: 12.5px; font-weight: 650; color: var(--soft); padding-top: 16px; }
.matrix .percent { display: block; color: var(--soft); font-size: 11.5px; line-height: 1.3; }
.matrix .none { color: var(--soft); }
.matrix .ai { white-space: normal; min-width: 62px; }
.plate { white-space: nowrap; }

.badge { display: inline-block; min-width: 34px; padding: 1px 8px; border-radius: 4px; background: var(--c);
  color: #0b0f14; font-weight: 650; font-size: 13.5px; line-height: 1.45; text-align: center; white-space: nowrap; }
.badge.absent { background: var(--shade); color: var(--ink); font-weight: 500; }
.mark { display: inline-block; position: relative; margin-left: 3px; font-size: 12.5px; font-weight: 700; cursor: help; }
.mark.warned { width: 14px; height: 14px; border-radius: 50%; background: var(--warn-line); color: #000;
  font-size: 11px; line-height: 14px; text-align: center; }
.mark.none { margin: 0; font-weight: 400; }
.mark.conflict, .sign-conflict { color: var(--conflict); display: inline-block; }
.mark.accepted, .status.accepted, .mark.changed, .mark.overridden, .status.changed { color: var(--read); }
.mark.unread, .status.unread { color: var(--soft); font-weight: 400; }
.mark.stale, .status.stale { color: var(--warn); }
.mark.made { color: var(--synthetic); }
.status { display: block; font-size: 12px; line-height: 1.35; font-weight: 600; }
.synthetic { display: inline-block; padding: 1px 8px; border-radius: 4px; background: var(--synthetic-shade);
  color: var(--synthetic); border: 1px solid var(--synthetic); font-weight: 600; font-size: 12.5px; }
.warning { background: var(--warn-shade); border-left: 4px solid var(--warn-line); color: var(--warn);
  padding: 9px 14px; font-size: 14px; overflow-wrap: anywhere; }
.warning strong { font-weight: 650; }
.warning ul { display: grid; gap: 2px; }
.note { color: var(--read); font-size: 12.5px; line-height: 1.35; margin-bottom: 4px; overflow-wrap: anywhere; }
.legend h3 { font-size: 13px; margin-bottom: 6px; }
.legend ul { display: grid; gap: 4px; font-size: 13px; color: var(--soft); }
.legend { display: grid; gap: 12px; }
.legend .signs { display: flex; flex-wrap: wrap; gap: 2px 18px; }
.legend li { display: flex; gap: 8px; align-items: baseline; }
.sign { font-weight: 700; }

.heat { display: inline-block; width: 110px; height: 9px; border-radius: 2px; margin: 0 2px; }
.disc { padding: 22px 0 26px; border-bottom: 1px solid var(--line); scroll-margin-top: 8px; }
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
.lanes tbody th, .lanes thead th:first-child { width: 190px; padding-right: 14px; }
.lanes tbody th { font-size: 14px; }
.lanes td.given, .lanes thead th:nth-child(2) { width: 112px; padding-right: 14px; }
.lanes thead th { color: var(--soft); font-size: 12.5px; padding: 0 0 4px; }
.lane { display: grid; grid-template-columns: repeat(var(--n), minmax(0, 1fr)); gap: 2px 16px; max-width: 680px; }
.lane .bar { display: block; height: 9px; margin-top: 3px; border-radius: 2px; background: var(--track); overflow: hidden; }
.lane .bar span { display: block; height: 100%; box-shadow: inset 0 0 0 1px rgb(0 0 0 / 0.22); border-radius: 2px; }
.lane .value { display: flex; justify-content: space-between; gap: 6px; font-size: 12.5px; color: var(--soft); white-space: nowrap; }
.lane .given .value { color: var(--ink); font-weight: 600; }
.evidence { margin-top: 18px; }
.evidence dl { column-count: 3; column-gap: 32px; margin-top: 3px; }
.evidence dl div { display: flex; justify-content: space-between; align-items: baseline; gap: 14px; padding: 4px 0;
  border-bottom: 1px solid var(--line); break-inside: avoid; }
.evidence dt { font-size: 13.5px; line-height: 1.35; }
.evidence dt .source { display: block; font-size: 12px; }
.evidence dd { font-size: 14px; text-align: right; font-weight: 600; overflow-wrap: anywhere; min-width: 0; }
.evidence dd.short { white-space: nowrap; flex: none; }
.evidence .usual { display: block; font-size: 12px; font-weight: 400; color: var(--soft); white-space: nowrap; }
.pushes .usual { display: inline; }
.evidence .usual.outside { color: inherit; font-weight: 600; }
.evidence dd:not(.short) { font-size: 12.5px; font-weight: 500; }
.pushes { margin-top: 10px; }
.pushes ul { display: flex; flex-wrap: wrap; gap: 2px 24px; font-size: 13.5px; margin-top: 3px; }
.pushes .higher { color: var(--up); font-size: 10px; }
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
.further { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 360px)); gap: 16px; margin-top: 20px; }
.packs, .scales { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(360px, 100%), 1fr)); gap: 28px 40px; align-items: start; }
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

@media screen and (max-width: 1500px) {
  .main .picture { max-width: 24vw; }
}
@media screen and (max-width: 1100px) {
  .disc .body { grid-template-columns: minmax(200px, 300px) minmax(0, 1fr); gap: 20px; }
  .lane .value { flex-wrap: wrap; gap: 0 6px; }
  .lanes tbody th, .lanes thead th:first-child { width: 150px; }
  .evidence dl { column-count: 2; }
}
@media screen and (max-width: 860px) {
  .evidence dl, .measures dl { column-count: 1; }
  .summary, .disc .body, .packs, .scales { grid-template-columns: minmax(0, 1fr); }
  .main .picture { width: 100%; max-width: 460px; }
  .crops { max-width: 560px; }
}
@media screen and (max-width: 560px) {
  body { padding: 16px 12px 32px; font-size: 15px; }
  h1 { font-size: 23px; }
  h2 { margin-top: 34px; }
  .top { flex-wrap: wrap; gap: 6px; }
  .facts { display: grid; gap: 4px; }
  .facts div { display: grid; grid-template-columns: 104px minmax(0, 1fr); }
  .facts dt { white-space: normal; }
  .impression li { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .matrix .first { max-width: 128px; white-space: normal; font-size: 13px; line-height: 1.3; }
  .disc > header { flex-wrap: wrap; gap: 0 14px; }
  .lanes, .lanes tbody, .lanes tr, .lanes th, .lanes td { display: block; width: auto; border: 0; padding: 0; }
  .lanes thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .lanes tr { padding: 9px 0; border-bottom: 1px solid var(--line); }
  .lanes tbody th, .lanes td.given { width: auto; padding: 0 0 3px; }
  .lanes td.given { display: flex; align-items: center; gap: 10px; }
  .lane { gap: 2px 8px; }
  .lane .value { flex-wrap: wrap; gap: 0 6px; }
  .plain th, .plain td { padding-right: 12px; }
  .series .plain { min-width: 560px; }
  .pack dl div { grid-template-columns: 84px minmax(0, 1fr); }
}
"""
