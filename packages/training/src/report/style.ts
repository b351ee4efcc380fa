// The looks of a report: one column that reads well on a phone and on paper, by day and by night.

const COLORS: readonly (readonly [light: string, dark: string])[] = [
  ['#1f62c4', '#74a9ff'],
  ['#cf4a12', '#ff9a66'],
  ['#0d7f55', '#52c99b'],
  ['#8547b8', '#c79bf2'],
  ['#96700a', '#e0b445'],
  ['#0d7a90', '#55c3da'],
  ['#bd2360', '#f585af'],
  ['#5b6472', '#a7b0bd'],
]

const light = COLORS.map(([color], index) => `--c${index}:${color}`).join(';')
const dark = COLORS.map(([, color], index) => `--c${index}:${color}`).join(';')
const strokes = COLORS.map((_, index) => `.c${index}{stroke:var(--c${index})}`).join('\n')

/** The style sheet. */
export const style: string = `
:root{color-scheme:light dark;--paper:#fdfdfc;--ink:#1c2126;--quiet:#5f6873;--rule:#dfe2e6;--panel:#f3f4f5;--good:#0d7f55;--bad:#bf2b2b;--heat-ink:#fff;${light}}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e4e7ea;--quiet:#98a1ab;--rule:#2e343a;--panel:#1d2125;--good:#52c99b;--bad:#ff8a80;--heat-ink:#0d1116;${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:break-word}
main{max-width:60rem;margin:0 auto;padding:clamp(1.25rem,4vw,3.5rem) clamp(1rem,4vw,2rem) 4rem}
header{margin-bottom:2.5rem}
h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.3rem);line-height:1.15;letter-spacing:-.02em;margin:0 0 .4rem}
header p{color:var(--quiet);font-size:1.05rem;margin:0;max-width:44rem}
h2{font-size:1.3rem;line-height:1.25;letter-spacing:-.01em;margin:3rem 0 1rem;padding-top:1rem;border-top:1px solid var(--rule)}
h3{font-size:.95rem;line-height:1.3;margin:0 0 .35rem}
h3 small{font-weight:400;color:var(--quiet)}
nav ol{display:flex;flex-wrap:wrap;gap:.4rem 1.5rem;margin:2rem 0;padding-left:1.2rem}
nav li{padding-left:.2rem}
a{color:var(--c0)}
article{margin-top:4rem;padding-top:2.5rem;border-top:4px solid var(--rule)}
p{margin:0 0 1rem;max-width:44rem;white-space:pre-line}
figure{margin:1.5rem 0 2rem}
figcaption{color:var(--quiet);font-size:.875rem;line-height:1.45;margin-top:.75rem;max-width:44rem;white-space:pre-line}
small,.legend small{color:var(--quiet);font-size:.85em}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;font-size:.925rem;line-height:1.35;font-variant-numeric:tabular-nums}
th,td{padding:.42rem .9rem;text-align:left;border-bottom:1px solid var(--rule);vertical-align:baseline}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--quiet);font-size:.8rem;font-weight:600;border-bottom-width:2px;vertical-align:bottom}
tbody th{font-weight:500}
.number{text-align:right;white-space:nowrap}
tbody strong{color:var(--c0)}
pre{margin:0;padding:1rem 1.1rem;background:var(--panel);border-radius:8px;overflow-x:auto;font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;tab-size:4}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:0 0 2rem}
.figures div{display:flex;flex-direction:column;background:var(--panel);border-radius:8px;padding:.8rem 1rem}
.figures dt{color:var(--quiet);font-size:.8rem;line-height:1.3}
.figures dd{display:contents}
.figures dd b{margin:0;font-size:clamp(1.2rem,1rem + 1.2vw,1.5rem);font-weight:600;letter-spacing:-.02em;line-height:1.35;font-variant-numeric:tabular-nums;order:-1}
.figures dd small{font-size:.8rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:0 2rem;margin-bottom:-1.75rem}
.charts section{min-width:0;display:grid;grid-template-rows:subgrid;grid-row:span 4;margin-bottom:1.75rem}
.chart{display:grid;grid-template-columns:auto minmax(0,1fr);font-size:.78rem;line-height:1;color:var(--quiet);font-variant-numeric:tabular-nums}
.chart .y{position:relative;width:2.9rem}
.chart .y span{position:absolute;right:.55rem;transform:translateY(-50%);white-space:nowrap}
.plot{position:relative;height:15rem;border-bottom:1px solid var(--quiet)}
.plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.chart .x{grid-column:2;position:relative;height:1.6rem}
.chart .x span{position:absolute;top:.5rem;transform:translateX(-50%);white-space:nowrap}
.chart .name{grid-column:2;text-align:center}
.chart.marked{padding-top:1.1rem}
.plot span.mark{position:absolute;bottom:calc(100% + .3rem);transform:translateX(-50%);white-space:nowrap}
svg path{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--rule);stroke-width:1}
path.mark{stroke:var(--quiet);stroke-width:1;stroke-dasharray:2 3}
.line{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.dashed{stroke-width:1.5;stroke-dasharray:4 4;stroke-linecap:butt}
${strokes}
.key{stroke:var(--quiet)}
.spot{stroke-width:11;stroke-linecap:round;stroke-opacity:0}
.spot:hover{stroke-opacity:.45}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;margin:0 0 .9rem;padding:0;font-size:.85rem}
.swatch{width:24px;height:8px;margin-right:.4rem;vertical-align:.1em}
details{margin-top:.75rem;font-size:.85rem;color:var(--quiet)}
details .scroll{max-height:20rem;overflow:auto;margin-top:.5rem}
details table{font-size:.8rem}
summary{cursor:pointer;width:max-content}
.empty{color:var(--quiet)}
.images{display:flex;flex-wrap:wrap;gap:1rem;list-style:none;margin:0;padding:0}
.images li{display:flex;flex-direction:column;align-items:center;gap:.35rem;max-width:100%;font-size:.8rem;line-height:1.3;color:var(--quiet);text-align:center}
.images img{display:block;max-width:100%;height:auto;border-radius:4px;background:var(--panel);outline:1px solid var(--rule)}
.images .pixels{image-rendering:pixelated}
.images span{max-width:13rem}
.images .good span{color:var(--good)}
.images .bad span{color:var(--bad);font-weight:600}
.images .bad img{outline:2px solid var(--bad)}
.bars{display:grid;grid-template-columns:auto minmax(4rem,1fr) auto;gap:.3rem .75rem;align-items:center;font-size:.875rem;line-height:1.3;font-variant-numeric:tabular-nums}
.bars div{display:contents}
.bars .track{background:var(--panel);border-radius:3px;height:.85rem}
.bars i{display:block;height:100%;border-radius:3px;background:var(--c0);opacity:.55;min-width:1px}
.bars .emphasis>*{font-weight:600}
.bars .emphasis i{opacity:1}
.marked-texts{list-style:none;margin:0;padding:0;line-height:1.9}
.marked-texts li{padding:.5rem 0;border-bottom:1px solid var(--rule)}
.marked-texts b{display:inline-block;min-width:8.5rem;font-size:.85rem}
.marked-texts .good{color:var(--good)}
.marked-texts .bad{color:var(--bad)}
.marked-texts .word{border-radius:3px;padding:.1em .15em;background:color-mix(in srgb,var(--good) var(--share),transparent)}
.marked-texts .word.negative{background:color-mix(in srgb,var(--bad) var(--share),transparent)}
.tagged-texts li:has(>b){padding-left:4rem;text-indent:-4rem}
.tagged-texts b{min-width:4rem}
.tagged-texts b,.tagged{text-indent:0}
.tagged{display:inline-block;vertical-align:top;line-height:1.25;border-radius:4px;padding:.15em .35em;margin:0 .1em;background:color-mix(in srgb,var(--color) 16%,transparent);border-bottom:2px solid var(--color)}
.tagged small{display:block;font-size:.7rem;color:var(--color);font-variant-numeric:tabular-nums}
.axes{font-size:.8rem;color:var(--quiet);margin:0 0 .5rem}
.heat{border-collapse:separate;border-spacing:2px;font-size:.75rem}
.heat td,.heat th{padding:0;border:0;text-align:center;vertical-align:middle}
.heat.printed td,.heat.printed thead th{min-width:2.1rem;height:2.1rem}
.heat.dense{border-spacing:1px}
.heat.dense td,.heat.dense thead th{min-width:.8rem;height:.8rem;font-size:.65rem}
.heat th{color:var(--quiet);font-weight:500;border-bottom:0}
.heat tbody th{text-align:right;padding-right:.5rem;white-space:nowrap}
.heat tbody td{border-radius:2px;background:color-mix(in srgb,var(--c0) var(--share),var(--panel))}
.heat tbody td.negative{background:color-mix(in srgb,var(--c1) var(--share),var(--panel))}
.heat tbody td.strong{color:var(--heat-ink)}
@media (max-width:34rem){.plot{height:12.5rem}.heat.printed td,.heat.printed thead th{min-width:1.62rem;height:1.8rem;font-size:.66rem}th,td{padding-left:.6rem;padding-right:.6rem}}
@media print{.charts section{display:block}body{background:none}details{display:none}figure,section{break-inside:avoid}}
`
