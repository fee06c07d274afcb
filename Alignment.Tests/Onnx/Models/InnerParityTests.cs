using Alignment.Onnx.Graph;

namespace Alignment.Tests.Onnx.Models;

/// <summary>Submodules of the smaller reference model one by one: where a model departs, this says where it begins.</summary>
public sealed class InnerParityTests
{
    readonly Fixture _fixture = new("tiny-sd");

    [OneTimeTearDown]
    public void Close() => _fixture.Dispose();

    [Test]
    public void UNet_EverySubmodule_AgreesWithTheReference()
    {
        var io = _fixture.Io("unet");
        OnnxModel model = _fixture.UNet();
        List<(string, object)> inputs =
        [
            ("sample", Tensor.Read(io, "sample").Batch(0)), ("timestep", new Tensor([1], [901])),
                ("encoder_hidden_states", Tensor.Read(io, "encoder_hidden_states").Batch(0)),
            ("mid_block", Tensor.Zeros(1, 48, 8, 12)), ("down_block_0", Tensor.Zeros(1, 32, 16, 24)),
                ("down_block_1", Tensor.Zeros(1, 32, 16, 24)),
            ("down_block_2", Tensor.Zeros(1, 32, 8, 12)), ("down_block_3", Tensor.Zeros(1, 48, 8, 12)),
        ];
        Compare(model, "unet", [.. inputs]);
    }

    [Test]
    public void ControlNet_EverySubmodule_AgreesWithTheReference()
    {
        var io = _fixture.Io("controlnet");
        Compare(_fixture.Control(), "controlnet",
            ("sample", Tensor.Read(io, "sample").Batch(0)), ("timestep", new Tensor([1], [901])),
            ("encoder_hidden_states", Tensor.Read(io, "encoder_hidden_states").Batch(0)),
            ("controlnet_cond", Tensor.Read(io, "controlnet_cond").Batch(0)), ("conditioning_scale", new Tensor([1], [1])));
    }

    [Test]
    public void VaeEncoder_EverySubmodule_AgreesWithTheReference() =>
        Compare(_fixture.Encoder(), "vae", ("sample", Tensor.Read(_fixture.Io("vae"), "image").Batch(0)));

    [Test]
    public void VaeDecoder_EverySubmodule_AgreesWithTheReference() =>
        Compare(_fixture.Decoder(), "vae", ("latent_sample", Tensor.Read(_fixture.Io("vae"), "latents").Batch(0)));

    [Test]
    public void TextEncoder_EveryLayer_AgreesWithTheReference() =>
        Compare(_fixture.Text(), "text", ("input_ids",
        (_fixture.Io("text_encoder").ReadIntegers("input_ids")[..77], new long[] { 1, 77 })));

    void Compare(OnnxModel model, string part, params (string, object)[] inputs)
    {
        var inner = _fixture.Io("inner");
        var found = inner.Infos.Keys.Where(n => n.StartsWith($"{part}.", StringComparison.Ordinal))
            .Select(n => (Name: n, Node: Find(model.Graph, n[(part.Length + 1)..]))).Where(f => f.Node is not null).ToList();
        Assert.That(found, Is.Not.Empty);
        foreach (var (name, node) in found) model.Graph.Output(name, node!.Outputs[0]);
        using var run = new ModelRun(model, optimised: false);
        var made = run.Run(inputs);
        Assert.Multiple(() =>
        {
            foreach (var (name, _) in found)
            {
                Tensor reference = Tensor.Read(inner, name);
                // our tokens are rows; the elements are in the same order
                double error = Tensor.Error(made[name] with { Shape = reference.Shape }, reference);
                Assert.That(error, Is.LessThanOrEqualTo(Fixture.Tolerance), name);
            }
        });
    }

    /// <summary>The last node of a submodule: it makes the submodule's output.</summary>
    static Node? Find(ModelGraph graph, string module)
    {
        if (module == "time_embedding") module = "time_embedding.linear_2";   // ours goes on through the SiLU that follows everywhere
        return graph.Nodes.LastOrDefault(n => n.Name.Replace('/', '.') is var name
            && (name == module || name.StartsWith($"{module}.", StringComparison.Ordinal)));
    }
}
