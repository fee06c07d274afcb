using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Where the time of an edit goes: seconds per model run, each model on inputs of the edit's own shapes.</summary>
/// <param name="TextEncoder">A prompt.</param>
/// <param name="VaeEncoder">A still.</param>
/// <param name="Step">A denoising step: ControlNet and UNet on a batch of two a picture.</param>
/// <param name="ControlNet">The ControlNet's part of it.</param>
/// <param name="VaeDecoder">An edited picture.</param>
sealed record EditSplit(double TextEncoder, double VaeEncoder, double Step, double ControlNet, double VaeDecoder)
{
    /// <param name="bundle">The model.</param>
    /// <param name="side">Of the picture.</param>
    /// <param name="rounds">Runs of each model.</param>
    /// <param name="pictures">Denoised together in a step.</param>
    /// <param name="packing">How the weights are loaded.</param>
    /// <param name="loaded">Told of each model and what it took to load.</param>
    public static EditSplit Measure(ModelBundle bundle, int side, int rounds, int pictures, WeightPrepacking packing, Action<string> loaded)
    {
        using var editor = new DiffusionEditor(bundle,
            new() { Width = side, Height = side, InferenceSteps = 2, GuidanceScale = 7.5f, Batch = pictures, Prepacking = packing });
        EditShape shape = editor.Shape;
        BundleSessions sessions = editor.Sessions;
        foreach (var (name, load) in new (string, Func<object>)[] { ("text encoder", () => sessions.TextEncoder),
            ("VAE encoder", () => sessions.VaeEncoder), ("ControlNet", () => sessions.ControlNet), ("UNet", () => sessions.Unet),
                ("VAE decoder", () => sessions.VaeDecoder) })
        {
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            double seconds = Timing.Seconds(() => load());
            loaded(FormattableString.Invariant(
                $"{name} loaded in {seconds:f1} s, {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:f1} s of processor"));
        }
        // An edit first: it leaves real numbers in the loop's tensors, and a prompt in its memory.
        editor.Edit(new()
        {
            SceneId = "split",
            Prompt = "a bottle",
            Image = new float[shape.ImageLength],
            Controls = [.. Enumerable.Range(0, pictures).Select(_ => (ReadOnlyMemory<float>)new float[shape.ControlLength])]
        });
        DenoisingNetworks networks = editor.Loop(pictures, editor.StartStep).Networks(guided: true);
        var text = Run(sessions.TextEncoder, []);
        int hintChannels = sessions.Hint is { } hint ? hint.OutputMetadata[Alignment.Onnx.Models.ControlNet.HintName].Dimensions[1] : 0;
        var control = Run(sessions.ControlNet, new()
        {
            [Alignment.Onnx.Models.ControlNet.HintName] = [2 * pictures, hintChannels, shape.LatentHeight, shape.LatentWidth],
            ["sample"] = [2 * pictures, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth],
            ["timestep"] = [2 * pictures],
            ["encoder_hidden_states"] = [2 * pictures, 77, bundle.Manifest.TextWidth],
            ["controlnet_cond"] = [2 * pictures, shape.ControlChannels, shape.Height, shape.Width],
            ["conditioning_scale"] = [1],
        });
        var encode = Run(sessions.VaeEncoder, new() { ["sample"] = [1, 3, shape.Height, shape.Width] });
        var decode = Run(sessions.VaeDecoder,
            new() { ["latent_sample"] = [1, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth] });
        double[] medians = Timing.Medians(rounds, text, encode, () => networks.Run(evaluate: true, active: true), control, decode);
        return new(medians[0], medians[1], medians[2], medians[3], medians[4]);
    }

    /// <summary>A run on tensors of the shapes given; [1, 77] where the model's input is not among them.</summary>
    static Action Run(InferenceSession session, Dictionary<string, long[]> shapes)
    {
        string[] names = [.. session.InputMetadata.Keys];
        OrtTensor[] inputs = [.. names.Select(n => new OrtTensor(session.InputMetadata[n].ElementDataType,
            Fit(session.InputMetadata[n].Dimensions, shapes.GetValueOrDefault(n, [1, 77]))))];
        foreach (OrtTensor input in inputs) input.Fill(1);
        OrtValue[] values = [.. inputs.Select(i => i.Value)];
        string[] outputs = [.. session.OutputNames];
        return () =>
        {
            using var options = new RunOptions();
            session.Run(options, names, values, outputs).Dispose();
        };
    }

    /// <summary>The shape, or none where the model wants a single number without axes.</summary>
    static long[] Fit(int[] wanted, long[] shape) => wanted.Length == 0 ? [] : shape;
}
