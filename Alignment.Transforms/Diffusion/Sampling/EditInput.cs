namespace Alignment.Transforms.Diffusion.Sampling;

// One scene and the controls to edit it under.
sealed record EditInput
{
    // "{video_id}-Scene-{n:000}"; decides the noise.
    public required string SceneId { get; init; }

    /// <summary>See <see cref="EditOptions.PromptFor"/>.</summary>
    public required string Prompt { get; init; }

    // [3,H,W] in −1 … 1, at the edit's size; not read where the edit starts from noise.
    public ReadOnlyMemory<float> Image { get; init; }

    /// <summary><see cref="DiffusionEditor.EncodeImage"/> of <see cref="Image"/>; null to have it encoded.</summary>
    public LatentDistribution? Latents { get; init; }

    // [2,H,W], mask then attention, at the edit's size; each gives one picture.
    public required IReadOnlyList<ReadOnlyMemory<float>> Controls { get; init; }
}
