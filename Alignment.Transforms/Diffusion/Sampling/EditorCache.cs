using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>A bundle's editors, one for each size, made on first use, after every byte of the bundle was checked once.</summary>
/// <param name="bundle">The model.</param>
/// <param name="options">Of the edits.</param>
sealed class EditorCache(ModelBundle bundle, EditOptions options) : IEditors
{
    readonly Lock _gate = new();
    readonly Dictionary<(int Width, int Height), DiffusionEditor> _editors = [];
    bool _verified;
    long _expected;

    public int ControlChannels => bundle.Manifest.ControlChannels;

    // The hash stands for what the manifest says; that the files are what it says is known only after reading them.
    public void Verify(IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_verified && bundle.HasManifest) bundle.Verify(progress, cancellationToken);
            _verified = true;
        }
    }

    public void Expect(long edits)
    {
        lock (_gate) _expected = edits;
    }

    public void RequireSize(int width, int height) => EditShape.Of(bundle, width, height);

    public ISceneEditor For(int width, int height)
    {
        lock (_gate)
        {
            Verify(progress: null, CancellationToken.None);
            if (!_editors.TryGetValue((width, height), out DiffusionEditor? editor))
            {
                _editors.Add((width, height), editor = new(bundle, options with { Width = width, Height = height }));
                if (_expected > 0) editor.Expect(_expected);
            }
            return editor;
        }
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
