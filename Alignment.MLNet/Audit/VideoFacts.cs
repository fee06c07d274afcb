using Alignment.MLNet.Dataset;
using Alignment.Transforms.Attention;
using static System.FormattableString;

namespace Alignment.MLNet.Audit;

// A video in numbers: as many as it has scenes with a product.
sealed class VideoFacts(string id)
{
    readonly List<bool> _present = [];
    readonly List<float> _shares = [];
    readonly Dictionary<(int Width, int Height), List<int>> _sizes = [];
    IReadOnlyList<int> _numbers = [];
    public string Id { get; } = id;
    public int Scenes { get; private set; }
    public bool Trained { get; set; }

    public IReadOnlyList<(int Scenes, int WithProduct)>? Windows { get; private set; }

    public IReadOnlyList<float> Shares => _shares;
    public long[] Findings { get; } = new long[Enum.GetValues<AuditSeverity>().Length];

    public void Stills(IEnumerable<int> numbers) => _numbers = [.. numbers];

    public void Add(SceneRecord scene, SceneFacts facts)
    {
        Scenes++;
        (int, int) size = (facts.Still.Width, facts.Still.Height);
        if (!_sizes.TryGetValue(size, out List<int>? there)) _sizes[size] = there = [];
        there.Add(scene.SceneNumber);
        if (facts.Pixels is not { } pixels) return;
        _present.Add(pixels.HasProduct);
        if (pixels.HasProduct && pixels.Before.Total > 0) _shares.Add((float)pixels.Before.Share);
    }

    public void Finish(string folder, Action<AuditFinding> report)
    {
        Gaps(folder, report);
        if (_sizes.Count > 1)
        {
            var usual = _sizes.OrderByDescending(s => s.Value.Count).ThenBy(s => s.Key).First();
            string others = string.Join("; ", _sizes.Where(s => s.Key != usual.Key).OrderBy(s => s.Key).Take(5)
                .Select(s => Invariant($"{s.Key.Width}x{s.Key.Height} in scene {Ranges(s.Value)}")));
            report(new(AuditKind.MixedStillSizes, AuditSeverity.Warning, Id, null, folder,
                Invariant($"{usual.Key.Width}x{usual.Key.Height} in most scenes, but {others}"), "one size",
                "Check that these stills are of this video."));
        }
        if (_present.Count >= TemporalWindows.FewestScenes && _present.Count == Scenes)
        {
            var windows = new (int Scenes, int WithProduct)[TemporalWindows.Count];
            for (int i = 0; i < _present.Count; i++)
            {
                ref var window = ref windows[TemporalWindows.Of(i, _present.Count)];
                window = (window.Scenes + 1, window.WithProduct + (_present[i] ? 1 : 0));
            }
            Windows = windows;
            for (int w = 0; w < windows.Length; w++)
                if (windows[w].WithProduct == 0)
                    report(new(AuditKind.AbsentInWindow, AuditSeverity.Warning, Id, null, null,
                        Invariant(
                        $"no product in any of the {windows[w].Scenes} scene(s) of the {TemporalWindows.Names[w]} window"),
                        "the product in at least one",
                        $"Check the masks; else leave {string.Join(" and ", Variant.All.Where(v => v.Window == w).Select(v => v.Name))} "
                        + $"out of this video's comparison."));
        }
        _shares.Sort();
        _present.Clear();
        _sizes.Clear();
        _numbers = [];
    }

    void Gaps(string folder, Action<AuditFinding> report)
    {
        if (_numbers.Count == 0) return;
        int[] there = [.. _numbers.Order()];
        var missing = new List<string>();
        long count = 0;
        int expected = Math.Min(there[0], 1);   // some count from 0, most from 1
        foreach (int number in there)
        {
            if (number > expected)
            {
                count += number - expected;
                if (missing.Count < 10) missing.Add(Range(expected, number - 1));
                else if (missing.Count == 10) missing.Add("…");
            }
            expected = number + 1;
        }
        if (count > 0)
            report(new(AuditKind.MissingSceneNumbers, AuditSeverity.Warning, Id, null, folder,
                Invariant($"{count} number(s) missing among {there.Length} still(s): {string.Join(", ", missing)}"),
                "every number from the first to the last", "Add the stills, or make sure that they were left out on purpose."));
    }

    static string Ranges(List<int> numbers)
    {
        string shown = string.Join(", ", numbers.Take(8).Select(n => n.ToString(CultureInfo.InvariantCulture)));
        return numbers.Count > 8 ? shown + Invariant($" and {numbers.Count - 8} more") : shown;
    }

    static string Range(int from, int to) => from == to ? from.ToString(CultureInfo.InvariantCulture)
        : Invariant($"{from}–{to}");
}
