using Alignment.Onnx.Graph;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// The sampler as small models, so that samples stay where the networks run: <see cref="Start"/> once a run, <see cref="Enter"/> when
/// networks take over,
/// <see cref="Step"/> after each of their runs, <see cref="Read"/> for observers. A step's coefficients are in tables inside the models,
/// whose row is the step index, a tensor too: during a run only fresh noise comes from outside.
/// <code>
/// latents, sample_d, prediction_d, noise      float32 [N,4,h,w]
/// clean, initial                              float32 [1,4,h,w]   the source and the run's noise
/// edited, untouched                           float32 [N,1,h,w]   1 is edited, 0 the source's; and 1 less that
/// step_index                                  int64   []
/// network_sample, network_prediction          [N or 2N,4,h,w] in the networks' types
/// </code>
/// </summary>
static class SamplerGraphs
{
    public const string Latents = "latents", StepIndex = "step_index", NextStepIndex = "next_step_index", Sample = "sample_",
        NextSample = "next_sample",
        Prediction = "prediction_", Guided = "prediction", Noise = "noise", Clean = "clean", Initial = "initial", Edited = "edited",
        Untouched = "untouched",
        NetworkSample = "network_sample_", NetworkPrediction = "network_prediction", Timestep = "timestep_", Copy = "_copy";

    // The sample first in its ring, zeros for samples and predictions that do not exist yet, and the source.
    public static ModelGraph Start(EditShape shape, int pictures, int ring, bool blends)
    {
        var graph = new ModelGraph("sampler_start");
        Value latents = Latent(graph, Latents, shape, pictures), index = graph.Input(StepIndex, ElementType.Int64);
        for (int i = 0; i < ring; i++)
        {
            graph.Output($"{Sample}{i}", i == 0 ? latents : latents * 0);
            graph.Output($"{Prediction}{i}", latents * 0);
            graph.Output($"{StepIndex}_{i}", index);
        }
        if (!blends) return graph;
        graph.Output(Clean + Copy, Latent(graph, Clean, shape, 1));
        graph.Output(Initial + Copy, Latent(graph, Initial, shape, 1));
        Value edited = Weights(graph, Edited, shape, pictures);
        graph.Output(Edited + Copy, edited);
        graph.Output(Untouched + Copy, 1 - edited);
        return graph;
    }

    // The networks' inputs of a sample at a step.
    public static ModelGraph Enter(EditShape shape, int pictures, LinearSampler sampler, NetworkSignature signature)
    {
        var graph = new ModelGraph("sampler_enter");
        Value sample = Latent(graph, Sample + "0", shape, pictures), index = graph.Input(StepIndex, ElementType.Int64);
        NetworkInputs(graph, sample, index, sampler, signature);
        return graph;
    }

    /// <summary>
    /// The sample after a step (guidance, the sampler's sum, outside the edit the source at the level that follows), and the networks'
    /// inputs of it.
    /// </summary>
    public static ModelGraph Step(EditShape shape, int pictures, LinearSampler sampler, NetworkSignature signature, float guidance,
        bool blends)
    {
        var graph = new ModelGraph("sampler_step");
        int samples = signature.Guided ? 2 * pictures : pictures;
        Value index = graph.Input(StepIndex, ElementType.Int64);
        Value network = graph.Input(NetworkPrediction, signature.Prediction, samples, shape.LatentChannels, shape.LatentHeight,
            shape.LatentWidth).Cast(ElementType.Float32);
        Value[] x = [.. sampler.SampleLags.Select(d => Latent(graph, $"{Sample}{d}", shape, pictures))];

        // ε = ε₋ + g (ε₊ − ε₋): Ho and Salimans 2022, eq. 6, with g = 1 + w.
        Value epsilon = network;
        if (signature.Guided && network.Split(2, axis: 0) is [var negative, var positive]) epsilon = negative
            + guidance * (positive - negative);
        graph.Output(Guided, epsilon);
        Value[] predictions = [.. sampler.PredictionLags.Select(d => d == 0 ? epsilon
            : Latent(graph, $"{Prediction}{d}", shape, pictures))];

        // Σ_d a_d x_d + Σ_d b_d ε_d + c z, then what clipping changes.
        var terms = new List<(Func<LinearStep, float> Weight, Value Of)>();
        for (int i = 0; i < x.Length; i++) terms.Add(Term(sampler.SampleLags[i], s => s.SampleWeights, x[i]));
        for (int i = 0; i < predictions.Length; i++) terms.Add(Term(sampler.PredictionLags[i], s => s.PredictionWeights, predictions[i]));
        if (sampler.Steps.Any(s => s.NeedsNoise)) terms.Add((s => s.NoiseWeight, Latent(graph, Noise, shape, pictures)));
        Value[] row = Row(index, sampler,
            [.. terms.Select(t => t.Weight), s => s.Level.Clean, s => s.Level.Noise, s => s.Clip.OfSample, s => s.Clip.OfPrediction,
            s => s.Clip.Weight]);
        Value next = row[0] * terms[0].Of;
        for (int i = 1; i < terms.Count; i++) next += row[i] * terms[i].Of;
        var (clean, initial, ofSample, ofPrediction, weight) = (row[^5], row[^4], row[^3], row[^2], row[^1]);
        if (sampler.ClipRange is { } range)
        {
            Value x0 = ofSample * x[0] + ofPrediction * epsilon;
            next += weight * (x0.Clip(-range, range) - x0);
        }

        // w x + (1 − w) (√ᾱ z + √(1−ᾱ) ε) (Avrahami, Fried and Lischinski 2023); exactly the one or the other where w is 1 or 0.
        if (blends)
        {
            Value level = clean * Latent(graph, Clean, shape, 1) + initial * Latent(graph, Initial, shape, 1);
            next = Weights(graph, Edited, shape, pictures) * next + Weights(graph, Untouched, shape, pictures) * level;
        }
        graph.Output(NextSample, next);
        Value following = index + graph.Constant(1L);
        graph.Output(NextStepIndex, following);
        NetworkInputs(graph, next, following, sampler, signature);
        return graph;

        static (Func<LinearStep, float>, Value) Term(int lag, Func<LinearStep, float[]> weights, Value of) =>
            (s => weights(s) is var all && lag < all.Length ? all[lag] : 0, of);
    }

    // A step's samples and prediction, for observers.
    public static ModelGraph Read(EditShape shape, int pictures)
    {
        var graph = new ModelGraph("sampler_read");
        foreach (string name in (string[])[Sample + "0", NextSample, Guided])
            graph.Output(name + Copy, Latent(graph, name, shape, pictures));
        return graph;
    }

    static Value Latent(ModelGraph graph, string name, EditShape shape, int pictures) =>
        graph.Input(name, ElementType.Float32, pictures, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth);

    static Value Weights(ModelGraph graph, string name, EditShape shape, int pictures) =>
        graph.Input(name, ElementType.Float32, pictures, 1, shape.LatentHeight, shape.LatentWidth);

    /// <summary>
    /// The scaled samples, twice where there are two prompts, and the timestep, in every type and shape that a network takes.
    /// </summary>
    static void NetworkInputs(ModelGraph graph, Value sample, Value index, LinearSampler sampler, NetworkSignature signature)
    {
        if (sampler.Steps.Any(s => s.Scale != 1)) sample = Row(index, sampler, s => s.Scale)[0] * sample;
        if (signature.Guided) sample = Value.Concat(0, sample, sample);
        foreach (ElementType type in signature.Samples) graph.Output($"{NetworkSample}{type}", sample.Cast(type));
        foreach (TimestepInput input in signature.Timesteps)
        {
            int count = (int)input.Shape.Aggregate(1L, (n, d) => n * d);
            // Beyond the last step there is a row that nobody reads.
            float[] times = [.. sampler.Steps.Select(s => input.Type.IsFloat() ? s.Timestep : MathF.Round(s.Timestep)).Append(0)
                .SelectMany(t => Enumerable.Repeat(t, count))];
            Value time = graph.Constant(times, new Shape(times.Length / count, count)).Gather(index);
            if (input.Shape is not [_]) time = time.Reshape([.. input.Shape.Select(d => (Dim)d)]);
            graph.Output(input.Name, time.Cast(input.Type));
        }
    }

    // A step's coefficients: a table with a column for each, and a row of zeros beyond the last step.
    static Value[] Row(Value index, LinearSampler sampler, params ReadOnlySpan<Func<LinearStep, float>> columns)
    {
        int width = columns.Length, steps = sampler.Steps.Count;
        float[] table = new float[(steps + 1) * width];
        for (int i = 0; i < steps * width; i++) table[i] = columns[i % width](sampler.Steps[i / width]);
        return [.. index.Graph.Constant(table, new Shape(steps + 1, width)).Gather(index).Split(width, axis: 0)];
    }
}

/// <summary>
/// Inputs and outputs of a loop's networks: <paramref name="Guided"/> has each sample twice, for the negative and the positive prompt.
/// </summary>
sealed record NetworkSignature(bool Guided, IReadOnlyList<ElementType> Samples, IReadOnlyList<TimestepInput> Timesteps,
    ElementType Prediction);

// Every element of the tensor is the timestep.
sealed record TimestepInput(ElementType Type, params long[] Shape)
{
    // "timestep_Float32[2]".
    public string Name => $"{SamplerGraphs.Timestep}{Type}[{string.Join(',', Shape)}]";
}
