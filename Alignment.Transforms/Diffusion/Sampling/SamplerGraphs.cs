using Alignment.Onnx.Graph;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// The sampler as small models, so that samples stay where the networks run: <see cref="Start"/> once a run, <see cref="Enter"/> when networks take over, <see cref="Step"/> after
/// each of their runs, <see cref="Read"/> to look. What a call multiplies with is in tables inside them, whose row is counted by a tensor too: between the start and the end of a run
/// nothing but fresh noise has to come from outside.
/// <code>
/// latents, sample_d, prediction_d, noise      float32 [N,4,h,w]
/// clean, initial                              float32 [1,4,h,w]   the source and the run's noise
/// edited, untouched                           float32 [N,1,h,w]   1 is edited, 0 the source's; and 1 less that
/// call                                        int64   []
/// network_sample, network_prediction          [N or 2N,4,h,w] in the networks' types
/// </code>
/// </summary>
static class SamplerGraphs
{
    public const string Latents = "latents", Call = "call", NextCall = "next_call", Sample = "sample_", NextSample = "next_sample", Prediction = "prediction_", Made = "prediction", Noise = "noise",
        Clean = "clean", Initial = "initial", Edited = "edited", Untouched = "untouched", NetworkSample = "network_sample_", NetworkPrediction = "network_prediction", Timestep = "timestep_", Copy = "_kept";

    /// <summary>Lays a run's tensors out: the sample first in its ring, zeros for the samples and predictions there are none of yet, and what is blended with.</summary>
    public static ModelGraph Start(EditShape shape, int pictures, int ring, bool blends)
    {
        var graph = new ModelGraph("sampler_start");
        Value latents = Latent(graph, Latents, shape, pictures), call = graph.Input(Call, ElementType.Int64);
        for (int i = 0; i < ring; i++)
        {
            graph.Output($"{Sample}{i}", i == 0 ? latents : latents * 0);
            graph.Output($"{Prediction}{i}", latents * 0);
            graph.Output($"{Call}_{i}", call);
        }
        if (!blends) return graph;
        graph.Output(Clean + Copy, Latent(graph, Clean, shape, 1));
        graph.Output(Initial + Copy, Latent(graph, Initial, shape, 1));
        Value edited = Weights(graph, Edited, shape, pictures);
        graph.Output(Edited + Copy, edited);
        graph.Output(Untouched + Copy, 1 - edited);
        return graph;
    }

    /// <summary>What the networks see of a sample at a call.</summary>
    public static ModelGraph Enter(EditShape shape, int pictures, LinearSampler sampler, NetworkForm form)
    {
        var graph = new ModelGraph("sampler_enter");
        Value sample = Latent(graph, Sample + "0", shape, pictures), call = graph.Input(Call, ElementType.Int64);
        NetworkInputs(graph, sample, call, sampler, form);
        return graph;
    }

    /// <summary>
    /// The sample after a call, from the networks' prediction there: guidance, the sampler's sum, and outside the edit the source at the level that follows; and what the networks see of it.
    /// </summary>
    public static ModelGraph Step(EditShape shape, int pictures, LinearSampler sampler, NetworkForm form, float guidance, bool blends)
    {
        var graph = new ModelGraph("sampler_step");
        int samples = form.Guided ? 2 * pictures : pictures;
        Value call = graph.Input(Call, ElementType.Int64), network = graph.Input(NetworkPrediction, form.Prediction, samples, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth).Cast(ElementType.Float32);
        Value[] x = [.. sampler.SampleLags.Select(d => Latent(graph, $"{Sample}{d}", shape, pictures))];

        // ε = ε₋ + g (ε₊ − ε₋): Ho and Salimans 2022, eq. 6, with g = 1 + w.
        Value epsilon = network;
        if (form.Guided && network.Split(2, axis: 0) is [var negative, var positive]) epsilon = negative + guidance * (positive - negative);
        graph.Output(Made, epsilon);
        Value[] predictions = [.. sampler.PredictionLags.Select(d => d == 0 ? epsilon : Latent(graph, $"{Prediction}{d}", shape, pictures))];

        // Σ_d a_d x_d + Σ_d b_d ε_d + c z, then what clipping changes.
        var terms = new List<(Func<LinearCall, float> Number, Value Of)>();
        for (int i = 0; i < x.Length; i++) terms.Add(Term(sampler.SampleLags[i], c => c.OfSamples, x[i]));
        for (int i = 0; i < predictions.Length; i++) terms.Add(Term(sampler.PredictionLags[i], c => c.OfPredictions, predictions[i]));
        if (sampler.Calls.Any(c => c.NeedsNoise)) terms.Add((c => c.OfNoise, Latent(graph, Noise, shape, pictures)));
        Value[] numbers = Row(call, sampler, [.. terms.Select(t => t.Number), c => c.Level.Clean, c => c.Level.Noise, c => c.Clip.OfSample, c => c.Clip.OfPrediction, c => c.Clip.Weight]);
        Value next = numbers[0] * terms[0].Of;
        for (int i = 1; i < terms.Count; i++) next += numbers[i] * terms[i].Of;
        var (clean, initial, ofSample, ofPrediction, weight) = (numbers[^5], numbers[^4], numbers[^3], numbers[^2], numbers[^1]);
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
        Value following = call + graph.Constant(1L);
        graph.Output(NextCall, following);
        NetworkInputs(graph, next, following, sampler, form);
        return graph;

        static (Func<LinearCall, float>, Value) Term(int lag, Func<LinearCall, float[]> numbers, Value of) => (c => numbers(c) is var all && lag < all.Length ? all[lag] : 0, of);
    }

    /// <summary>A call's sample before and after it, and its prediction, for the processor to look at.</summary>
    public static ModelGraph Read(EditShape shape, int pictures)
    {
        var graph = new ModelGraph("sampler_read");
        foreach (string name in (string[])[Sample + "0", NextSample, Made]) graph.Output(name + Copy, Latent(graph, name, shape, pictures));
        return graph;
    }

    static Value Latent(ModelGraph graph, string name, EditShape shape, int pictures) => graph.Input(name, ElementType.Float32, pictures, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth);

    static Value Weights(ModelGraph graph, string name, EditShape shape, int pictures) => graph.Input(name, ElementType.Float32, pictures, 1, shape.LatentHeight, shape.LatentWidth);

    /// <summary>The scaled samples, for both prompts where there are two, and the time, in every type and shape that a network wants.</summary>
    static void NetworkInputs(ModelGraph graph, Value sample, Value call, LinearSampler sampler, NetworkForm form)
    {
        if (sampler.Calls.Any(c => c.Scale != 1)) sample = Row(call, sampler, c => c.Scale)[0] * sample;
        if (form.Guided) sample = Value.Concat(0, sample, sample);
        foreach (ElementType type in form.Samples) graph.Output($"{NetworkSample}{type}", sample.Cast(type));
        foreach (TimeForm wanted in form.Timesteps)
        {
            int count = (int)wanted.Shape.Aggregate(1L, (n, d) => n * d);
            // Beyond the last call there is a row that nobody looks at.
            float[] times = [.. sampler.Calls.Select(c => wanted.Type.IsFloat() ? c.Timestep : MathF.Round(c.Timestep)).Append(0).SelectMany(t => Enumerable.Repeat(t, count))];
            Value time = graph.Constant(times, new Shape(times.Length / count, count)).Gather(call);
            if (wanted.Shape is not [_]) time = time.Reshape([.. wanted.Shape.Select(d => (Dim)d)]);
            graph.Output(wanted.Name, time.Cast(wanted.Type));
        }
    }

    /// <summary>Numbers of the calls: a table with a column for each, of which the call's row is read once.</summary>
    static Value[] Row(Value call, LinearSampler sampler, params ReadOnlySpan<Func<LinearCall, float>> columns)
    {
        int width = columns.Length, calls = sampler.Calls.Count;
        float[] table = new float[(calls + 1) * width];   // beyond the last call there is a row of zeros that nobody looks at
        for (int i = 0; i < calls * width; i++) table[i] = columns[i % width](sampler.Calls[i / width]);
        return [.. call.Graph.Constant(table, new Shape(calls + 1, width)).Gather(call).Split(width, axis: 0)];
    }
}

/// <summary>What the networks of a loop take and make.</summary>
/// <param name="Guided">Whether each sample is there twice, for the negative prompt and the positive one.</param>
/// <param name="Samples">Types of samples that are asked for.</param>
/// <param name="Timesteps">Types and shapes in which the time is asked for.</param>
/// <param name="Prediction">Type of what the UNet makes.</param>
sealed record NetworkForm(bool Guided, IReadOnlyList<ElementType> Samples, IReadOnlyList<TimeForm> Timesteps, ElementType Prediction);

/// <summary>How a network wants the time.</summary>
/// <param name="Type">Of its numbers.</param>
/// <param name="Shape">Of the tensor, every element of which is the time.</param>
sealed record TimeForm(ElementType Type, params long[] Shape)
{
    /// <summary>Of the tensor: "timestep_Float32[2]".</summary>
    public string Name => $"{SamplerGraphs.Timestep}{Type}[{string.Join(',', Shape)}]";
}
