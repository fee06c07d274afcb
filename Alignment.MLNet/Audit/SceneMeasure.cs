using System.Security.Cryptography;
using Alignment.MLNet.Dataset;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Audit;

/// <summary>Turns a scene's pixels into numbers: what is a scene column comes from the pipeline, the rest describes the files. Used by
/// several threads.</summary>
sealed class SceneMeasure(AuditOptions options)
{
    const float White = 254 / 255f, Level = 1 / 255f;
    readonly AuditPipeline _pipeline = new(options);

    public SceneFacts Of(SceneRecord scene, ScenePixels seen) =>
        new(seen.StillHeader, seen.MaskHeader, seen.HeatmapHeader, Pixels(scene, seen));

    PixelFacts? Pixels(SceneRecord scene, ScenePixels seen)
    {
        if (seen is not { Still: { } still, Mask: { } mask, Heatmap: { } heatmap }) return null;
        using AuditPipeline.Columns columns = _pipeline.Open(seen);
        ReadOnlySpan<float> product = columns.Mask, attention = columns.Heatmap;
        AttentionScore before = columns.Before;
        var (productShare, between, undecided, maskMost) = MaskValues(mask.Values, options.MaskThreshold);
        var (least, most, white) = HeatmapValues(heatmap.Values);
        bool constant = (most - least) * 255 <= options.ConstantLevels;
        return new()
        {
            ProductShare = productShare,
            MaskBetween = between,
            MaskUndecided = undecided,
            MaskMost = maskMost,
            ProductPixels = product.Length - product.Count(0f),
            HeatmapLeast = least,
            HeatmapMost = most,
            HeatmapWhite = white,
            MaskColour = Colour(seen.MaskHeader, scene.KeywordMaskPath),
            HeatmapColour = Colour(seen.HeatmapHeader, scene.AttentionHeatmapPath),
            Before = before,
            Boosted = columns.Boosted,
            Hash = PictureHash.Of(still, out double spread),
            Spread = spread,
            Trace = new()
            {
                Still = Digest(still.Width, still.Height, still.Pixels),
                Heatmap = Digest(heatmap.Width, heatmap.Height, MemoryMarshal.AsBytes<float>(heatmap.Values)),
                Colours = Colours(still),
                Attention = constant || before.Total == 0 ? [] : Cells(attention, options, before.Total),
                Moments = Moments(attention, options, before.Total),
            },
        };
    }

    static (double Product, double Between, double Undecided, float Most) MaskValues(float[] values, float threshold)
    {
        long product = 0, between = 0, undecided = 0;
        float most = 0;
        foreach (float v in values)
        {
            product += v > threshold ? 1 : 0;
            between += v is > 0 and < 1 ? 1 : 0;
            undecided += v is > 0.25f and < 0.75f ? 1 : 0;
            most = MathF.Max(most, v);
        }
        return ((double)product / values.Length, (double)between / values.Length, (double)undecided / values.Length, most);
    }

    static (float Least, float Most, double White) HeatmapValues(float[] values)
    {
        float least = 1, most = 0;
        long white = 0;
        foreach (float v in values)
        {
            least = MathF.Min(least, v);
            most = MathF.Max(most, v);
            white += v >= White - Level / 2 ? 1 : 0;
        }
        return (least, most, (double)white / values.Length);
    }

    static double Colour(PictureHeader header, string path)
    {
        if (header.Channels != 3) return 0;
        byte[] rgb = PictureFile.ReadRgb8(path).Pixels;
        long sum = 0;
        for (int i = 0; i < rgb.Length; i += 3)
            sum += Math.Max(rgb[i], Math.Max(rgb[i + 1], rgb[i + 2])) - Math.Min(rgb[i], Math.Min(rgb[i + 1], rgb[i + 2]));
        return 3.0 * sum / rgb.Length;
    }

    static UInt128 Digest(int width, int height, ReadOnlySpan<byte> pixels)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(MemoryMarshal.AsBytes<int>([width, height]));
        sha.AppendData(pixels);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        sha.GetHashAndReset(digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    static byte[] Colours(RgbPicture still)
    {
        const int n = CopyTrace.ColourSide * CopyTrace.ColourSide;
        Span<float> planes = stackalloc float[3 * n];
        PictureResize.Interleaved<byte>(still.Pixels, 3, still.Height, still.Width, divisor: 1f, grey: false, planes, CopyTrace.ColourSide,
            CopyTrace.ColourSide, ResizeFilter.AreaOrBilinear);
        byte[] colours = new byte[planes.Length];
        for (int i = 0; i < colours.Length; i++) colours[i] = (byte)Math.Clamp(planes[i] + 0.5f, 0, 255);
        return colours;
    }

    static ushort[] Cells(ReadOnlySpan<float> attention, AuditOptions options, double total)
    {
        const int side = CopyTrace.HeatmapSide;
        Span<float> cells = stackalloc float[side * side];
        PictureResize.Planes(attention, 1, options.Height, options.Width, cells, side, side);
        double scale = (double)attention.Length / (side * side) / total * ushort.MaxValue;
        ushort[] shares = new ushort[cells.Length];
        for (int i = 0; i < shares.Length; i++) shares[i] = (ushort)Math.Clamp(cells[i] * scale + 0.5, 0, ushort.MaxValue);
        return shares;
    }

    static HeatmapMoments Moments(ReadOnlySpan<float> attention, AuditOptions options, double total)
    {
        if (total == 0) return default;
        double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
        for (int y = 0, i = 0; y < options.Height; y++)
        {
            double row = 0, v = (y + 0.5) / options.Height;
            for (int x = 0; x < options.Width; x++, i++)
            {
                double a = attention[i], u = (x + 0.5) / options.Width;
                row += a;
                x1 += a * u;
                x2 += a * u * u;
            }
            y1 += row * v;
            y2 += row * v * v;
        }
        return new((float)(x1 / total), (float)(y1 / total), (float)(x2 / total), (float)(y2 / total));
    }
}
