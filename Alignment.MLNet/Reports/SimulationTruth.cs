using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Reports;

/// <summary>What was put into a simulated study: beside its data, so that a report can set what was found against it. It counts only for
/// the data whose hash it names.</summary>
sealed record SimulationTruth
{
    public const string Folder = "simulated", FileName = "truth_simulated.json";
    const long MostBytes = 1 << 20;
    public bool Simulated { get; init; } = true;
    public string Note { get; init; } = "";
    public string EngagementSha256 { get; init; } = "";
    public ulong Seed { get; init; }
    public int RowsPerVideoAndVariant { get; init; }
    public IReadOnlyList<SimulatedMetric> Metrics { get; init; } = [];

    public void Write(string run) => OutputRecord.WriteManifest(Path.Combine(run, Folder, FileName), this);

    public static SimulationTruth? Of(string run, EngagementAnalysis? analysis)
    {
        var file = new FileInfo(Path.Combine(run, Folder, FileName));
        if (analysis is not { Simulated: true, SourceSha256: { } hash } || !file.Exists || file.Length > MostBytes) return null;
        try
        {
            SimulationTruth? read = JsonSerializer.Deserialize<SimulationTruth>(File.ReadAllBytes(file.FullName), JsonStyle.Record);
            return read is { Metrics: not null } && read.EngagementSha256 == hash
                && read.Metrics.All(m => m is { Name: not null, Effects: not null }) ? read : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return null;   // then it is not known
        }
    }
}
