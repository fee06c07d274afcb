using System.Diagnostics;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Onnx.Bundles;

/// <summary>The models of a bundle, run once by name on seeded inputs: does the whole hang together?</summary>
sealed class BundleRun(ModelBundle bundle) : IDisposable
{
    readonly Dictionary<string, InferenceSession> _sessions = [];
    readonly RunOptions _run = new();

    /// <summary>How long each model took, the last time.</summary>
    public Dictionary<string, TimeSpan> Times { get; } = [];

    /// <summary>One pass of every model for pictures of this size; every output by "model/name".</summary>
    public Dictionary<string, float[]> All(int batch, int width, int height)
    {
        var manifest = bundle.Manifest;
        int h = height / manifest.VaeFactor, w = width / manifest.VaeFactor, c = manifest.LatentChannels;
        long[] ids = new long[batch * manifest.Tokenizer.Length];
        Array.Fill(ids, manifest.Tokenizer.EndId);
        for (int i = 0; i < batch; i++) (ids[i * manifest.Tokenizer.Length],
            ids[i * manifest.Tokenizer.Length + 1]) = (manifest.Tokenizer.StartId, 40 + i);

        var made = new Dictionary<string, float[]>();
        float[] text = Run(BundleFiles.TextEncoder, made,
            ("input_ids", OrtValue.CreateTensorValueFromMemory(ids, [batch, manifest.Tokenizer.Length])))["last_hidden_state"];
        float[] image = Normal("image", batch * 3 * height * width, 0.4f), latents = Normal("latents", batch * c * h * w, 1),
            control = Normal("control", batch * manifest.ControlChannels * height * width, 0.1f);
        for (int i = 0; i < control.Length; i++) control[i] = Math.Abs(control[i]);
        (string, OrtValue)[] Common() =>
        [
            ("sample", Tensor(latents, batch, c, h, w)), ("timestep", Tensor([.. Enumerable.Repeat(501f, batch)], batch)),
            ("encoder_hidden_states", Tensor(text, batch, manifest.Tokenizer.Length, manifest.TextWidth)),
        ];
        var residuals = new Dictionary<string, long[]>();
        Dictionary<string, float[]> controls = Run(BundleFiles.ControlNet, made, residuals,
            [.. Common(), ("controlnet_cond", Tensor(control, batch, manifest.ControlChannels, height, width)),
            ("conditioning_scale", Tensor([1], 1))]);
        Run(BundleFiles.Unet, made,
            [.. Common(), .. controls.Select(r => (r.Key.Replace("down_block_res_", "down_block_").Replace("mid_block_res", "mid_block"),
            OrtValue.CreateTensorValueFromMemory(r.Value, residuals[r.Key])))]);
        Run(BundleFiles.VaeEncoder, made, ("sample", Tensor(image, batch, 3, height, width)));
        Run(BundleFiles.VaeDecoder, made, ("latent_sample", Tensor(latents, batch, c, h, w)));
        return made;
    }

    public void Dispose()
    {
        foreach (InferenceSession session in _sessions.Values) session.Dispose();
        _run.Dispose();
    }

    Dictionary<string, float[]> Run(string model, Dictionary<string, float[]> made, params (string Name, OrtValue Value)[] inputs) =>
        Run(model, made, [], inputs);

    Dictionary<string, float[]> Run(string model, Dictionary<string, float[]> made, Dictionary<string, long[]> shapes,
        params (string Name, OrtValue Value)[] inputs)
    {
        if (!_sessions.TryGetValue(model, out InferenceSession? session))
            _sessions.Add(model, session = OrtSessions.Open(bundle.PathOf(model)));
        var outputs = new Dictionary<string, float[]>();
        long start = Stopwatch.GetTimestamp();
        using (IDisposableReadOnlyCollection<OrtValue> values = session.Run(_run, [.. inputs.Select(i => i.Name)],
            [.. inputs.Select(i => i.Value)], session.OutputNames))
            for (int i = 0; i < values.Count; i++)
            {
                string name = session.OutputNames[i];
                shapes[name] = values[i].GetTensorTypeAndShape().Shape;
                outputs[name] = made[$"{model}/{name}"] = values[i].GetTensorDataAsSpan<float>().ToArray();
            }
        Times[model] = Stopwatch.GetElapsedTime(start);
        foreach ((_, OrtValue value) in inputs) value.Dispose();
        return outputs;
    }

    static OrtValue Tensor(float[] values, params long[] shape) => OrtValue.CreateTensorValueFromMemory(values, shape);

    static float[] Normal(string purpose, int count, float deviation)
    {
        float[] values = new float[count];
        SeededNormal.Fill(values, seed: 5, purpose);
        for (int i = 0; i < count; i++) values[i] *= deviation;
        return values;
    }
}
