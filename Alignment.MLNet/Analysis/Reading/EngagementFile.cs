using System.Text;

namespace Alignment.MLNet.Analysis;

/// <summary>Sums of an engagement file.</summary>
static class EngagementFile
{
    public static (EngagementSums Sums, ReadingFacts Facts) Collect(string path, AnalysisOptions options, Action<RejectedRow>? rejected, CancellationToken stop)
    {
        var csv = EngagementCsv.Open(path, options, stop);
        FieldPlan plan = FieldPlan.Of([.. csv.MetricColumns.Select(csv.Name)], options, $"The engagement data '{SafePath.Shorten(path, 200)}'");
        var sums = new EngagementSums(plan, options);
        int[] at = [.. plan.Fields.Select(f => csv.MetricColumns.Select(csv.Name).ToList().IndexOf(f))];
        var values = new double[at.Length];
        List<RejectedRow> shown = [];
        long rejectedRows = 0, row = 0;
        long rows = csv.Read((video, variant, found) =>
        {
            for (int f = 0; f < at.Length; f++) values[f] = found[at[f]];
            sums.Add(Encoding.UTF8.GetBytes(video), options.Position(variant), values, ByteHash.Mix((ulong)row++ ^ options.Seed));
        }, r =>
        {
            rejectedRows++;
            if (shown.Count < options.RejectedShown) shown.Add(r);
            rejected?.Invoke(r);
        }, stop);
        return (sums, new() { Source = Path.GetFileName(path), Sha256 = Editing.FileHash.OfFile(path), Simulated = csv.Simulated, Rows = rows, Rejected = rejectedRows, RejectedShown = shown, IgnoredColumns = csv.IgnoredColumns });
    }
}
