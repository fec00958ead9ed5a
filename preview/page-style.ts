/** How a page looks, by day and by night. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --soft: #586274; --line: #dde1e8; --page: #f4f6f9; --card: #fff; --good: #2c8a5b; --bad: #c93c3c; --idle: #8a94a6 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ef; --soft: #a3adbd; --line: #333c4b; --page: #12161d; --card: #1b212b; --good: #4fbf86; --bad: #f07070; --idle: #8a94a6 }
}
* { box-sizing: border-box }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 1280px; margin: 0 auto; padding: 18px 20px 40px }
h1 { font-size: 22px; margin: 0 0 4px }
h2 { font-size: 17px; margin: 22px 0 8px }
a { color: inherit }
.said { color: var(--soft); margin: 0 0 4px; max-width: 105ch }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 6px }
.problems { border-left: 4px solid var(--bad); padding: 8px 14px; margin: 12px 0 }
.problems ul { margin: 4px 0; padding-left: 20px }
table { border-collapse: collapse; width: 100%; font-size: 13px }
th, td { text-align: left; padding: 4px 10px; border-top: 1px solid var(--line); vertical-align: middle }
th { border-top: 0; color: var(--soft); font-weight: 500 }
td.time { width: 250px }
.bar { position: relative; height: 12px; border-radius: 3px; background: color-mix(in srgb, var(--good) 35%, transparent); overflow: hidden }
.bar.unknown { background: repeating-linear-gradient(45deg, transparent, transparent 4px, var(--line) 4px, var(--line) 5px) }
.bar i { position: absolute; min-width: 3px; top: 0; bottom: 0; background: var(--bad) }
.rang { color: var(--bad); font-weight: 600 }
.quiet { color: var(--good) }
.unknown, .unknown a { color: var(--soft) }
.grid { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-auto-rows: 40px; margin: 0 -4px }
.cell { padding: 4px; min-width: 0; min-height: 0 }
.widget { height: 100%; padding: 6px 8px; overflow: hidden; display: flex; flex-direction: column }
.widget h3 { font-size: 13px; font-weight: 600; margin: 0 0 2px }
.widget svg { width: 100%; height: auto; flex: none }
.widget .note { color: var(--soft); font-size: 12px; margin: auto 0 0 }
.widget .note.bad { color: var(--bad) }
.widget .away { color: var(--soft); margin: auto; text-align: center; font-size: 13px; max-width: 46ch }
.off { background: none; border-style: dashed }
.text { background: none; border: 0; padding: 4px 8px; justify-content: center }
.text h1, .text h2, .text h3 { font-size: 18px; margin: 0 }
.text p { margin: 2px 0; font-size: 13px }
.chips { display: flex; flex-wrap: wrap; gap: 4px; overflow: hidden }
.chip { font-size: 12px; line-height: 17px; padding: 1px 7px; border-radius: 4px; border: 1px solid var(--line); border-left: 4px solid var(--good) }
.chip.rang { border-left-color: var(--bad) }
.chip.unknown { border-left-color: var(--idle) }
.list { color: var(--soft); font-size: 13px; margin: 0; padding-left: 20px }
`;
