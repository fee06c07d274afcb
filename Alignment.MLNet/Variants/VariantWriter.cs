using System.Buffers;
using System.Runtime.Intrinsics;
using Alignment.Onnx.Weights;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Variants;

/// <summary>A scene under one variant, as it was written.</summary>
/// <param name="Distinct">True where no earlier variant of the scene has the same control: then the map is its own file.</param>
sealed record WrittenVariant(
    Variant Variant, int Window, bool HasProduct, bool Modified, AttentionScore Before, AttentionScore After, long Clipped,
    PlaceboFacts Placebo,
    string Jpeg, string Map, string ControlId, bool Distinct);

// Where a placebo acts. NaN stands for what other variants do not have.
readonly record struct PlaceboFacts(int Dx, int Dy, double Coverage, double AttentionRatio, double Strength);

/// <summary>
/// Writes the variants' maps from the rows of <see cref="VariantPipeline"/>: each row's JPEG, and one lossless map for each control of a
/// scene. Encoding and file are shared by the variants that share a control.
/// </summary>
/// <param name="folder">The video's folder.</param>
/// <param name="options">The size.</param>
sealed class VariantWriter(string folder, VariantOptions options)
{
    // The columns it reads.
    public static IReadOnlyList<string> Columns { get; } =
    [
        SceneColumns.VideoId, SceneColumns.SceneNumber, SceneColumns.Variant, SceneColumns.TemporalWindow, SceneColumns.HasProduct,
            SceneColumns.ControlId, SceneColumns.HeatmapModified,
        SceneColumns.AttentionScore, SceneColumns.AttentionScoreModified, SceneColumns.Modified, SceneColumns.ClippedPixels,
        SceneColumns.PlaceboDx, SceneColumns.PlaceboDy, SceneColumns.PlaceboCoverage, SceneColumns.PlaceboAttentionRatio,
            SceneColumns.PlaceboStrength,
    ];

    // Writes the row at hand, whenever it is called.
    public Func<WrittenVariant> Open(DataViewRow at)
    {
        var row = new RowReader(at);
        var (video, number) = (row.Text(SceneColumns.VideoId), row.Value<int>(SceneColumns.SceneNumber));
        var (variant, window, control) = (row.Text(SceneColumns.Variant), row.Value<int>(SceneColumns.TemporalWindow),
            row.Text(SceneColumns.ControlId));
        var attention = row.Floats(SceneColumns.HeatmapModified);
        var (hasProduct, modified, clipped) = (row.Value<bool>(SceneColumns.HasProduct), row.Value<bool>(SceneColumns.Modified),
            row.Value<long>(SceneColumns.ClippedPixels));
        var (before, after) = (row.Doubles(SceneColumns.AttentionScore), row.Doubles(SceneColumns.AttentionScoreModified));
        var (dx, dy) = (row.Value<int>(SceneColumns.PlaceboDx), row.Value<int>(SceneColumns.PlaceboDy));
        var (coverage, ratio, strength) = (row.Value<double>(SceneColumns.PlaceboCoverage),
            row.Value<double>(SceneColumns.PlaceboAttentionRatio), row.Value<double>(SceneColumns.PlaceboStrength));
        var known = new Dictionary<string, (byte[] Jpeg, string Map)>(StringComparer.Ordinal);   // of the scene, by control
        long scene = long.MinValue;

        return () =>
        {
            if (row.Group != scene)
            {
                known.Clear();
                scene = row.Group;
            }
            Variant name = Variant.Named(variant());
            string id = SceneId.Of(video(), number()), controlId = control(), jpeg = VariantFiles.Jpeg(folder, name, id);
            bool distinct = !known.TryGetValue(controlId, out var shared);
            if (distinct)
            {
                known[controlId] = shared = (Jpeg(attention(), options.Width, options.Height), VariantFiles.Map(folder, name, id));
                SafetensorsWriter.Write(shared.Map,
                    [SafetensorsTensor.Floats(VariantFiles.Tensor, [options.Height, options.Width], attention().ToArray())],
                    durable: false);
            }
            // Not forced to the disk one by one, which took longer than all the rest; the manifest comes after them, and Finished looks at
            // their lengths.
            AtomicFile.WriteBytes(jpeg, shared.Jpeg, durable: false);
            return new(name, window(), hasProduct(), modified(), Score(before()), Score(after()), clipped(),
                new(dx(), dy(), coverage(), ratio(), strength()), jpeg, shared.Map, controlId, distinct);
        };
    }

    static AttentionScore Score(ReadOnlySpan<double> values) => new(values[0], values[1], values[2], values[3]);

    // The map as people see it.
    internal static byte[] Jpeg(ReadOnlySpan<float> attention, int width, int height)
    {
        byte[] grey = ArrayPool<byte>.Shared.Rent(attention.Length);
        try
        {
            Grey(attention, grey.AsSpan(0, attention.Length));
            return GreyJpeg.Encode(grey.AsSpan(0, attention.Length), width, height, PictureFile.DefaultJpegQuality);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(grey);
        }
    }

    // 0..1 to 0..255, halves up.
    internal static void Grey(ReadOnlySpan<float> attention, Span<byte> grey)
    {
        ref float from = ref MemoryMarshal.GetReference(attention);
        Vector256<float> white = Vector256.Create(255f), half = Vector256.Create(0.5f);
        int i = 0;
        for (; i + Vector256<byte>.Count <= grey.Length; i += Vector256<byte>.Count)
        {
            Vector256<ushort> low = Vector256.Narrow(Level(ref from, i), Level(ref from, i + 8)),
                high = Vector256.Narrow(Level(ref from, i + 16), Level(ref from, i + 24));
            Vector256.Narrow(low, high).StoreUnsafe(ref MemoryMarshal.GetReference(grey), (nuint)i);
        }
        for (; i < grey.Length; i++) grey[i] = (byte)(attention[i] * 255f + 0.5f);

        Vector256<uint> Level(ref float from, int at) =>
            Vector256.ConvertToInt32(Vector256.LoadUnsafe(ref from, (nuint)at) * white + half).AsUInt32();
    }
}
