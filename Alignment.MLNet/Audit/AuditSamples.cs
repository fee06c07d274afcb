namespace Alignment.MLNet.Audit;

/// <summary>The few findings of each kind that the page shows: the first ones, but at first no more than a few of one video, so that one
/// bad video does not hide the others.</summary>
sealed class AuditSamples(int most)
{
    const int MostOfOneVideo = 3;

    sealed class Shown
    {
        public readonly List<AuditFinding> Spread = [], First = [];
        public readonly Dictionary<string, int> OfVideo = new(StringComparer.Ordinal);
        public long Count;
    }

    readonly SortedDictionary<AuditKind, Shown> _kinds = [];

    public void Add(AuditFinding finding)
    {
        if (!_kinds.TryGetValue(finding.Kind, out Shown? shown)) _kinds[finding.Kind] = shown = new();
        shown.Count++;
        if (shown.First.Count < most) shown.First.Add(finding);
        if (shown.Spread.Count >= most) return;
        string video = finding.VideoId ?? "";
        int there = shown.OfVideo.GetValueOrDefault(video);
        if (there >= MostOfOneVideo) return;
        shown.OfVideo[video] = there + 1;
        shown.Spread.Add(finding);
    }

    public IReadOnlyDictionary<AuditKind, long> Counts => _kinds.ToDictionary(k => k.Key, k => k.Value.Count);

    public IReadOnlyList<AuditFinding> Of(AuditKind kind)
    {
        if (!_kinds.TryGetValue(kind, out Shown? shown)) return [];
        return shown.Spread.Count == most ? shown.Spread
            : [.. shown.Spread.Union(shown.First, ReferenceEqualityComparer.Instance).Cast<AuditFinding>().Take(most)];
    }
}
