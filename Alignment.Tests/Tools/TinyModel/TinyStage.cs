using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Training;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>
/// Trains one part of the tiny model to its end, or continues where it was stopped. What a step sees is a function of its
/// number, so a stopped stage ends with the same weights as one that ran through.
/// </summary>
/// <param name="name">Of the stage; its state is <c>{name}.state</c> in the folder.</param>
/// <param name="folder">Where states are kept.</param>
/// <param name="recipe">How long and how fast.</param>
/// <param name="logEvery">Steps between two lines of the log.</param>
sealed class TinyStage(string name, string folder, TinyStageRecipe recipe, int logEvery)
{
    /// <summary>Seconds between two states on disk.</summary>
    const double StateEverySeconds = 90;

    /// <summary>Names the running average in the state.</summary>
    const string Average = "average";

    string StatePath => Path.Combine(folder, name + ".state");

    /// <summary>Trains <paramref name="graph"/> and returns the averaged weights under their full names.</summary>
    /// <param name="graph">With gradients for all its parameters.</param>
    /// <param name="weights">Initial parameters, and the frozen weights.</param>
    /// <param name="feed">Sets the inputs of a step.</param>
    /// <param name="log">Gets a line now and then.</param>
    /// <param name="cancellationToken">Saves the state and stops.</param>
    public IWeights Run(ModelGraph graph, IWeights weights, Action<long, TrainingSession> feed, Action<string> log,
        CancellationToken cancellationToken)
    {
        using var buffers = TrainingTools.BuffersFor(graph);
        using FloatBuffer average = buffers.NewBuffer();
        using var optimizer = new AdamW(buffers, new AdamWOptions { WeightDecay = 1e-3 });
        if (File.Exists(StatePath)) optimizer.Steps = TrainingCheckpoint.Load(StatePath, buffers,
            new Dictionary<string, FloatBuffer> { [Average] = average });
        else
        {
            buffers.Fill(weights);
            buffers.Parameters.Span(0, (int)buffers.Length).CopyTo(average.Span(0, (int)buffers.Length));
        }
        if (optimizer.Steps < recipe.Steps)
        {
            using var session = TrainingTools.Open(new OnnxModel(graph, weights), buffers);
            Train(session, buffers, average, optimizer, feed, log, cancellationToken);
        }
        return HeldWeights.Copy(new BufferWeights(buffers, values: average));
    }

    void Train(TrainingSession session, ParameterBuffers buffers, FloatBuffer average, AdamW optimizer, Action<long, TrainingSession> feed,
        Action<string> log, CancellationToken cancellationToken)
    {
        var sums = new SortedDictionary<string, double>(StringComparer.Ordinal);
        long lastSave = Stopwatch.GetTimestamp(), lastLog = lastSave, feeding = 0;
        int since = 0;
        while (optimizer.Steps < recipe.Steps)
        {
            long step = optimizer.Steps, start = Stopwatch.GetTimestamp();
            feed(step, session);
            feeding += Stopwatch.GetTimestamp() - start;
            foreach (var (part, value) in session.Run()) sums[part] = sums.GetValueOrDefault(part) + value[0];
            double norm = optimizer.Step(recipe.RateAt(step));
            if (!double.IsFinite(norm)) throw BadDataException.For($"Step {step} of the stage '{name}'",
                $"a gradient of norm {norm.ToString(CultureInfo.InvariantCulture)}", "a finite one",
                "Lower the learning rate of this stage in the recipe.");
            // The average starts as a plain mean, so that it does not remember the initial weights.
            Blend(buffers.Parameters, average, (float)Math.Max(1 - recipe.Average, 1.0 / (step + 2)));
            sums["norm"] = sums.GetValueOrDefault("norm") + norm;
            since++;
            if (optimizer.Steps % logEvery == 0 || optimizer.Steps == recipe.Steps)
            {
                double seconds = Stopwatch.GetElapsedTime(lastLog).TotalSeconds;
                string means = string.Join(" ",
                    sums.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value / since:0.00000}")));
                log(string.Create(CultureInfo.InvariantCulture, $"{name} {optimizer.Steps}/{recipe.Steps} {means} "
                    + $"{seconds / since * 1000:0} ms a step, {feeding * 1000.0 / Stopwatch.Frequency / since:0} of them data"));
                (since, feeding, lastLog) = (0, 0, Stopwatch.GetTimestamp());
                sums.Clear();
            }
            bool stop = cancellationToken.IsCancellationRequested;
            if (stop || optimizer.Steps == recipe.Steps || Stopwatch.GetElapsedTime(lastSave).TotalSeconds > StateEverySeconds)
            {
                Save(buffers, average, optimizer);
                lastSave = Stopwatch.GetTimestamp();
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    void Save(ParameterBuffers buffers, FloatBuffer average, AdamW optimizer) =>
        TrainingCheckpoint.Save(StatePath, buffers, optimizer.Steps, new Dictionary<string, FloatBuffer> { [Average] = average });

    /// <summary>average += share · (parameters − average).</summary>
    static void Blend(FloatBuffer parameters, FloatBuffer average, float share)
    {
        Span<float> p = parameters.Span(0, (int)parameters.Length), a = average.Span(0, (int)average.Length);
        TensorPrimitives.Lerp(a, p, share, a);
    }
}

/// <summary>Weights of a small model, in memory.</summary>
sealed class HeldWeights : IWeights
{
    readonly Dictionary<string, float[]> _values = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, WeightInfo> Infos { get; private init; } = new Dictionary<string, WeightInfo>();

    /// <summary>The numbers as they are now.</summary>
    public static HeldWeights Copy(IWeights weights)
    {
        var held = new HeldWeights { Infos = weights.Infos };
        foreach (WeightInfo info in weights.Infos.Values) weights.Read(info.Name, 0, held._values[info.Name] = new float[info.Count]);
        return held;
    }

    public void Read(string name, long start, Span<float> into) => _values[name].AsSpan((int)start, into.Length).CopyTo(into);
}

/// <summary>The weights under a scope: "unet" and "unet.conv_in.weight" make "conv_in.weight".</summary>
sealed class InScope(IWeights all, string scope) : IWeights
{
    public IReadOnlyDictionary<string, WeightInfo> Infos { get; } =
        all.Infos.Values.Where(i => i.Name.StartsWith(scope + ".", StringComparison.Ordinal))
        .ToDictionary(i => i.Name[(scope.Length + 1)..], i => i with { Name = i.Name[(scope.Length + 1)..] }, StringComparer.Ordinal);

    public void Read(string name, long start, Span<float> into) => all.Read($"{scope}.{name}", start, into);
}
