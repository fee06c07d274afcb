namespace Alignment.MLNet.Charts;

/// <summary>The look of every page. Colours are Okabe and Ito's ("Color Universal Design", 2008), darkened or lightened where text needs
/// contrast (4.5 : 1 at least). On narrow screens the rows of a <c>table.stack</c> become blocks labelled by their cells'
/// <c>data-label</c>.</summary>
static class HtmlStyle
{
    // Colours on light and dark screens and on paper; a font; long rules of their own.
    const string Light = "color-scheme: light dark; --paper: #ffffff; --ink: #1c1f23; --soft: #5a626b; --line: #d5dae0; --card: #f5f7f9; "
        + "--blue: #0072b2; --sky: #56b4e9; --orange: #b35900; --red: #a63c06; --green: #00795a; --grid: #e4e8ec;";
    const string Dark = "--paper: #15181c; --ink: #e8eaed; --soft: #a3abb5; --line: #363c44; --card: #1e2328; "
        + "--blue: #6cbcf0; --sky: #2f7fb5; --orange: #f0a63c; --red: #ff9466; --green: #45c9a2; --grid: #2a3037;";
    const string Print = "color-scheme: light; --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --card: #ffffff; "
        + "--blue: #005f96; --sky: #56b4e9; --orange: #8a4500; --red: #8a3000; --green: #00614a; --grid: #dddddd;";
    const string Font = "font: 16px/1.5 system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif;";
    const string Badge = "border-radius: 99px; padding: 0 9px; font-size: .8rem; font-weight: 600;";
    const string Unread = "color: var(--soft); font-size: .78rem; text-align: center; padding: 4px;";

    public const string Sheet = $$"""
        :root { {{Light}} }
        @media (prefers-color-scheme: dark) { :root { {{Dark}} } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); {{Font}} overflow-wrap: anywhere; }
        main { max-width: 1160px; margin: 0 auto; padding: 16px 16px 64px; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 16px 0 4px; }
        h2 { font-size: 1.3rem; margin: 40px 0 8px; padding-top: 12px; border-top: 1px solid var(--line); }
        h3 { font-size: 1.05rem; margin: 28px 0 4px; }
        p { margin: 6px 0; max-width: 46rem; }
        a { color: var(--blue); }
        code { font-family: ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; font-size: .9em; }
        .soft { color: var(--soft); }
        .small { font-size: .88rem; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 10px; margin: 16px 0; }
        .tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; }
        .tile b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
        .badge { display: inline-block; white-space: nowrap; border: 1px solid currentColor; {{Badge}} }
        .error { color: var(--red); }
        .warning { color: var(--orange); }
        .note { color: var(--blue); }
        .good { color: var(--green); }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 12px; margin: 12px 0; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; break-inside: avoid; }
        .card p { margin: 4px 0; }
        .card h4 { margin: 0 0 6px; font-size: .95rem; }
        .pictures { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 8px; }
        figure { margin: 0; }
        figure img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); background: #000; }
        figcaption { font-size: .78rem; color: var(--soft); max-width: 150px; }
        .unread { display: grid; place-items: center; width: 150px; height: 84px; border: 1px dashed var(--soft); {{Unread}} }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; margin: 8px 0; font-size: .92rem; }
        th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; color: var(--soft); font-size: .84rem; vertical-align: bottom; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td.name { min-width: 9rem; }
        td.whole, th.whole { white-space: nowrap; }
        td.plot, th.plot { width: 38%; min-width: 180px; }
        svg { display: block; overflow: visible; }
        svg text { fill: var(--soft); font-size: 12px; }
        .axis { display: flex; justify-content: space-between; font-weight: 400; font-size: .78rem; color: var(--soft); }
        .grid { stroke: var(--grid); }
        .whisker { stroke: var(--soft); stroke-width: 1.5; }
        .box { fill: var(--sky); opacity: .45; }
        .median { stroke: var(--ink); stroke-width: 2.5; }
        .dot { fill: var(--blue); opacity: .8; }
        .bar { fill: var(--sky); }
        .zone { fill: var(--orange); opacity: .16; }
        .row { break-inside: avoid; }
        @media (max-width: 640px) {
          body { font-size: 15px; }
          main { padding: 8px 12px 48px; }
          table.stack, table.stack tbody, table.stack tr, table.stack td { display: block; width: auto; text-align: left; }
          table.stack thead { display: none; }
          table.stack tr { border: 1px solid var(--line); border-radius: 8px; background: var(--card); padding: 6px 10px; margin: 8px 0; }
          table.stack td { border: 0; padding: 2px 0; }
          table.stack td.number, table.stack td.whole { display: inline-block; margin-right: 16px; }
          table.stack td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); font-size: .84rem; }
          table.stack td.plot::before { display: block; }
        }
        @media print {
          :root { {{Print}} }
          body { font-size: 10.5pt; }
          main { max-width: none; padding: 0; }
          h2, h3, h2 + p, h3 + p { break-after: avoid; }
          td.plot, th.plot { width: 26%; min-width: 0; }
          tr, figure { break-inside: avoid; }
          .cards { grid-template-columns: repeat(2, 1fr); }
          a { color: inherit; }
        }

        """;
}
