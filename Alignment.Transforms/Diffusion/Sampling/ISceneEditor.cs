namespace Alignment.Transforms.Diffusion.Sampling;

// What edits scenes of one size. One thread denoises; another encodes, a third decodes meanwhile.
interface ISceneEditor : IDisposable
{
    // What depends on the scene's picture alone; null for nothing.
    object? Encode(EditInput scene);

    /// <summary>Denoises a scene under each of its controls, in order, as far as is read.</summary>
    /// <param name="scene">What to edit.</param>
    /// <param name="encoded">What <see cref="Encode"/> gave.</param>
    /// <param name="guessInterval">Steps between two guesses of the result; 0 for none.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    IEnumerable<DenoisedEdit> Denoise(EditInput scene, object? encoded, int guessInterval, CancellationToken cancellationToken);

    // The picture of an edit, [3,H,W] in 0..1.
    float[] Decode(string sceneId, DenoisedEdit edit);

    // The pictures of an edit's guesses, smaller than the edit.
    IReadOnlyList<PlanarPicture> Guesses(DenoisedEdit edit) => [];
}

// A picture [3,Height,Width] in 0..1.
sealed record PlanarPicture(float[] Values, int Width, int Height);

/// <summary>An edit that is denoised and not yet a picture.</summary>
/// <param name="Control">Which of the scene's controls.</param>
/// <param name="Latents">[4,h,w], or what else <see cref="ISceneEditor.Decode"/> of the same editor takes.</param>
/// <param name="Seconds">Its share of the time of its batch.</param>
sealed record DenoisedEdit(int Control, float[] Latents, double Seconds)
{
    // What the model took the edit for on the way, encoded.
    public IReadOnlyList<float[]> Guesses { get; init; } = [];
}

// The editors behind an EditScene stage, one for each size.
interface IEditors : IDisposable
{
    // Planes that a control must have.
    int ControlChannels { get; }

    /// <summary>Checks every byte of the model, once.</summary>
    /// <exception cref="BadDataException">A file is not what the manifest says.</exception>
    void Verify(IProgress<WorkProgress>? progress, CancellationToken cancellationToken);

    // Says how many edits are ahead, before the first.
    void Expect(long edits);

    /// <summary>Refuses a size that no editor can have.</summary>
    /// <exception cref="UsageException">The message names sizes that do.</exception>
    void RequireSize(int width, int height);

    // The editor for a size, made on first use.
    ISceneEditor For(int width, int height);
}
