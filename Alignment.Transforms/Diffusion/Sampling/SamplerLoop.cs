using System.Numerics.Tensors;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// A sampler's run for N pictures on the networks' own device: samples and predictions go round in a ring of tensors as long as the sampler's memory, and each of its calls is a run of
/// <see cref="SamplerGraphs.Step"/> from one place of the ring to the next.
/// </summary>
sealed class SamplerLoop : IDisposable
{
    readonly EditSessions _sessions;
    readonly EditShape _shape;
    readonly int _pictures, _ring;
    readonly bool _blends, _noisy;
    readonly float _guidance;
    readonly LinearSampler _sampler;
    readonly Disposables _owned = new();
    readonly OrtTensor _latents, _call, _noise;
    readonly OrtTensor? _clean, _initial, _edited;
    readonly BoundRun _start;
    readonly InferenceSession _reader;
    readonly BoundRun?[] _reads;
    readonly OrtTensor _before, _after, _prediction;
    readonly Dictionary<DenoisingNetworks, Stage> _stages = [];
    int _now;

    /// <param name="sessions">For the device.</param>
    /// <param name="shape">Sizes of the edit.</param>
    /// <param name="pictures">N.</param>
    /// <param name="sampler">The run.</param>
    /// <param name="guidance">g, for networks with guidance.</param>
    /// <param name="blends">Whether runs may be blended with a source.</param>
    public SamplerLoop(EditSessions sessions, EditShape shape, int pictures, LinearSampler sampler, float guidance, bool blends)
    {
        (_sessions, _shape, _pictures, _sampler, _guidance, _blends) = (sessions, shape, pictures, sampler, guidance, blends);
        _ring = sampler.Depth + 1;
        _noisy = sampler.Calls.Any(c => c.NeedsNoise);
        long h = shape.LatentHeight, w = shape.LatentWidth, channels = shape.LatentChannels;
        try
        {
            OrtTensor Latent(long n, long c) => _owned.Add(new OrtTensor(TensorElementType.Float, n, c, h, w));
            (_latents, _noise, _call) = (Latent(pictures, channels), Latent(pictures, channels), _owned.Add(new OrtTensor(TensorElementType.Int64)));
            if (blends) (_clean, _initial, _edited) = (Latent(1, channels), Latent(1, channels), Latent(pictures, 1));
            (_before, _after, _prediction) = (Latent(pictures, channels), Latent(pictures, channels), Latent(pictures, channels));

            _start = _owned.Add(new BoundRun(sessions, Open(SamplerGraphs.Start(shape, pictures, _ring, blends))));
            FeedStart();
            _start.Makes(_start.OutputNames);
            _reader = Open(SamplerGraphs.Read(shape, pictures));
            _reads = new BoundRun?[_ring];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Begins a run: latents [N,4,h,w] noised to its first call, and what of them stays the source's; null for nothing.</summary>
    public void Start(ReadOnlySpan<float> latents, SourceBlend? keep)
    {
        latents.CopyTo(_latents.Floats);
        if (_blends)
        {
            _clean!.Fill(0);
            _initial!.Fill(0);
            _edited!.Fill(1);
            keep?.CopyTo(_clean.Floats, _initial.Floats, _edited.Floats);
        }
        else if (keep is not null) throw new InvalidOperationException("These runs are not blended.");
        FeedStart();
        _start.Run();
        _now = 0;
    }

    void FeedStart()
    {
        _start.Feed(SamplerGraphs.Latents, _latents).Feed(SamplerGraphs.Call, _call);
        if (_blends) _start.Feed(SamplerGraphs.Clean, _clean!).Feed(SamplerGraphs.Initial, _initial!).Feed(SamplerGraphs.Edited, _edited!);
    }

    /// <summary>Lets these networks see the sample as it is now; those that saw the last step's already need not be told.</summary>
    public void Enter(DenoisingNetworks networks)
    {
        Stage stage = StageOf(networks);
        stage.Enter.Input(SamplerGraphs.Sample + "0", Sample(_now)).Input(SamplerGraphs.Call, Call(_now)).Run();
    }

    /// <summary>Noise [N,4,h,w] for the next call, to be written where it needs any.</summary>
    public Span<float> Noise => _noise.Floats;

    /// <summary>The sampler's next call, on what the networks made of the last.</summary>
    public void Advance(DenoisingNetworks networks)
    {
        BoundRun step = StageOf(networks).Step(_now % _ring);
        if (_noisy) step.Feed(SamplerGraphs.Noise, _noise);
        step.Run();
        _now++;
    }

    /// <summary>The samples as they are now.</summary>
    public void Read(Span<float> latents)
    {
        Look();
        _after.Floats.CopyTo(latents);
    }

    /// <summary>The last call, of which there was one: the samples as the networks saw them, those after it, and the guided prediction between; good until the next look.</summary>
    public (OrtTensor Input, OrtTensor Latents, OrtTensor Prediction) Look()
    {
        _sessions.Crossed();
        (_reads[_now % _ring] ??= MakeRead(_now % _ring)).Run();
        if (_sampler.Calls[_now - 1].Scale is var scale and not 1) TensorPrimitives.Multiply(_before.Floats, scale, _before.Floats);
        return (_before, _after, _prediction);
    }

    BoundRun MakeRead(int place)
    {
        int before = place + _ring - 1;
        return _owned.Add(new BoundRun(_sessions, _reader))
            .Input(SamplerGraphs.Sample + "0", Sample(before)).Input(SamplerGraphs.NextSample, Sample(place)).Input(SamplerGraphs.Made, Prediction(before))
            .Output(SamplerGraphs.Sample + "0" + SamplerGraphs.Copy, _before.Value).Output(SamplerGraphs.NextSample + SamplerGraphs.Copy, _after.Value).Output(SamplerGraphs.Made + SamplerGraphs.Copy, _prediction.Value);
    }

    OrtValue Sample(int call) => _start[$"{SamplerGraphs.Sample}{call % _ring}"];

    OrtValue Prediction(int call) => _start[$"{SamplerGraphs.Prediction}{call % _ring}"];

    OrtValue Call(int call) => _start[$"{SamplerGraphs.Call}_{call % _ring}"];

    /// <summary>The runs that serve some networks, made when they first take part.</summary>
    Stage StageOf(DenoisingNetworks networks) => _stages.TryGetValue(networks, out Stage? known) ? known : MakeStage(networks);

    Stage MakeStage(DenoisingNetworks networks)
    {
        var enter = _owned.Add(new BoundRun(_sessions, Open(SamplerGraphs.Enter(_shape, _pictures, _sampler, networks.Form))));
        enter.Input(SamplerGraphs.Sample + "0", Sample(_now)).Input(SamplerGraphs.Call, Call(_now));
        string[] inputs = [.. enter.OutputNames];
        enter.Makes(inputs);
        networks.ReadFrom(name => enter[name]);
        InferenceSession session = Open(SamplerGraphs.Step(_shape, _pictures, _sampler, networks.Form, _guidance, _blends));
        var stage = new Stage(enter, MakeStep, _ring);
        _stages.Add(networks, stage);
        return stage;

        BoundRun MakeStep(int place)
        {
            BoundRun step = _owned.Add(new BoundRun(_sessions, session));
            step.Input(SamplerGraphs.Call, Call(place)).Input(SamplerGraphs.NetworkPrediction, networks.Prediction);
            // Places before the run's beginning are as many calls back as those on the ring's other side.
            foreach (int lag in _sampler.SampleLags) step.Input($"{SamplerGraphs.Sample}{lag}", Sample(place + _ring - lag));
            foreach (int lag in _sampler.PredictionLags.Where(d => d > 0)) step.Input($"{SamplerGraphs.Prediction}{lag}", Prediction(place + _ring - lag));
            if (_blends) foreach (string name in (string[])[SamplerGraphs.Clean, SamplerGraphs.Initial, SamplerGraphs.Edited, SamplerGraphs.Untouched]) step.Input(name, _start[name + SamplerGraphs.Copy]);
            step.Output(SamplerGraphs.Made, Prediction(place)).Output(SamplerGraphs.NextSample, Sample(place + 1)).Output(SamplerGraphs.NextCall, Call(place + 1));
            foreach (string name in inputs) step.Output(name, enter[name]);
            return step;
        }
    }

    /// <summary>A model of ours, as it was written: there is nothing in it to optimise, and constants are not to become outputs.</summary>
    InferenceSession Open(ModelGraph graph) =>
        _owned.Add(OrtSessions.Open(new OnnxModel(graph, new SeededWeights(graph.WeightInfos())).ToBytes(), graph.Name, new() { Device = _sessions.Device, Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL }));

    /// <inheritdoc/>
    public void Dispose() => _owned.Dispose();

    sealed class Stage(BoundRun enter, Func<int, BoundRun> make, int ring)
    {
        readonly BoundRun?[] _steps = new BoundRun?[ring];

        public BoundRun Enter => enter;

        public BoundRun Step(int place) => _steps[place] ??= make(place);
    }
}
