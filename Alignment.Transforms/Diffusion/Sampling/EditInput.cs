namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>One scene and the controls to edit it under.</summary>
sealed record EditInput
{
    /// <summary>"{video_id}-Scene-{n:000}"; decides the noise.</summary>
    public required string SceneId { get; init; }

    /// <summary>See <see cref="EditOptions.PromptFor"/>.</summary>
    public required string Prompt { get; init; }

    /// <summary>[3,H,W] in −1 … 1, at the edit's size; not read where the edit starts from noise.</summary>
    public ReadOnlyMemory<float> Image { get; init; }

    /// <summary><see cref="DiffusionEditor.EncodeImage"/> of <see cref="Image"/>; null to have it encoded.</summary>
    public LatentDistribution? Latents { get; init; }

    /// <summary>[2,H,W], mask then attention, at the edit's size; each gives one picture.</summary>
    public required IReadOnlyList<ReadOnlyMemory<float>> Controls { get; init; }
}
