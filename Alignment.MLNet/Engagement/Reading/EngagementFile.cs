using System.Collections.Concurrent;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement.Reading;

/// <summary>Sums of an engagement file, in one pass and bounded memory (and a look at its beginning). Blocks of rows are summed on several
/// threads and merged in the file's order, so that the result is the same bits with any number of threads.</summary>
static class EngagementFile
{
    const int MostUnknown = 20;

    public static (EngagementSums Sums, ReadingFacts Facts) Collect(string path, AnalysisOptions options, Action<RejectedRow>? rejected,
        CancellationToken cancellationToken)
    {
        EngagementShape shape = EngagementShape.Of(path, options, cancellationToken);
        FieldPlan plan = FieldPlan.Of([.. shape.Numbers.Select(c => shape.Columns[c])], options, shape.Subject);
        var parser = new RowParser(shape, plan, options);
        var sums = new EngagementSums(plan, options);
        var hashes = new RowHashes(options.MaxRowHashes);
        var unknown = new Dictionary<string, long>(StringComparer.Ordinal);
        List<RejectedRow> shown = [];
        long rows = 0, rejectedRows = 0;
        CsvBlocks blocks = shape.Blocks();
        int workers = options.Threads > 0 ? options.Threads : OrderedParallel.Workers;
        var used = new ConcurrentBag<EngagementSums>();
        foreach (var (block, made) in OrderedParallel.Map(blocks.Read(cancellationToken),
            b => (b, parser.Parse(b, sums.Next(used.TryTake(out EngagementSums? old) ? old : null))), workers, cancellationToken))
        {
            sums.Merge(made.Sums);
            foreach (ulong hash in made.Sums.Hashes) hashes.Add(hash);
            foreach (RejectedRow row in made.Rejected)
            {
                if (shown.Count < options.RejectedShown) shown.Add(row);
                rejected?.Invoke(row);
            }
            foreach (var (name, count) in made.UnknownVariants) unknown[name] = unknown.GetValueOrDefault(name) + count;
            if (unknown.Count > 100 * MostUnknown)   // a column that is no variant: the commonest stay
                foreach (string rare in unknown.OrderByDescending(u => u.Value).ThenBy(u => u.Key, StringComparer.Ordinal)
                    .Skip(10 * MostUnknown).Select(u => u.Key).ToList()) unknown.Remove(rare);
            rows += made.Rows;
            rejectedRows += made.Rejected.Count;
            blocks.Return(block);
            used.Add(made.Sums);
        }
        if (rows > 0 && rows == rejectedRows)
            throw BadDataException.For(shape.Subject, $"no usable row among {Text.Count(rows)}; line "
                + $"{Text.Count(shown.Count > 0 ? shown[0].Line : 0)}: {(shown.Count > 0 ? shown[0].Reason : "")}",
                "rows with video_id, variant and numbers", "Correct the export.");
        return (sums, new()
        {
            Source = Path.GetFileName(path),
            Sha256 = blocks.Sha256,
            Simulated = shape.Simulated,
            Rows = rows,
            Rejected = rejectedRows,
            RejectedShown = shown,
            IgnoredColumns = shape.Ignored,
            EmptyColumns = shape.Empty,
            UnknownVariants = [.. unknown.OrderByDescending(u => u.Value).ThenBy(u => u.Key, StringComparer.Ordinal).Take(MostUnknown)],
            MoreUnknownVariants = unknown.Count > MostUnknown,
            Duplicates = hashes.Duplicates,
            DuplicatesExact = hashes.Exact,
            HasIds = shape.HasIds,
            AssignedColumn = shape.Assigned >= 0 ? shape.Columns[shape.Assigned] : null,
        });
    }
}
