using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Diffusion.Editing;

namespace Alignment.MLNet.Editing;

/// <summary>The editor that the <c>EditScene</c> stage uses too, given the controls of a scene at once.</summary>
sealed class BundleDiffusion(ModelBundle bundle, EditOptions options) : ISceneDiffusion
{
    readonly SceneEditor _editor = new(bundle, options);

    public IReadOnlyList<float[]> Edit(SceneToEdit scene, float[] image, IReadOnlyList<float[]> controls, CancellationToken cancel) =>
        _editor.Edit(new SceneEdit
        {
            SceneId = scene.SceneId,
            Prompt = options.PromptFor(scene.Keyword),
            Image = image,
            Controls = [.. controls.Select(c => (ReadOnlyMemory<float>)c)],
        }, cancel: cancel);

    public void Dispose() => _editor.Dispose();
}
