namespace Alignment.MLNet.Engagement.Contracts;

// Whether anything was compared at all, and the codes of the warnings that say why not.
static class Comparability
{
    public const string VariantMissing = "variant_missing", NothingCompared = "nothing_compared";
    public const string NoComparison = "Not one variant could be compared with the baseline.";

    public static bool Holds(IEnumerable<MetricAnalysis> metrics) =>
        metrics.Any(m => m.Comparisons.Any(c => c.Result.Estimate is not null));
}
