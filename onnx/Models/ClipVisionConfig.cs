namespace Alignment.Onnx.Models;

/// <summary>The architecture of a CLIP vision transformer, from a <c>vision_config</c>. Defaults: ViT-B/16 as CLIPSeg uses it.</summary>
sealed record ClipVisionConfig
{
    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 768;
    public int IntermediateSize { get; init; } = 3072;
    public int Layers { get; init; } = 12;
    public int Heads { get; init; } = 12;
    public int Channels { get; init; } = 3;

    /// <summary>Side of the pictures that the position embeddings were trained for; for other sizes they are interpolated.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Side of a patch; divides the sides of pictures.</summary>
    public int PatchSize { get; init; } = 16;
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    /// <summary>"quick_gelu" or "gelu".</summary>
    public string Activation { get; init; } = "quick_gelu";

    /// <summary>Patches along each side of a picture of <see cref="ImageSize"/>.</summary>
    public int Grid => ImageSize / PatchSize;
}
