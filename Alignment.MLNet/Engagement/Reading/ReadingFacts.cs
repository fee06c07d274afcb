using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.MLNet.Engagement.Reading;

// What reading found besides the sums.
sealed record ReadingFacts
{
    public required string Source { get; init; }
    public string? Sha256 { get; init; }
    public bool Simulated { get; init; }
    public long Rows { get; init; }
    public long Rejected { get; init; }
    public IReadOnlyList<RejectedRow> RejectedShown { get; init; } = [];
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];
    public IReadOnlyList<string> EmptyColumns { get; init; } = [];
    public IReadOnlyList<KeyValuePair<string, long>> UnknownVariants { get; init; } = [];
    public bool MoreUnknownVariants { get; init; }
    public double Duplicates { get; init; }
    public bool DuplicatesExact { get; init; } = true;
    public bool HasIds { get; init; }

    public string? AssignedColumn { get; init; }
}
