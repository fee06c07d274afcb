using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>A' of a scene under one variant, and what is worth knowing of it.</summary>
/// <param name="Attention">A' [H,W]; of the scene's own array where nothing was changed. Valid until the next scene.</param>
/// <param name="Clipped">Pixels cut off at 1.</param>
/// <param name="Place">Where the placebo acts; null for other variants.</param>
/// <param name="Strength">The placebo's strength; null for other variants.</param>
/// <param name="Modified">True where a pixel differs from the scene's.</param>
sealed record SceneChange(float[] Attention, long Clipped, PlaceboPlacement? Place, double? Strength, bool Modified);

/// <summary>
/// The variants of the scene at hand. In any scene the boosts and the reduction either act alike or not at all, so that few of the
/// variants differ: each change is computed once, hashed once, and its array serves the next scene.
/// </summary>
sealed class SceneChanges(ReadFloats heatmap, ReadFloats mask, int width, int height, ModifyAttentionOptions options)
{
    readonly List<float[]> _arrays = [];
    readonly Dictionary<(bool Background, double Alpha), SceneChange> _known = [];
    readonly Dictionary<float[], string> _ids = new(ReferenceEqualityComparer.Instance);
    ControlStack.Hasher? _hasher;
    float[] _scene = [], _mask = [];
    long _group = long.MinValue;
    int _used;

    // The changes of another scene, or of the same.
    public SceneChanges Of(long group)
    {
        if (group == _group) return this;
        _group = long.MinValue;
        _hasher?.Dispose();
        (_used, _hasher, _mask) = (0, null, []);
        _known.Clear();
        _ids.Clear();
        heatmap().CopyTo(_scene = Rent());
        _group = group;
        return this;
    }

    public SceneChange Under(Variant variant, int window, Func<string> sceneId)
    {
        bool background = variant.Target == VariantTarget.Background;
        double alpha = variant.Alpha(window, options.BoostAlpha, options.ReductionAlpha);
        if (!_known.TryGetValue((background, alpha), out SceneChange? change))
            _known[(background, alpha)] = change = background ? Background(alpha, sceneId()) : alpha == 1
                ? new(_scene, 0, null, null, false) : Product(alpha);
        return change;
    }

    // The hash of the control that an edit gets.
    public string ControlId(SceneChange change)
    {
        if (_ids.TryGetValue(change.Attention, out string? known)) return known;
        _hasher ??= new(width, height, Mask());
        return _ids[change.Attention] = _hasher.Of(Mask(), change.Attention);
    }

    SceneChange Product(double alpha)
    {
        float[] changed = Rent();
        return Result(changed, AttentionChange.Apply(_scene, Mask(), alpha, options.PreserveMass, changed).Clipped, null, null);
    }

    SceneChange Background(double alpha, string sceneId)
    {
        float[] changed = Rent();
        PlaceboPlacement place = PlaceboRegion.Find(_scene, Mask(), width, height, options.Seed, sceneId, alpha);
        PlaceboBalance balance = PlaceboChange.Apply(_scene, Mask(), width, height, place, alpha, changed);
        return Result(changed, 0, place, balance.Strength);
    }

    // A map that came out as it was is the scene's own array, so that whoever comes next need not compare again.
    SceneChange Result(float[] changed, long clipped, PlaceboPlacement? place, double? strength)
    {
        bool modified = !changed.AsSpan().SequenceEqual(_scene);
        return new(modified ? changed : _scene, clipped, place, strength, modified);
    }

    // M, read only where something is changed or hashed.
    float[] Mask()
    {
        if (_mask.Length == 0) mask().CopyTo(_mask = Rent());
        return _mask;
    }

    float[] Rent()
    {
        if (_used == _arrays.Count) _arrays.Add(GC.AllocateUninitializedArray<float>(width * height));
        return _arrays[_used++];
    }
}
