namespace Alignment.Onnx.Models;

sealed record ClipVisionConfig
{
    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 768;
    public int IntermediateSize { get; init; } = 3072;
    public int Layers { get; init; } = 12;
    public int Heads { get; init; } = 12;
    public int Channels { get; init; } = 3;

    /// <summary>Side that the position embeddings were trained for; for others they are interpolated.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Divides the sides of pictures.</summary>
    public int PatchSize { get; init; } = 16;
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    public string Activation { get; init; } = "quick_gelu";

    public int Grid => ImageSize / PatchSize;
}
