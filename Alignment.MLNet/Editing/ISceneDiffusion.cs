using Alignment.Transforms.Images;

namespace Alignment.MLNet.Editing;

/// <summary>The model as the editor uses it. One thread denoises; another encodes, decodes and measures meanwhile.</summary>
interface ISceneDiffusion : IDisposable
{
    /// <summary>Says how many edits are ahead, before the first.</summary>
    void Expect(long edits) { }

    /// <summary>What depends on the scene's picture alone; null for nothing.</summary>
    /// <param name="image">[3,H,W] in −1..1.</param>
    object? Encode(float[] image);

    /// <summary>Denoises a scene under each of some controls.</summary>
    /// <param name="scene">Whose id keys the noise and whose keyword fills the prompt.</param>
    /// <param name="image">[3,H,W] in −1..1.</param>
    /// <param name="encoded">What <see cref="Encode"/> gave.</param>
    /// <param name="controls">[2,H,W] each: M, then A'.</param>
    /// <param name="made">Given what is done, as it is done, in order.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    void Denoise(SceneToEdit scene, float[] image, object? encoded, IReadOnlyList<float[]> controls, Action<DenoisedEdit> made,
        CancellationToken cancellationToken);

    /// <summary>The picture of an edit, [3,H,W] in 0..1.</summary>
    float[] Decode(SceneToEdit scene, DenoisedEdit edit);

    /// <summary>A strip of the edit's way, for people; null where none was asked for.</summary>
    /// <param name="image">The scene, [3,H,W] in −1..1.</param>
    /// <param name="edit">With its guesses.</param>
    /// <param name="picture">Its picture, [3,H,W] in 0..1.</param>
    RgbPicture? Strip(float[] image, DenoisedEdit edit, float[] picture) => null;

    /// <summary>How different two pictures look within a rectangle; null where the model cannot tell.</summary>
    double? Distance(RgbPicture before, RgbPicture after, (int Left, int Top, int Width, int Height) rectangle) => null;
}

/// <summary>An edit that is denoised and not yet a picture.</summary>
/// <param name="Control">Which of the controls.</param>
/// <param name="Latents">[4,h,w], or what else <see cref="ISceneDiffusion.Decode"/> of the same model takes.</param>
/// <param name="Seconds">Its share of the time of its batch.</param>
sealed record DenoisedEdit(int Control, float[] Latents, double Seconds)
{
    /// <summary>What the model took the edit for on the way, to be decoded for a strip.</summary>
    public IReadOnlyList<float[]> Guesses { get; init; } = [];
}
