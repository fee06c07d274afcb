using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// A sampler's run for N pictures on the networks' device: samples and predictions go round in a ring of tensors as long as the sampler's
/// memory; a step is a run of <see cref="SamplerGraphs.Step"/> from one place to the next.
/// </summary>
sealed class SamplerLoop : IDisposable
{
    readonly BundleSessions _sessions;
    readonly EditShape _shape;
    readonly int _pictures, _ring;
    readonly bool _blends, _noisy;
    readonly float _guidance;
    readonly LinearSampler _sampler;
    readonly Disposables _owned = new();
    readonly OrtTensor _latents, _stepIndex, _noise;
    readonly OrtTensor? _clean, _initial, _edited;
    readonly BoundSession _start;
    readonly InferenceSession _reader;
    readonly BoundSession?[] _reads;
    readonly OrtTensor _before, _after, _prediction;
    readonly Dictionary<DenoisingNetworks, NetworkLink> _links = [];
    int _now;

    /// <summary>
    /// <paramref name="guidance"/> is g, for networks with guidance; <paramref name="blends"/>: runs may be blended with a source.
    /// </summary>
    public SamplerLoop(BundleSessions sessions, LoopShape shape, LinearSampler sampler, float guidance, bool blends)
    {
        (_sessions, _shape, _pictures, _sampler, _guidance, _blends) = (sessions, shape.Edit, shape.Pictures, sampler, guidance, blends);
        _ring = sampler.Depth + 1;
        _noisy = sampler.Steps.Any(s => s.NeedsNoise);
        try
        {
            OrtTensor Tensor(long n, long c) => _owned.Add(new OrtTensor(TensorElementType.Float, n, c, _shape.LatentHeight,
                _shape.LatentWidth));
            OrtTensor Latents() => Tensor(_pictures, _shape.LatentChannels);
            (_latents, _noise, _stepIndex) = (Latents(), Latents(), _owned.Add(new OrtTensor(TensorElementType.Int64)));
            if (blends) (_clean, _initial, _edited) = (Tensor(1, _shape.LatentChannels), Tensor(1, _shape.LatentChannels),
                Tensor(_pictures, 1));
            (_before, _after, _prediction) = (Latents(), Latents(), Latents());

            _start = _owned.Add(new BoundSession(sessions, Open(SamplerGraphs.Start(_shape, _pictures, _ring, blends))));
            FeedStart();
            _start.Allocate(_start.OutputNames);
            _reader = Open(SamplerGraphs.Read(_shape, _pictures));
            _reads = new BoundSession?[_ring];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    // Latents [N,4,h,w] noised to the first step, and the source they are blended with.
    public void Start(ReadOnlySpan<float> latents, SourceBlend? blend)
    {
        latents.CopyTo(_latents.Floats);
        if (_blends)
        {
            _clean!.Fill(0);
            _initial!.Fill(0);
            _edited!.Fill(1);
            blend?.CopyTo(_clean.Floats, _initial.Floats, _edited.Floats);
        }
        else if (blend is not null) throw new InvalidOperationException("These runs are not blended.");
        FeedStart();
        _start.Run();
        _now = 0;
    }

    void FeedStart()
    {
        _start.Feed(SamplerGraphs.Latents, _latents).Feed(SamplerGraphs.StepIndex, _stepIndex);
        if (_blends) _start.Feed(SamplerGraphs.Clean, _clean!).Feed(SamplerGraphs.Initial, _initial!).Feed(SamplerGraphs.Edited, _edited!);
    }

    // Not needed for networks that the last step wrote to.
    public void Enter(DenoisingNetworks networks) =>
        LinkOf(networks).Enter.Input(SamplerGraphs.Sample + "0", Sample(_now)).Input(SamplerGraphs.StepIndex, StepIndex(_now)).Run();

    // [N,4,h,w] for the next step, where it needs any.
    public Span<float> Noise => _noise.Floats;

    // On the networks' last output.
    public void Advance(DenoisingNetworks networks)
    {
        BoundSession step = LinkOf(networks).Step(_now % _ring);
        if (_noisy) step.Feed(SamplerGraphs.Noise, _noise);
        step.Run();
        _now++;
    }

    // The current samples.
    public void Read(Span<float> latents)
    {
        ReadStep();
        _after.Floats.CopyTo(latents);
    }

    // The samples as the networks saw them, those after the step, and the guided prediction. Valid until the next read.
    public (OrtTensor Input, OrtTensor Latents, OrtTensor Prediction) ReadStep()
    {
        _sessions.CountDeviceCopy();
        (_reads[_now % _ring] ??= BindRead(_now % _ring)).Run();
        if (_sampler.Steps[_now - 1].Scale is var scale and not 1) TensorPrimitives.Multiply(_before.Floats, scale, _before.Floats);
        return (_before, _after, _prediction);
    }

    BoundSession BindRead(int place)
    {
        int before = place + _ring - 1;
        string sample = SamplerGraphs.Sample + "0";
        return _owned.Add(new BoundSession(_sessions, _reader))
            .Input(sample, Sample(before)).Input(SamplerGraphs.NextSample, Sample(place)).Input(SamplerGraphs.Guided, Prediction(before))
            .Output(sample + SamplerGraphs.Copy, _before.Value)
            .Output(SamplerGraphs.NextSample + SamplerGraphs.Copy, _after.Value)
            .Output(SamplerGraphs.Guided + SamplerGraphs.Copy, _prediction.Value);
    }

    OrtValue Sample(int step) => _start[$"{SamplerGraphs.Sample}{step % _ring}"];

    OrtValue Prediction(int step) => _start[$"{SamplerGraphs.Prediction}{step % _ring}"];

    OrtValue StepIndex(int step) => _start[$"{SamplerGraphs.StepIndex}_{step % _ring}"];

    NetworkLink LinkOf(DenoisingNetworks networks) => _links.TryGetValue(networks, out NetworkLink? known) ? known : Link(networks);

    NetworkLink Link(DenoisingNetworks networks)
    {
        var enter = _owned.Add(new BoundSession(_sessions, Open(SamplerGraphs.Enter(_shape, _pictures, _sampler, networks.Signature))));
        enter.Input(SamplerGraphs.Sample + "0", Sample(_now)).Input(SamplerGraphs.StepIndex, StepIndex(_now));
        string[] inputs = [.. enter.OutputNames];
        enter.Allocate(inputs);
        networks.ReadFrom(name => enter[name]);
        InferenceSession session = Open(SamplerGraphs.Step(_shape, _pictures, _sampler, networks.Signature, _guidance, _blends));
        var link = new NetworkLink(enter, BindStep, _ring);
        _links.Add(networks, link);
        return link;

        BoundSession BindStep(int place)
        {
            BoundSession step = _owned.Add(new BoundSession(_sessions, session));
            step.Input(SamplerGraphs.StepIndex, StepIndex(place)).Input(SamplerGraphs.NetworkPrediction, networks.Prediction);
            // Places before the run's beginning are as many steps back as those on the ring's other side.
            foreach (int lag in _sampler.SampleLags) step.Input($"{SamplerGraphs.Sample}{lag}", Sample(place + _ring - lag));
            foreach (int lag in _sampler.PredictionLags.Where(d => d > 0))
                step.Input($"{SamplerGraphs.Prediction}{lag}", Prediction(place + _ring - lag));
            if (_blends)
                foreach (string name in (string[])[SamplerGraphs.Clean, SamplerGraphs.Initial, SamplerGraphs.Edited,
                    SamplerGraphs.Untouched])
                    step.Input(name, _start[name + SamplerGraphs.Copy]);
            step.Output(SamplerGraphs.Guided, Prediction(place)).Output(SamplerGraphs.NextSample, Sample(place + 1))
                .Output(SamplerGraphs.NextStepIndex, StepIndex(place + 1));
            foreach (string name in inputs) step.Output(name, enter[name]);
            return step;
        }
    }

    // Nothing to optimise, and constants must not become outputs.
    InferenceSession Open(ModelGraph graph) =>
        _owned.Add(OrtSessions.Open(new OnnxModel(graph, new SeededWeights(graph.WeightInfos())).ToBytes(), graph.Name,
        new() { Device = _sessions.Device, Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL }));

    public void Dispose() => _owned.Dispose();

    // The runs that serve some networks: their first input, and a step for each place of the ring.
    sealed class NetworkLink(BoundSession enter, Func<int, BoundSession> bind, int ring)
    {
        readonly BoundSession?[] _steps = new BoundSession?[ring];

        public BoundSession Enter => enter;

        public BoundSession Step(int place) => _steps[place] ??= bind(place);
    }
}
