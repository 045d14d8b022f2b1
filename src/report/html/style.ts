import { asIs } from './html.ts';

/** Words carry all meaning: colours, marks and lines only underline it. All colours have WCAG AA contrast in both schemes. */
export const STYLE = asIs`
:root { color-scheme: light dark; --page: #f6f7f9; --panel: #ffffff; --text: #1b2129; --soft: #566170; --line: #d5dae1; --code: #eef1f5; --good: #11703f; --good-soft: #e6f4ec; --bad: #b3201b; --bad-soft: #fdecea; --doubtful: #7f5200; --doubtful-soft: #fdf3dc; --plain: #47525f; --plain-soft: #eceff3; --link: #14539a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #12161b; --panel: #1a2027; --text: #e4e8ed; --soft: #a3aebb; --line: #333c47; --code: #242c35; --good: #6dd6a0; --good-soft: #16301f; --bad: #ff9b92; --bad-soft: #3b1a18; --doubtful: #f1c065; --doubtful-soft: #352a12; --plain: #b4bec9; --plain-soft: #262e37; --link: #8cbdf5; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
.top, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.5rem; }
.top { padding-top: 1rem; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; display: inline-block; padding: .4rem .8rem; background: var(--panel); }
.brand { margin: 0 0 .75rem; font-weight: 650; letter-spacing: .01em; }
.brand span { font-weight: 400; color: var(--soft); }
.stored { margin: 0 0 1rem; padding: .75rem 1rem; border: 2px dashed var(--doubtful); border-radius: 8px; background: var(--doubtful-soft); font-weight: 600; }
footer { padding-top: 1.5rem; padding-bottom: 3rem; color: var(--soft); font-size: .875rem; }
h1, h2, h3 { line-height: 1.25; margin: 0 0 .75rem; }
h1 { display: flex; gap: .8rem; align-items: center; font-size: clamp(1.4rem, 1.1rem + 1.4vw, 2rem); font-weight: 700; }
h1 small { font-size: .55em; font-weight: 400; color: var(--soft); white-space: nowrap; }
h1 .mark { flex: none; display: grid; place-items: center; width: 1.7em; height: 1.7em; margin: 0; border-radius: 50%; background: var(--tone-soft); color: var(--tone); border: 2px solid var(--tone); }
h2 { font-size: 1.2rem; font-weight: 650; }
h3 { font-size: 1rem; font-weight: 650; margin-top: 1.25rem; }
section { margin: 0 0 1.25rem; padding: 1.25rem 1.5rem 1.4rem; background: var(--panel); border: 1px solid var(--line); border-radius: 10px; scroll-margin-top: .75rem; }
section > :last-child { margin-bottom: 0; }
section.verdict { border-top: 5px solid var(--tone); }
.good { --tone: var(--good); --tone-soft: var(--good-soft); }
.bad { --tone: var(--bad); --tone-soft: var(--bad-soft); }
.doubtful, .banner { --tone: var(--doubtful); --tone-soft: var(--doubtful-soft); }
.plain { --tone: var(--plain); --tone-soft: var(--plain-soft); }
.said { color: var(--tone); font-weight: 600; }
.mark { display: inline-block; margin-right: .35em; font-weight: 700; color: var(--tone); }
p { margin: 0 0 .75rem; }
.note { color: var(--soft); }
.banner { display: flex; gap: .4rem; padding: .6rem .9rem; border-left: 4px solid var(--tone); background: var(--tone-soft); border-radius: 0 6px 6px 0; }
code, pre, .digest { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
code { padding: .08em .3em; background: var(--code); border-radius: 4px; }
pre { margin: .5rem 0 0; padding: .8rem 1rem; background: var(--code); border-radius: 6px; white-space: pre-wrap; overflow: auto; }
.facts { display: grid; grid-template-columns: minmax(6.5rem, max-content) 1fr; gap: .45rem 1.25rem; margin: 1rem 0; }
.facts > div { display: contents; }
dl { margin: .5rem 0; }
dl > div { margin: .15rem 0; }
dt { color: var(--soft); }
dl:not(.facts) dt { display: inline; }
dl:not(.facts) dt::after { content: ":"; }
dl:not(.facts) dd { display: inline; }
dd { margin: 0; }
ul, ol { margin: 0 0 .75rem; padding-left: 1.25rem; }
li { margin: .2rem 0; }
details { margin: .4rem 0; }
summary { cursor: pointer; padding: .15rem 0; color: var(--link); }
.problems { list-style: none; padding: 0; }
.problems > li { margin: .6rem 0; padding: .7rem .9rem; border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: 0 6px 6px 0; }
.problems li > p:first-child { display: flex; }
.problems p { margin: 0 0 .35rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
nav li { margin: 0; }
nav a { display: block; padding: .3rem .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: 99px; text-decoration: none; font-size: .9rem; }
nav a:hover { text-decoration: underline; }
.sortable th:nth-child(1) { width: 4rem; }
.sortable th:nth-child(2), .sortable th:nth-child(6) { width: 22%; }
.sortable th:nth-child(5) { width: 13%; }
.sortable th:nth-child(7) { width: 6.5rem; }
.sortable td, .sortable tbody th { font-size: .875rem; }
.sortable th button { min-height: 1.5rem; padding: 0 .3rem 0 0; border: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; }
.sortable th button::after { content: " ↕" / ""; }
.sortable th[aria-sort=ascending] button::after { content: " ↑" / ""; }
.sortable th[aria-sort=descending] button::after { content: " ↓" / ""; }
article { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); scroll-margin-top: .75rem; content-visibility: auto; contain-intrinsic-size: auto 28rem; }
article h3 { margin-top: 0; font-size: 1.05rem; }
table { width: 100%; margin: 0 0 1rem; border-collapse: collapse; table-layout: fixed; font-size: .95rem; }
caption, .aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
section { position: relative; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; font-size: .85rem; }
tbody th { font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
.soft { color: var(--soft); }
.picture { display: block; width: 100%; height: auto; margin: .5rem 0 1.5rem; font-family: inherit; }
.picture.tall { display: none; max-width: 26rem; }
.edge { fill: none; stroke: var(--soft); stroke-width: 2; }
.edge.broken { stroke-dasharray: 3 5; }
.part rect { fill: var(--tone-soft); stroke: var(--tone); stroke-width: 1.5; }
.part:hover rect, .part:focus-visible rect { stroke-width: 3; }
.part { text-decoration: none; }
.part text { fill: var(--text); font-size: 13px; }
.part .name { font-weight: 650; }
.part .state { fill: var(--tone); font-size: 12px; font-weight: 600; }
.part .brief { font: 10.5px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--soft); }
.chain { list-style: none; padding: 0; columns: 27rem 2; column-gap: 2.5rem; }
.chain > li { break-inside: avoid; }
.chain details { display: inline-block; vertical-align: top; margin: 0 1.5rem 0 0; max-width: 100%; }
.chain details[open] { display: block; margin: 0 0 .5rem; }
.chain > li { position: relative; margin: 0; padding: .1rem 0 1rem 1.6rem; border-left: 2px solid var(--line); scroll-margin-top: 1rem; }
.chain > li::before { content: ""; position: absolute; left: -.5rem; top: .35rem; width: .85rem; height: .85rem; border-radius: 50%; background: var(--tone-soft); border: 2px solid var(--tone); }
.chain > li:target { background: var(--code); border-radius: 0 8px 8px 0; }
.chain h3 { margin: 0 0 .25rem; }
.chain h3 .said { margin-left: .5rem; font-size: .95rem; }
.chain p { margin: 0 0 .25rem; }
.chain .facts { margin: .3rem 0; font-size: .9rem; grid-template-columns: minmax(4rem, max-content) 1fr; }
.stops { color: var(--soft); }
.bars { list-style: none; padding: 0; }
.bars li { margin: 0 0 1rem; }
.bars p { margin: 0 0 .25rem; }
.bar { display: block; width: 100%; height: .8rem; border-radius: 4px; }
.bar rect { fill: var(--tone); stroke: var(--panel); stroke-width: 1; }
.bar .back { fill: var(--code); }
.bar .floor { fill: var(--text); }
.search { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin: 0 0 1rem; }
.search input { flex: 1 1 14rem; max-width: 28rem; padding: .4rem .7rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft); border-radius: 6px; }
.rows { list-style: none; padding: 0; }
/* As list items, 10,000 of them took a browser a minute to hide: it counts them again for each. */
.rows > li { display: block; }
.row { content-visibility: auto; contain-intrinsic-size: auto 2.1rem; padding: .3rem 0; margin: 0; border-bottom: 1px solid var(--line); }
.row p { margin: .1rem 0 .1rem 1.3rem; color: var(--soft); font-size: .95rem; }
.row pre { max-height: 30rem; }
[hidden] { display: none !important; }
@media (max-width: 40rem) {
  .top, main, footer { padding-left: .75rem; padding-right: .75rem; }
  section { padding: 1rem .9rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .55rem; }
  .facts dt { font-size: .85rem; }
  .chain { columns: auto; }
  .chain .facts { grid-template-columns: 1fr; }
  .picture.wide { display: none; }
  .picture.tall { display: block; }
  thead { position: absolute; left: -100rem; }
  table, tbody, tr, td, tbody th { display: block; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  th, td { padding: .1rem 0; border: 0; }
  tbody th { font-weight: 650; }
  .sortable thead:has(button) { position: static; display: block; }
  .sortable thead tr { display: flex; flex-wrap: wrap; gap: 0 .9rem; }
  .sortable tr > :nth-child(n) { width: auto; }
  .sortable td:empty { display: none; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
}
@media print {
  :root { --page: #fff; --panel: #fff; }
  body { font-size: 10.5pt; }
  nav, .search label, .search input, .skip { display: none; }
  section { break-inside: auto; border-color: #999; padding: .6rem .8rem; }
  h2, h3, tr, li { break-inside: avoid; break-after: auto; }
  h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; opacity: 1; }
  @supports not selector(::details-content) {
    details:not([open]) > summary::after { content: " (folded: open it on the screen to print it)"; }
  }
  pre, .row pre { overflow: visible; max-height: none; }
  .row, article { content-visibility: visible; }
}
@media (forced-colors: active) {
  .said, .mark { forced-color-adjust: auto; }
}
`;
