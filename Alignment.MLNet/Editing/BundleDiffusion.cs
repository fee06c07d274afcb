using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;
using Alignment.Transforms.Images.Quality;

namespace Alignment.MLNet.Editing;

/// <summary>The editor that the <c>EditScene</c> stage uses too, given the controls of a scene at once.</summary>
/// <param name="bundle">The model.</param>
/// <param name="options">Of the edits.</param>
/// <param name="previewEvery">Steps between two guesses of a strip; 0 for no strips.</param>
sealed class BundleDiffusion(ModelBundle bundle, EditOptions options, int previewEvery = 0) : ISceneDiffusion
{
    readonly DiffusionEditor _editor = new(bundle, options);
    readonly Lazy<PerceptualDistance?> _distance = new(() => PerceptualDistance.Of(bundle));

    /// <summary>Nothing is given up to noise: the edit is the scene at the edit's size.</summary>
    bool DoesNothing => _editor.StartStep == _editor.Timesteps.Count;

    public void Expect(long edits) => _editor.Expect(edits);

    public object? Encode(float[] image) => DoesNothing || options.FromNoise ? null : _editor.EncodeImage(image);

    public void Denoise(SceneToEdit scene, float[] image, object? encoded, IReadOnlyList<float[]> controls, Action<DenoisedEdit> made,
        CancellationToken cancellationToken)
    {
        if (DoesNothing)
        {
            for (int i = 0; i < controls.Count; i++) made(new(i, image, 0));
            return;
        }
        var guesses = new List<float[]>[controls.Count];
        long began = TimeProvider.System.GetTimestamp();
        _editor.DenoiseScene(new EditInput
        {
            SceneId = scene.SceneId,
            Prompt = options.PromptFor(scene.Keyword),
            Image = image,
            Latents = (LatentDistribution?)encoded,
            Controls = [.. controls.Select(c => (ReadOnlyMemory<float>)c)],
        }, (first, latents) =>
        {
            int one = _editor.Shape.LatentLength, count = latents.Length / one;
            double seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds / count;
            for (int i = 0; i < count; i++) made(new(first + i, count == 1 ? latents : latents[(i * one)..((i + 1) * one)],
                seconds)
            { Guesses = guesses[first + i] ?? [] });
            began = TimeProvider.System.GetTimestamp();
        }, previewEvery > 0 ? Guess : null, Math.Max(1, previewEvery), progress: null, cancellationToken);

        void Guess(in DenoiseStep step)
        {
            if (step.Index == 0)   // also where a batch is done again in halves
                for (int i = 0; i < step.Pictures; i++) guesses[step.FirstControl + i] = [];
            for (int i = 0; i < step.Pictures; i++) guesses[step.FirstControl + i].Add(_editor.PredictedX0(step, i));
        }
    }

    public float[] Decode(SceneToEdit scene, DenoisedEdit edit) => DoesNothing ? DiffusionEditor.FromModelRange([.. edit.Latents])
        : _editor.DecodePicture(scene.SceneId, edit.Latents);

    public RgbPicture? Strip(float[] image, DenoisedEdit edit, float[] picture) =>
        previewEvery == 0 ? null : PreviewStrip.Of(DiffusionEditor.FromModelRange([.. image]), picture, _editor.Shape.Width,
        _editor.Shape.Height, [.. edit.Guesses.Select(_editor.DecodePreview)]);

    public double? Distance(RgbPicture before, RgbPicture after, (int Left, int Top, int Width, int Height) rectangle) =>
        _distance.Value?.Between(before.Pixels, after.Pixels, before.Width, rectangle);

    public void Dispose()
    {
        if (_distance is { IsValueCreated: true, Value: { } distance }) distance.Dispose();
        _editor.Dispose();
    }
}
