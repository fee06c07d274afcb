using Alignment.Onnx.Weights;

namespace Alignment.Transforms.Images;

/// <summary>
/// Reads masks and heatmaps: grey pictures, or the product's lossless float32 safetensors (one tensor <c>attention</c> [H,W] of 0..1).
/// </summary>
static class MapFile
{
    public const string LosslessExtension = ".safetensors";

    // The one tensor of a lossless map.
    public const string LosslessTensor = "attention";

    /// <summary>
    /// Stretched to [<paramref name="height"/>,<paramref name="width"/>]; white (1 in a lossless map) becomes <paramref name="white"/>.
    /// </summary>
    public static void Read(string path, int width, int height, Span<float> to, float white = 1f, PictureLimits? limits = null)
    {
        if (!Path.GetExtension(path).Equals(LosslessExtension, StringComparison.OrdinalIgnoreCase))
        {
            PictureFile.ReadGrey(path, width, height, to, full: white, limits: limits);
            return;
        }

        string subject = $"Map '{SafePath.Shorten(path, 300)}'";
        if (!File.Exists(path)) throw BadDataException.For(subject, "no file there", "a lossless map",
            "Correct the path or make the variants again.");
        using var file = SafetensorsFile.Open(path);
        if (!file.Infos.TryGetValue(LosslessTensor, out var info) || info.Shape is not [> 0, > 0])
            throw BadDataException.For(subject, file.Infos.Count == 0 ? "no tensor"
                : string.Join(", ", file.Infos.Keys.Take(5).Select(k => SafePath.Shorten(k))),
                $"a tensor '{LosslessTensor}' of shape [H,W]", "Make the variants again.");
        (limits ?? PictureLimits.Default).Require(subject, info.Shape[1], info.Shape[0]);
        float[] values = file.ReadFloats(LosslessTensor);
        foreach (float v in values)
            if (!(v >= 0f && v <= 1f)) throw BadDataException.For(subject, $"the value {v}",
                "values from 0 to 1", "Make the variants again.");
        PictureResize.Planes(values, 1, (int)info.Shape[0], (int)info.Shape[1], to, height, width);
        for (int i = 0; i < to.Length; i++) to[i] = MathF.Min(to[i], 1f) * white;
    }
}
