using System.Runtime.Intrinsics;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="BinarizeMaskEstimator"/>.</summary>
public sealed record BinarizeMaskOptions : IStageOptions
{
    /// <summary>float vector, any dimensions – the soft mask, 0..1.</summary>
    public string InputColumn { get; init; } = SceneColumns.MaskSoft;

    /// <summary>float vector of the same dimensions – 0 or 1.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Mask;

    /// <summary>bool – whether any pixel is product.</summary>
    public string HasProductColumn { get; init; } = SceneColumns.HasProduct;

    /// <summary>Values strictly above this are product. 0.5 is the seed's threshold (grey 128 and up in an 8-bit file).</summary>
    public float Threshold { get; init; } = 0.5f;

    /// <inheritdoc/>
    public void Check()
    {
        this.Require(Threshold, float.IsFinite(Threshold), "a finite number", "0.5 is the usual value.");
    }
}

/// <summary>Makes the binary keyword mask M: 1 where the soft mask is above the threshold, 0 elsewhere.</summary>
public sealed class BinarizeMaskEstimator : SceneEstimator<BinarizeMaskTransformer>
{
    internal BinarizeMaskEstimator(BinarizeMaskOptions options) : base(new BinarizeMaskTransformer(options)) { }
}

/// <inheritdoc cref="BinarizeMaskEstimator"/>
public sealed class BinarizeMaskTransformer : SceneTransformer<BinarizeMaskOptions>
{
    internal const string Name = "BinarizeMask";

    internal BinarizeMaskTransformer(BinarizeMaskOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        var soft = columns.Floats(Options.InputColumn);
        var mask = StageColumns.Together<float[]>([soft], row =>
        {
            var read = row.Floats(soft);
            float[] binary = new float[soft.Length];
            return () =>
            {
                Binarize(read(), Options.Threshold, binary);
                return binary;
            };
        });
        columns.MakeHeldFloats(Options.OutputColumn, soft.Dimensions, mask, m => m);
        columns.Make(Options.HasProductColumn, mask, m => m.AsSpan().ContainsAnyExcept(0f));
    }

    /// <summary>1 where v &gt; threshold, else 0; NaN is not product.</summary>
    internal static void Binarize(ReadOnlySpan<float> soft, float threshold, Span<float> mask)
    {
        ref float from = ref MemoryMarshal.GetReference(soft), to = ref MemoryMarshal.GetReference(mask[..soft.Length]);
        Vector256<float> least = Vector256.Create(threshold);
        int i = 0;
        for (; i + Vector256<float>.Count <= soft.Length; i += Vector256<float>.Count)
            (Vector256.GreaterThan(Vector256.LoadUnsafe(ref from, (nuint)i), least) & Vector256<float>.One).StoreUnsafe(ref to, (nuint)i);
        for (; i < soft.Length; i++) mask[i] = soft[i] > threshold ? 1f : 0f;
    }
}
