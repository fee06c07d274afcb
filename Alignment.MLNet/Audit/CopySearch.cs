using System.Numerics;
using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Audit;

/// <summary>Finds pictures and heatmaps that occur more than once. A scene takes some 300 bytes; it is compared with the few earlier ones
/// that two indexes offer. A copy is reported at the later scene, with the earliest it is a copy of. What is much closer to an earlier
/// scene than a copy need be (the constants below) does not enter an index, so that ten thousand pictures that are all alike cost no more
/// than one.</summary>
sealed class CopySearch(AuditOptions options)
{
    /// <summary>Mean difference of colours, in levels of 255, within which one picture stands for another: that of encoding
    /// again.</summary>
    const int SameColourLevels = 1;

    const double SameHeatmapPart = 0.25;

    const int Colours = 3 * CopyTrace.ColourSide * CopyTrace.ColourSide, Cells = CopyTrace.HeatmapSide * CopyTrace.HeatmapSide;

    readonly record struct Scene(int Video, int Number, ulong Hash, bool Flat, bool HasHeatmap, UInt128 Still, UInt128 Heatmap,
        HeatmapMoments Moments);

    readonly List<Scene> _scenes = [];
    readonly List<byte> _colours = [];
    readonly List<ushort> _cells = [];

    public void Add(int video, SceneRecord scene, PixelFacts pixels)
    {
        CopyTrace trace = pixels.Trace;
        bool heatmap = trace.Attention.Length > 0;
        _scenes.Add(new(video, scene.SceneNumber, pixels.Hash, pixels.Spread < options.FlatLevels, heatmap, trace.Still, trace.Heatmap,
            trace.Moments));
        _colours.AddRange(trace.Colours);
        _cells.AddRange(heatmap ? trace.Attention : new ushort[Cells]);
    }

    public readonly record struct Copy(AuditKind Kind, int Later, int Earlier, bool Exact, bool SameStill, double Distance);

    public IEnumerable<Copy> Find(IReadOnlyList<VideoFacts> videos, CancellationToken cancellationToken)
    {
        HashIndex trained = new(), validated = new();
        var heatmaps = new HeatmapIndex(options.HeatmapMoments);
        var firstOfHeatmap = new Dictionary<UInt128, int>();
        for (int i = 0; i < _scenes.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Scene scene = _scenes[i];
            int at = i;
            if (!scene.Flat)
            {
                bool train = videos[scene.Video].Trained;
                HashIndex own = train ? trained : validated;
                int other = (train ? validated : trained).Lowest(scene.Hash, options.CopyBits,
                    j => AlikeColours(at, j, options.CopyColourLevels));
                if (other >= 0) yield return Picture(AuditKind.SplitLeak, i, other);
                int same = own.Lowest(scene.Hash, options.CopyBits, j => AlikeColours(at, j, options.CopyColourLevels));
                // Videos come one after the other: where the earliest copy is of this video, no other video before has one.
                if (same >= 0 && _scenes[same].Video != scene.Video) yield return Picture(AuditKind.DuplicatePicture, i, same);
                else if (same >= 0 && _scenes[same].Still == scene.Still) yield return Picture(AuditKind.RepeatedPicture, i, same);
                if (same < 0 || own.Equal(scene.Hash, j => AlikeColours(at, j, SameColourLevels)) < 0) own.Add(i, scene.Hash);
            }
            if (!scene.HasHeatmap) continue;
            if (firstOfHeatmap.TryGetValue(scene.Heatmap, out int first))
            {
                yield return new(AuditKind.CopiedHeatmap, i, first, true, AlikeStills(i, first), 0);
                continue;
            }
            firstOfHeatmap.Add(scene.Heatmap, i);
            bool known = false;
            int near = heatmaps.Lowest(scene.Moments, j =>
            {
                double elsewhere = Elsewhere(at, j);
                if (elsewhere > options.HeatmapDistance) return false;
                if (!AlikeStills(at, j)) return true;
                known |= elsewhere <= SameHeatmapPart * options.HeatmapDistance;
                return false;
            });
            if (near >= 0) yield return new(AuditKind.CopiedHeatmap, i, near, false, false, Elsewhere(i, near));
            if (!known) heatmaps.Add(i, scene.Moments);
        }
    }

    public AuditFinding Say(Copy copy, IReadOnlyList<VideoFacts> videos, SceneRecord later, SceneRecord earlier)
    {
        bool heatmap = copy.Kind == AuditKind.CopiedHeatmap;
        string what = heatmap ? "heatmap" : "picture";
        string how = copy.Exact ? $"the same {what}, pixel for pixel, as"
            : heatmap ? FormattableString.Invariant($"nearly the same heatmap ({copy.Distance:0.#%} of the attention lies elsewhere) as")
            : FormattableString.Invariant(
            $"nearly the same picture ({copy.Distance:0} of {PictureHash.Bits} bits of the perceptual hash differ) as");
        string side = copy.Kind != AuditKind.SplitLeak ? "" : videos[_scenes[copy.Later].Video].Trained
            ? "; this one is trained on, the other validates" : "; the other is trained on, this one validates";
        AuditSeverity severity = copy.Kind switch
        {
            AuditKind.SplitLeak => AuditSeverity.Error,
            AuditKind.RepeatedPicture => AuditSeverity.Note,
            AuditKind.CopiedHeatmap when copy.SameStill => AuditSeverity.Note,
            AuditKind.CopiedHeatmap when copy.Exact => AuditSeverity.Error,
            _ => AuditSeverity.Warning,
        };
        var (expected, next) = copy.Kind switch
        {
            AuditKind.SplitLeak => ("pictures of one side only",
                "Give videos that share scenes one id, or leave the shared scene out of one of them."),
            AuditKind.DuplicatePicture => ("a picture of its own",
                "Leave it out of one video if it is no part of both ads (an end card often is)."),
            AuditKind.RepeatedPicture => ("a picture of its own", "Check that no still was copied over another."),
            _ when copy.SameStill => ("a heatmap of its own", "Nothing if it was predicted: the stills are copies as well."),
            _ => ("a heatmap of its own", "Check which of the two belongs here."),
        };
        AuditPicture[] pictures = heatmap
            ? [new("this heatmap", later.AttentionHeatmapPath), new("the other", earlier.AttentionHeatmapPath),
            new("this still", later.SceneImagePath), new("the other still", earlier.SceneImagePath)]
            : [new("this still", later.SceneImagePath), new("the other", earlier.SceneImagePath)];
        return new(copy.Kind, severity, later.VideoId, later.SceneNumber, heatmap ? later.AttentionHeatmapPath : later.SceneImagePath,
            $"{how} {earlier.SceneId}{side}", expected, next)
        { Related = earlier.SceneId, Pictures = pictures };
    }

    Copy Picture(AuditKind kind, int later, int earlier) =>
        new(kind, later, earlier, _scenes[later].Still == _scenes[earlier].Still, true,
        BitOperations.PopCount(_scenes[later].Hash ^ _scenes[earlier].Hash));

    bool AlikeStills(int i, int j) =>
        _scenes[i].Still == _scenes[j].Still || (!_scenes[i].Flat && !_scenes[j].Flat
        && BitOperations.PopCount(_scenes[i].Hash ^ _scenes[j].Hash) <= options.CopyBits && AlikeColours(i, j, options.CopyColourLevels));

    bool AlikeColours(int i, int j, double levels)
    {
        ReadOnlySpan<byte> all = CollectionsMarshal.AsSpan(_colours), a = all.Slice(i * Colours, Colours),
            b = all.Slice(j * Colours, Colours);
        int sum = 0;
        for (int k = 0; k < Colours; k++) sum += Math.Abs(a[k] - b[k]);
        return sum <= levels * Colours;
    }

    double Elsewhere(int i, int j)
    {
        ReadOnlySpan<ushort> all = CollectionsMarshal.AsSpan(_cells), a = all.Slice(i * Cells, Cells), b = all.Slice(j * Cells, Cells);
        int sum = 0;
        for (int k = 0; k < Cells; k++) sum += Math.Abs(a[k] - b[k]);
        return sum / (2.0 * ushort.MaxValue);
    }
}
