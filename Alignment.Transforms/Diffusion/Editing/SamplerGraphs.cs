using Alignment.Onnx.Graph;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Editing;

/// <summary>
/// The sampler as small models, so that samples stay where the networks run: <see cref="Start"/> once a run, <see cref="Enter"/> when networks take over, <see cref="Step"/> after
/// each of their runs, <see cref="Read"/> to look. What a call multiplies with is in tables inside them, whose row is counted by a tensor too: between the start and the end of a run
/// nothing but fresh noise has to come from outside.
/// <code>
/// latents, sample_d, prediction_d, noise      float32 [N,4,h,w]
/// clean, initial                              float32 [1,4,h,w]   the source and the run's noise
/// edited                                      float32 [N,1,h,w]   1 is edited, 0 the source's
/// call                                        int64   [1]
/// network_sample, network_prediction          [N or 2N,4,h,w] in the networks' types
/// </code>
/// </summary>
static class SamplerGraphs
{
    public const string Latents = "latents", Call = "call", NextCall = "next_call", Sample = "sample_", NextSample = "next_sample", Prediction = "prediction_", Made = "prediction", Noise = "noise",
        Clean = "clean", Initial = "initial", Edited = "edited", NetworkSample = "network_sample_", NetworkPrediction = "network_prediction", Timestep = "timestep_", Copy = "_kept";

    /// <summary>Lays a run's tensors out: the sample first in its ring, zeros for the samples and predictions there are none of yet, and what is blended with.</summary>
    public static ModelGraph Start(EditShape shape, int pictures, int ring, bool blends)
    {
        var graph = new ModelGraph("sampler_start");
        Value latents = Latent(graph, Latents, shape, pictures), call = graph.Input(Call, ElementType.Int64, 1);
        for (int i = 0; i < ring; i++)
        {
            graph.Output($"{Sample}{i}", i == 0 ? latents : latents * 0);
            graph.Output($"{Prediction}{i}", latents * 0);
            graph.Output($"{Call}_{i}", call);
        }
        if (!blends) return graph;
        graph.Output(Clean + Copy, Latent(graph, Clean, shape, 1));
        graph.Output(Initial + Copy, Latent(graph, Initial, shape, 1));
        graph.Output(Edited + Copy, graph.Input(Edited, ElementType.Float32, pictures, 1, shape.LatentHeight, shape.LatentWidth));
        return graph;
    }

    /// <summary>What the networks see of a sample at a call.</summary>
    public static ModelGraph Enter(EditShape shape, int pictures, LinearSampler sampler, NetworkForm form)
    {
        var graph = new ModelGraph("sampler_enter");
        Value sample = Latent(graph, Sample + "0", shape, pictures), call = graph.Input(Call, ElementType.Int64, 1);
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
        Value call = graph.Input(Call, ElementType.Int64, 1), network = graph.Input(NetworkPrediction, form.Prediction, samples, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth).Cast(ElementType.Float32);
        Value[] x = [.. sampler.SampleLags.Select(d => Latent(graph, $"{Sample}{d}", shape, pictures))];

        // ε = ε₋ + g (ε₊ − ε₋): Ho and Salimans 2022, eq. 6, with g = 1 + w.
        Value epsilon = network;
        if (form.Guided && network.Split(2, axis: 0) is [var negative, var positive]) epsilon = negative + guidance * (positive - negative);
        graph.Output(Made, epsilon);
        Value[] predictions = [.. sampler.PredictionLags.Select(d => d == 0 ? epsilon : Latent(graph, $"{Prediction}{d}", shape, pictures))];

        // Σ_d a_d x_d + Σ_d b_d ε_d + c z.
        var numbers = new CallTable(sampler, call);
        Value? sum = null;
        for (int i = 0; i < x.Length; i++) Add(numbers.Of(c => At(c.OfSamples, sampler.SampleLags[i])) * x[i]);
        for (int i = 0; i < predictions.Length; i++) Add(numbers.Of(c => At(c.OfPredictions, sampler.PredictionLags[i])) * predictions[i]);
        if (sampler.Calls.Any(c => c.NeedsNoise)) Add(numbers.Of(c => c.OfNoise) * Latent(graph, Noise, shape, pictures));
        if (sampler.ClipRange is { } range)
        {
            Value x0 = numbers.Of(c => c.Clip.OfSample) * x[0] + numbers.Of(c => c.Clip.OfPrediction) * epsilon;
            Add(numbers.Of(c => c.Clip.Weight) * (x0.Clip(-range, range) - x0));
        }

        // w x + (1 − w) (√ᾱ z + √(1−ᾱ) ε) (Avrahami, Fried and Lischinski 2023); exactly the one or the other where w is 1 or 0.
        Value next = sum!;
        if (blends)
        {
            Value edited = graph.Input(Edited, ElementType.Float32, pictures, 1, shape.LatentHeight, shape.LatentWidth);
            Value level = numbers.Of(c => c.Level.Clean) * Latent(graph, Clean, shape, 1) + numbers.Of(c => c.Level.Noise) * Latent(graph, Initial, shape, 1);
            next = edited * next + (1 - edited) * level;
        }
        graph.Output(NextSample, next);
        Value following = call + graph.Constant([1L]);
        graph.Output(NextCall, following);
        NetworkInputs(graph, next, following, sampler, form);
        return graph;

        void Add(Value term) => sum = sum is null ? term : sum + term;
        static float At(float[] values, int index) => index < values.Length ? values[index] : 0;
    }

    /// <summary>A call's sample before and after it, and its prediction, for the processor to look at.</summary>
    public static ModelGraph Read(EditShape shape, int pictures)
    {
        var graph = new ModelGraph("sampler_read");
        foreach (string name in (string[])[Sample + "0", NextSample, Made]) graph.Output(name + Copy, Latent(graph, name, shape, pictures));
        return graph;
    }

    static Value Latent(ModelGraph graph, string name, EditShape shape, int pictures) => graph.Input(name, ElementType.Float32, pictures, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth);

    /// <summary>The scaled samples, for both prompts where there are two, and the time, in every type and shape that a network wants.</summary>
    static void NetworkInputs(ModelGraph graph, Value sample, Value call, LinearSampler sampler, NetworkForm form)
    {
        if (sampler.Calls.Any(c => c.Scale != 1)) sample = new CallTable(sampler, call).Of(c => c.Scale) * sample;
        if (form.Guided) sample = Value.Concat(0, sample, sample);
        foreach (ElementType type in form.Samples) graph.Output($"{NetworkSample}{type}", sample.Cast(type));
        foreach ((string name, ElementType type, long[] shape) in form.Timesteps)
        {
            long count = shape.Aggregate(1L, (n, d) => n * d);
            // Beyond the last call there is a row that nobody looks at.
            float[] times = [.. sampler.Calls.Select(c => type.IsFloat() ? c.Timestep : MathF.Round(c.Timestep)).Append(0).SelectMany(t => Enumerable.Repeat(t, (int)count))];
            graph.Output(Timestep + name, graph.Constant(times, new Shape(times.Length / count, count)).Gather(call).Reshape([.. shape.Select(d => (Dim)d)]).Cast(type));
        }
    }

    /// <summary>Numbers of the calls; a column is a table of its own, read at the row of the call.</summary>
    readonly struct CallTable(LinearSampler sampler, Value call)
    {
        /// <summary>[1] at the call; beyond the last 0.</summary>
        public Value Of(Func<LinearCall, float> number) => call.Graph.Constant([.. sampler.Calls.Select(number).Append(0)], new Shape(sampler.Calls.Count + 1)).Gather(call);
    }
}

/// <summary>What the networks of a loop take and make.</summary>
/// <param name="Guided">Whether each sample is there twice, for the negative prompt and the positive one.</param>
/// <param name="Samples">Types of samples that are asked for.</param>
/// <param name="Timesteps">Of each network its name, and the type and shape in which it wants the time.</param>
/// <param name="Prediction">Type of what the UNet makes.</param>
sealed record NetworkForm(bool Guided, IReadOnlyList<ElementType> Samples, IReadOnlyList<(string Network, ElementType Type, long[] Shape)> Timesteps, ElementType Prediction);
