namespace Alignment.Onnx.Models;

/// <summary>
/// How a picture is prepared for CLIPSeg (<c>preprocessor_config.json</c>). Defaults: the authors' code, ImageNet's mean and deviation
/// (Lüddecke and Ecker 2022).
/// </summary>
sealed record ClipSegPictures
{
    const int LargestSide = 1 << 13;

    public int Width { get; init; } = 352;
    public int Height { get; init; } = 352;

    // The prepared picture keeps its shape; 0 where width and height are given or pictures keep their size.
    public int ShortestSide { get; init; }

    // Pillow's number: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming.
    public int Resample { get; init; } = 2;

    // Prepared: (byte · Scale − Mean) / Deviation, by channel.
    public float Scale { get; init; } = 1 / 255f;
    public IReadOnlyList<float> Mean { get; init; } = [0.485f, 0.456f, 0.406f];
    public IReadOnlyList<float> Deviation { get; init; } = [0.229f, 0.224f, 0.225f];

    // Each side the nearest multiple of the patch, one patch at least.
    public (int Width, int Height) Target(int width, int height, int patch)
    {
        double w = Width, h = Height;
        if (ShortestSide > 0)
        {
            double factor = (double)ShortestSide / Math.Min(width, height);
            (w, h) = (Math.Min(LargestSide, width * factor), Math.Min(LargestSide, height * factor));
        }
        else if (Width == 0) (w, h) = (Math.Min(LargestSide, width), Math.Min(LargestSide, height));
        int Side(double x) => Math.Max(1, (int)Math.Round(x / patch, MidpointRounding.AwayFromZero)) * patch;
        return (Side(w), Side(h));
    }

    public static ClipSegPictures Read(string path)
    {
        var file = new ConfigFile(path) { Advice = "Take preprocessor_config.json from the model's own folder." };
        var standard = new ClipSegPictures();
        (int width, int height, int shortest) = (standard.Width, standard.Height, 0);
        if (!file.Bool("do_resize", true)) (width, height) = (0, 0);
        else if (file.IsObject("size"))
        {
            ConfigFile size = file.Section("size");
            if (size.Has("shortest_edge")) (width, height, shortest) = (0, 0, size.Needed("shortest_edge", LargestSide));
            else (width, height) = (size.Needed("width", LargestSide), size.Needed("height", LargestSide));
        }
        else if (file.Has("size"))
        {
            int side = file.Needed("size", LargestSide);
            // A bare number is the shortest edge for CLIP's own extractor, both sides for ViT's, which CLIPSeg uses.
            string extractor = file.Text("image_processor_type", "") + file.Text("feature_extractor_type", "");
            bool clip = extractor.StartsWith("CLIP", StringComparison.Ordinal);
            (width, height, shortest) = clip ? (0, 0, side) : (side, side, 0);
        }
        bool normalises = file.Bool("do_normalize", true);
        var read = new ClipSegPictures
        {
            Width = width,
            Height = height,
            ShortestSide = shortest,
            Resample = file.Index("resample", standard.Resample),
            Scale = file.Bool("do_rescale", true) ? file.Float("rescale_factor", standard.Scale) : 1,
            Mean = normalises ? file.Floats("image_mean") ?? standard.Mean : [0, 0, 0],
            Deviation = normalises ? file.Floats("image_std") ?? standard.Deviation : [1, 1, 1],
        };
        if (read.Resample > 5) throw file.Bad("resample", "0 to 5, as Pillow numbers its kernels");
        if (read.Mean.Count != 3) throw file.Bad("image_mean", "three numbers");
        if (read.Deviation.Count != 3 || read.Deviation.Any(d => d == 0)) throw file.Bad("image_std", "three numbers, none of them 0");
        return read;
    }
}
