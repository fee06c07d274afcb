using Alignment.MLNet.Charts;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Reports;

/// <summary>What a report's page adds to the common look. The variants' colours are Okabe and Ito's in their order, the black one in the
/// ink's colour, lightened in the dark; every variant has a shape as well. A backslash joins two lines.</summary>
static class ReportStyle
{
    public static string Sheet { get; } = $$"""
        :root { --c0: var(--ink); {{SeriesLook.Declared(c => c.Light)}} --zone: #0072b2; }
        @media (prefers-color-scheme: dark) { :root { {{SeriesLook.Declared(c => c.Dark)}} --zone: #6cbcf0; } }
        {{SeriesLook.Classes}}
        .marker { fill: currentColor; stroke: currentColor; stroke-width: 1.5; stroke-linejoin: round; }
        .marker.hollow { fill: var(--paper); stroke-width: 2; }
        .line { fill: none; stroke: currentColor; stroke-width: 2; }
        .line.fit { color: var(--soft); stroke-dasharray: 6 4; }
        .interval { stroke: currentColor; stroke-width: 2.5; }
        .zero { stroke: var(--soft); stroke-width: 1.5; }
        rect.zone { fill: var(--zone); opacity: .13; }
        .chart { padding: 10px 14px 0 58px; }
        .axis-title { font-size: .8rem; color: var(--soft); margin-top: 6px; }
        .axis-title.across { text-align: center; margin: 0 0 4px; }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: .88rem; margin: 4px 0; }
        .legend span { white-space: nowrap; }
        .swatch { display: inline-block; vertical-align: -2px; margin-right: 5px; }
        .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 8px 24px; }
        .panels h4 { margin: 12px 0 0; font-size: .95rem; }
        .toc { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 12px 0; padding: 0; list-style: none; font-size: .92rem; }
        .loud { border: 3px solid var(--orange); border-radius: 8px; padding: 10px 14px; margin: 14px 0; background: var(--card); }
        .loud strong { color: var(--orange); letter-spacing: .02em; }
        .notes { list-style: none; padding: 0; margin: 8px 0; }
        .notes li { border-left: 4px solid currentColor; background: var(--card); border-radius: 0 8px 8px 0; padding: 7px 12px; \
        margin: 6px 0; break-inside: avoid; }
        .notes li p { color: var(--ink); margin: 2px 0; max-width: none; }
        .findings { padding-left: 1.2rem; max-width: 52rem; }
        .findings li { margin: 5px 0; }
        .kind { font-size: .76rem; white-space: nowrap; border: 1px solid var(--line); border-radius: 99px; padding: 1px 8px; \
        color: var(--soft); }
        .kind.planned { border-color: var(--blue); color: var(--blue); font-weight: 600; }
        tr.axis-row td { border-bottom: 0; padding-top: 0; }
        .values div { min-height: 26px; line-height: 26px; }
        table.figure td { vertical-align: middle; }
        @media (min-width: 641px) { table.figure td.plot, table.figure th.plot { width: 46%; } }
        .scene { margin: 14px 0 20px; break-inside: avoid; }
        .scene h4 { margin: 0 0 6px; font-size: .98rem; }
        .cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(46%, 128px), 1fr)); gap: 8px; align-items: start; }
        .cell { min-width: 0; }
        .cell img, .cell video { width: 100%; height: auto; display: block; border: 1px solid var(--line); background: #000; }
        .cell > .flip + img { margin-top: 3px; }
        .cell figcaption { max-width: none; font-size: .76rem; line-height: 1.3; margin-top: 3px; }
        .cell figcaption b { color: var(--ink); }
        .flip { position: relative; cursor: pointer; }
        .flip .before { position: absolute; inset: 0; opacity: 0; transition: opacity .1s; }
        .flip .tag { position: absolute; left: 3px; top: 3px; background: #000c; color: #fff; font-size: .7rem; line-height: 1.3; \
        padding: 0 6px; border-radius: 3px; }
        .cell:hover .before, .cell:focus .before { opacity: 1; }
        .cell:focus { outline: 2px solid var(--blue); outline-offset: 2px; }
        #show-before:checked ~ .scenes .before { opacity: 1; }
        .switch { position: absolute; opacity: 0; pointer-events: none; }
        .switch + label { display: inline-block; border: 1px solid var(--soft); border-radius: 99px; padding: 3px 14px; \
        margin: 0 6px 8px 0; cursor: pointer; font-size: .88rem; }
        .switch:checked + label { background: var(--blue); border-color: var(--blue); color: var(--paper); font-weight: 600; }
        .switch:focus-visible + label { outline: 2px solid var(--blue); outline-offset: 2px; }
        .same { display: grid; place-items: center; min-height: 62px; border: 1px dashed var(--line); color: var(--soft); \
        font-size: .76rem; text-align: center; padding: 6px; }
        details { margin: 8px 0; }
        summary { cursor: pointer; color: var(--blue); font-size: .92rem; padding: 4px 0; }
        .paper { font-family: Georgia, "Times New Roman", serif; background: var(--card); border: 1px solid var(--line); \
        border-radius: 8px; padding: 12px 18px; }
        .paper p { max-width: 50rem; }
        .references { font-size: .86rem; padding-left: 1.4rem; max-width: 52rem; }
        .pairs td:first-child { width: 15rem; color: var(--soft); }
        @media (max-width: 640px) {
          .chart { padding-left: 46px; padding-right: 8px; }
          .cells { grid-template-columns: repeat(auto-fill, minmax(min(46%, 150px), 1fr)); }
          table.stack tr.axis-row { border: 0; background: none; padding: 0 10px; margin: -4px 0 10px; }
          table.stack tr.axis-row td:not(.plot) { display: none; }
          .pairs td:first-child { width: 42%; }
        }
        @media screen { .scroll td, .scroll th { overflow-wrap: break-word; } }
        @media print {
          :root { --c0: #000000; {{SeriesLook.Declared(c => c.Light)}} --zone: #0072b2; }
          .switch, .switch + label, .toc, .screen { display: none; }
          .flip .before { display: none; }
          .cells { grid-template-columns: repeat({{Variant.All.Count + 1}}, 1fr); gap: 4px; }
          .cell figcaption { font-size: 6.5pt; }
          details::details-content { content-visibility: visible; display: block; block-size: auto; }
          summary { list-style: none; color: inherit; }
          .loud, .notes li, .paper, .panels > div, .scene { break-inside: avoid; }
        }

        """.Replace(" \\\n", " ", StringComparison.Ordinal);
}
