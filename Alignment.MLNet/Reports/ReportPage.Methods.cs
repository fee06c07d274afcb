using Alignment.MLNet.Charts;

namespace Alignment.MLNet.Reports;

// A methods section to take into a paper, and the list of files.
sealed partial class ReportPage
{
    void Methods(HtmlWriter html)
    {
        html.Line().Element("h2", "Methods", ("id", "methods"));
        html.Element("p", "To take into a paper; built from what this run's records say was done. Check it against what you know.",
            "soft");
        var references = new References();
        using (html.Open("div", "paper"))
        {
            foreach (string paragraph in RunMethods.Paragraphs(run)) html.Line().Element("p", references.Number(paragraph));
            if (run.Analysis is { Methods: { Count: > 0 } sentences })
            {
                using var p = html.Line().Open("p");
                if (IsSimulated) html.Element("strong", "The engagement data is simulated. ");
                html.Name(string.Join(' ', sentences));
            }
        }
        string[] works = [.. references.Listed];
        if (works.Length == 0) return;
        html.Element("h3", "References");
        using var list = html.Open("ol", "references");
        foreach (string work in works) html.Line().Element("li", work);
    }

    void Files(HtmlWriter html)
    {
        html.Line().Element("h2", "Tables", ("id", "files"));
        html.Element("p", $"All numbers of this page and more, beside it in {ReportTables.Folder}/:", "soft");
        using var table = html.Open("table");
        using var body = html.Open("tbody");
        foreach (var (file, what) in ReportTables.Of(run))
        {
            using var row = html.Line().Open("tr");
            using (html.Open("td", "whole")) html.Element("a", file, ("href", $"{ReportTables.Folder}/{file}"));
            html.Element("td", what);
        }
    }
}
