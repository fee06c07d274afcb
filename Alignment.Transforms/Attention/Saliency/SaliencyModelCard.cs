using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Alignment.Transforms.Attention.Saliency;

enum SaliencyLayout
{
    // [1, 3, height, width].
    Nchw,

    // [1, height, width, 3].
    Nhwc,
}

enum SaliencyChannels
{
    Rgb,
    Bgr,
}

enum SaliencyActivation
{
    None,

    // 1 / (1 + e^−v): the model gives logits of single pixels.
    Sigmoid,

    // e^v / Σ e^v: the model gives logits of a distribution.
    Softmax,

    // e^(v − max v): the model gives the logarithm of a density.
    Exp,
}

/// <summary>
/// The <c>.json</c> that describes a single-picture ONNX saliency model: one float32 input, one float32 output of one map. Names in
/// snake_case; a name that is not known here is an error, because it would silently change what is computed.
/// <code>
/// { "file": "model.onnx", "input": "image", "output": "saliency", "width": 320, "height": 240,
///   "layout": "nchw", "channels": "rgb", "scale": 1, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "activation": "sigmoid"
///   }
/// </code>
/// The picture is stretched to width x height, its colours are brought to 0 … scale, then (v − mean) / std by channel, in the order of
/// <c>channels</c>.
/// </summary>
sealed record SaliencyModelCard
{
    const int MostBytes = 1 << 16, MostSide = 4096;

    // The model, below the card's own folder.
    public required string File { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public SaliencyLayout Layout { get; init; } = SaliencyLayout.Nchw;

    public SaliencyChannels Channels { get; init; } = SaliencyChannels.Rgb;

    // What white is before mean and std: 1 or 255, usually.
    public float Scale { get; init; } = 1;

    public IReadOnlyList<float> Mean { get; init; } = [0, 0, 0];

    public IReadOnlyList<float> Std { get; init; } = [1, 1, 1];

    public SaliencyActivation Activation { get; init; } = SaliencyActivation.None;

    /// <summary>Stretches the map to 0..1 by its extremes, as the scale of such models' output means nothing. Off: values must be in 0..1
    /// as they come.</summary>
    public bool Stretch { get; init; } = true;

    // What the predictor is called in reports; the card's file name by default.
    public string? Name { get; init; }

    // Size of the output map, where neither the model says it nor the input's proportions do.
    public int? OutputWidth { get; init; }

    /// <inheritdoc cref="OutputWidth"/>
    public int? OutputHeight { get; init; }

    static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 8,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    // The card, the model's full path, and the SHA-256 of the card's bytes.
    public static (SaliencyModelCard Card, string Model, byte[] Hash) Read(string path)
    {
        string full = Path.GetFullPath(path), subject = $"The saliency model's description '{SafePath.Shorten(full, 300)}'";
        var file = new FileInfo(full);
        if (!file.Exists) throw MissingDependencyException.For(subject, "no such file", "a .json that describes an ONNX model",
            "Correct the path, or use a built-in predictor.");
        if (file.Length > MostBytes) throw BadDataException.For(subject, FormattableString.Invariant($"{file.Length} bytes"),
            "a few lines of JSON", "Give the description, not the model.");
        byte[] bytes = System.IO.File.ReadAllBytes(full);
        SaliencyModelCard card;
        try
        {
            card = JsonSerializer.Deserialize<SaliencyModelCard>(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes, s_json)
                ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw BadDataException.For(subject, $"JSON that is no such description ({SafePath.Shorten(e.Message, 300)})",
                "file, input, output, width, height and, where they differ, layout, channels, scale, mean, std, activation, stretch",
                "docs/attention.md has an example.", e);
        }
        card.Check(subject);
        string model = SafePath.Relative(Path.GetDirectoryName(full)!, card.File, $"{subject}, \"file\"");
        if (!System.IO.File.Exists(model)) throw MissingDependencyException.For(subject, $"no model '{SafePath.Shorten(model, 300)}'",
            "the model beside it", "Put it there, or correct \"file\".");
        return (card, model, SHA256.HashData(bytes));
    }

    void Check(string subject)
    {
        void Bad(string name, string found, string expected) =>
            throw BadDataException.For($"{subject}, \"{name}\"", found, expected, "Correct it.");
        if (Width is < 1 or > MostSide || Height is < 1 or > MostSide)
            Bad("width, height", FormattableString.Invariant($"{Width}x{Height}"), $"1 to {MostSide} pixels a side");
        if (!(Scale > 0 && float.IsFinite(Scale))) Bad("scale", FormattableString.Invariant($"{Scale}"),
            "a number above 0, such as 1 or 255");
        if (Mean.Count != 3 || !Mean.All(float.IsFinite))
            Bad("mean", FormattableString.Invariant($"{Mean.Count} numbers"), "three finite numbers, one a channel");
        if (Std.Count != 3 || !Std.All(s => s > 0 && float.IsFinite(s)))
            Bad("std", string.Join(", ", Std.Take(5)), "three numbers above 0, one a channel");
        if (Input.Length == 0 || Output.Length == 0) Bad("input, output", "an empty name", "the model's names");
        if (OutputWidth is null != OutputHeight is null || OutputWidth is < 1 or > MostSide || OutputHeight is < 1 or > MostSide)
            Bad("output_width, output_height", FormattableString.Invariant($"{OutputWidth}x{OutputHeight}"),
                $"both, 1 to {MostSide}, or neither");
    }
}
