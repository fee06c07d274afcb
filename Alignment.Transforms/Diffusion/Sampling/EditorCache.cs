using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>A bundle's editors, one for each size, made on first use, after every byte of the bundle was checked once.</summary>
sealed class EditorCache(ModelBundle bundle, EditOptions options) : IDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<(int Width, int Height), DiffusionEditor> _editors = [];
    bool _verified;

    public float[] Edit(int width, int height, EditInput scene)
    {
        DiffusionEditor? editor;
        lock (_gate)
        {
            // The hash stands for what the manifest says; that the files are what it says is known only after reading them.
            if (!_verified && bundle.HasManifest) bundle.Verify();
            _verified = true;
            if (!_editors.TryGetValue((width, height), out editor))
                _editors.Add((width, height), editor = new DiffusionEditor(bundle, options with { Width = width, Height = height }));
        }
        return editor.Edit(scene)[0];
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (DiffusionEditor editor in _editors.Values) editor.Dispose();
            _editors.Clear();
        }
    }
}
