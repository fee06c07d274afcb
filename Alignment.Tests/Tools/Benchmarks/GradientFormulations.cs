using System.Globalization;
using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// What each operator's forward pass, and forward and backward pass together, cost in ONNX Runtime: medians of rounds in which all
/// operators take turns, at a small size and at one of Stable Diffusion's.
/// </summary>
/// <example><c>dotnet run -c Release --project Alignment.Tests -- gradient-formulations [rounds] [part of a name]</c></example>
static class GradientFormulations
{
    public const string Switch = "gradient-formulations";

    /// <summary>[batch, channels, side, side] of what goes in.</summary>
    static readonly (string Name, long Batch, long Channels, long Side)[] s_sizes = [("small", 8, 32, 32), ("large", 2, 320, 32)];

    sealed record Layer(string Name, Func<Value, Value> Make, Func<long, long[]>? Shape = null);

    static readonly Layer[] s_layers =
    [
        new("conv 3x3", x => x.Conv3("conv", (int)x[1].Value)),
        new("conv 3x3, frozen", x => x.Conv3("frozen", (int)x[1].Value)),
        new("conv 3x3, every other", x => x.Conv3("conv", (int)x[1].Value, stride: 2)),
        new("conv 1x1", x => x.Conv1("conv", (int)x[1].Value)),
        new("group norm", x => x.GroupNormLayer("norm", 32, 1e-5f)),
        new("group norm + SiLU", x => x.GroupNormLayer("norm", 32, 1e-5f).Silu()),
        new("group norm + SiLU, frozen", x => x.GroupNormLayer("frozen", 32, 1e-5f).Silu()),
        new("SiLU", x => x.Silu()),
        new("GELU", x => x.Gelu()),
        new("layer norm", x => Rows(x).LayerNormLayer("norm", 1e-5f)),
        new("linear", x => Rows(x).LinearLayer("linear", (int)x[1].Value)),
        new("GEGLU", x => { var h = Rows(x).LinearLayer("proj", 8 * (int)x[1].Value)
            .Split(2, axis: 1); return (h[0] * h[1].Gelu()).LinearLayer("out", (int)x[1].Value); }),
        new("attention, 8 heads",
            x => { Value r = Rows(x); return Layers.Attend(r, r * 0.5f, r + 1f, x[0], x[2] * x[3], x[2] * x[3], 8); }),
        new("enlarge x2", x => x.EnlargeNearest(2)),
        new("max-pool 2x2", x => x.MaxPool(2, 2)),
        new("max-pool 3x3 every 2", x => x.MaxPool(3, 2, ceil: true)),
        new("ReLU", x => x.Relu()),
        new("softmax", x => x.Softmax()),
    ];

    static Value Rows(Value x) => x.Reshape(x[0], x[1], x[2] * x[3]).Transpose(0, 2, 1).Reshape(x[0] * x[2] * x[3], x[1]);

    public static int Run(string[] args)
    {
        int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;
        string part = args.Length > 1 ? args[1] : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{OrtThreads.Count} threads, medians of {rounds} rounds, milliseconds"));
        foreach (var (size, batch, channels, side) in s_sizes)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size} [{batch}, {channels}, {side}, {side}]"));
            foreach (Layer layer in s_layers.Where(l => l.Name.Contains(part, StringComparison.Ordinal)))
            {
                using var forward = new Runs(layer, backward: false, batch, channels, side);
                using var both = new Runs(layer, backward: true, batch, channels, side);
                double[] medians = Timing.Medians(rounds, forward.Go, both.Go);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{layer.Name,-28} forward {medians[0] * 1000,8:f2}   both "
                    + $"{medians[1] * 1000,8:f2}   ratio {medians[1] / medians[0],6:f2}"));
            }
        }
        return 0;
    }

    /// <summary>A layer in a session, with everything it takes.</summary>
    sealed class Runs : IDisposable
    {
        readonly InferenceSession _session;
        readonly OrtIoBinding _binding;
        readonly RunOptions _run = new();
        readonly List<OrtValue> _values = [];

        public Runs(Layer layer, bool backward, long batch, long channels, long side)
        {
            var graph = new ModelGraph("layer") { Trainable = n => !n.StartsWith("frozen", StringComparison.Ordinal) };
            Value x = graph.Input("x", ElementType.Float32, Dim.Named("batch"), channels, Dim.Named("height"), Dim.Named("width"));
            var numbers = new ModelGraph("numbers");
            long[] sides = layer.Make(numbers.Input("x", ElementType.Float32, batch, channels, side, side)).Shape.Numbers;
            Value y = layer.Make(x);
            var inputs = new Dictionary<string, long[]> { ["x"] = [batch, channels, side, side] };
            foreach (Value parameter in graph.Parameters) inputs[parameter.Name] = parameter.Shape.Numbers;
            if (backward)
            {
                Value[] by = [x, .. graph.Parameters];
                Value seed = graph.Input("seed", ElementType.Float32, [.. y.Shape]);
                inputs["seed"] = sides;
                var gradients = Gradient.OfProduct(y, seed, by, GradientRules.For);
                for (int i = 0; i < by.Length; i++) graph.Output($"gradient {by[i].Name}", gradients[i]);
            }
            graph.Output("y", y);
            _session = OrtSessions.Open(new OnnxModel(graph, new SeededWeights(graph.WeightInfos())).ToBytes(), layer.Name);
            _binding = _session.CreateIoBinding();
            foreach (var (name, shape) in inputs)
            {
                var data = new float[shape.Aggregate(1L, (n, d) => n * d)];
                SeededNormal.Fill(data, 1, name);
                var value = OrtValue.CreateTensorValueFromMemory(data, shape);
                _values.Add(value);
                _binding.BindInput(name, value);
            }
            foreach (string output in _session.OutputNames) _binding.BindOutputToDevice(output, OrtMemoryInfo.DefaultInstance);
        }

        public void Go() => _session.RunWithBinding(_run, _binding);

        public void Dispose()
        {
            _binding.Dispose();
            _run.Dispose();
            _session.Dispose();
            foreach (OrtValue value in _values) value.Dispose();
        }
    }
}
