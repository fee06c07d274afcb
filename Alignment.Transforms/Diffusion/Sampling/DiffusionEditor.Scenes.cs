namespace Alignment.Transforms.Diffusion.Sampling;

/// <content>As the EditScene stage uses it, in parts that two threads do.</content>
sealed partial class DiffusionEditor
{
    object? ISceneEditor.Encode(EditInput scene) => DoesNothing || Options.FromNoise ? null : EncodeImage(scene.Image.Span);

    IEnumerable<DenoisedEdit> ISceneEditor.Denoise(EditInput scene, object? encoded, int guessInterval, CancellationToken cancellationToken)
    {
        if (DoesNothing)
        {
            for (int i = 0; i < scene.Controls.Count; i++) yield return new(i, scene.Image.ToArray(), 0);
            yield break;
        }
        var guesses = new List<float[]>[scene.Controls.Count];
        long began = TimeProvider.System.GetTimestamp();
        foreach (var (first, latents) in DenoiseScene(scene with { Latents = (LatentDistribution?)encoded },
            guessInterval > 0 ? Guess : null, Math.Max(1, guessInterval), progress: null, cancellationToken))
        {
            int one = Shape.LatentLength, count = latents.Length / one;
            double seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds / count;
            for (int i = 0; i < count; i++)
                yield return new(first + i, count == 1 ? latents : latents[(i * one)..((i + 1) * one)], seconds)
                {
                    Guesses = guesses[first + i] ?? [],
                };
            began = TimeProvider.System.GetTimestamp();
        }

        void Guess(in DenoiseStep step)
        {
            if (step.Index == 0)   // also where a batch is done again in halves
                for (int i = 0; i < step.Pictures; i++) guesses[step.FirstControl + i] = [];
            for (int i = 0; i < step.Pictures; i++) guesses[step.FirstControl + i].Add(PredictedX0(step, i));
        }
    }

    float[] ISceneEditor.Decode(string sceneId, DenoisedEdit edit) =>
        DoesNothing ? FromModelRange([.. edit.Latents]) : DecodePicture(sceneId, edit.Latents);

    IReadOnlyList<PlanarPicture> ISceneEditor.Guesses(DenoisedEdit edit) => [.. edit.Guesses.Select(DecodePreview)];
}
