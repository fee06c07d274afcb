using Alignment.Onnx.Bundles;
using Alignment.Onnx.Proto;
using Alignment.Transforms.Diffusion.Sampling;
using Google.Protobuf;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

/// <summary>Bundles as exporters elsewhere make them: the same names, but a timestep that is one int64 number or float16 at every edge, and
/// no bundle.json.</summary>
public sealed class ForeignBundleTests
{
    const int FloatType = 1, Int64Type = 7, HalfType = 10;

    // The published exports of SD 1.5 take timestep as int64, as a scalar or as one element.
    [Test]
    public void Edit_TimestepOfAnotherTypeAndRank_GivesTheSamePicture([Values(0, 1)] int rank, [Values(7.5f, 1f)] float guidance)
    {
        ModelBundle ours = TinyBundles.Of("tiny-sd-4level");
        using var folder = new TempFolder();
        CopyWithoutManifest(ours, folder["foreign"]);
        foreach (string model in new[] { BundleFiles.Unet, BundleFiles.ControlNet })
            WholeTimestep(Path.Combine(folder["foreign"], model), rank);
        ModelBundle foreign = ModelBundle.Open(folder["foreign"]);
        Assert.That(foreign.HasManifest, Is.False);

        var options = new EditOptions { Width = 64, Height = 64, InferenceSteps = 4, GuidanceScale = guidance, Batch = 2 };
        (IReadOnlyList<float[]> expected, IReadOnlyList<float[]> got) = Edits(ours, foreign, options);
        for (int i = 0; i < 2; i++) Assert.That(SafetensorsFile.Error(got[i], expected[i]), Is.LessThanOrEqualTo(1e-5));
    }

    // Every number at a model's edge rounds to 11 bits (2^-11 = 4.9e-4 relative); guidance g multiplies the prediction's part by up to 2g +
    // 1. Over four steps, as independent roundings: 4.9e-4 * 16 * sqrt(4) = 1.6e-2 with g = 7.5.
    [Test]
    public void Edit_Float16AtEveryEdge_GivesAlmostTheSamePicture([Values(7.5f, 1f)] float guidance)
    {
        ModelBundle ours = TinyBundles.Of("tiny-sd-4level");
        using var folder = new TempFolder();
        CopyWithoutManifest(ours, folder["foreign"]);
        foreach (string model in BundleFiles.Models) HalfEdges(Path.Combine(folder["foreign"], model));
        (IReadOnlyList<float[]> expected, IReadOnlyList<float[]> got) = Edits(ours, ModelBundle.Open(folder["foreign"]),
            new() { Width = 64, Height = 64, InferenceSteps = 4, GuidanceScale = guidance, Batch = 2 });
        for (int i = 0; i < 2; i++)
        {
            double error = SafetensorsFile.Error(got[i], expected[i]);
            TestContext.Out.WriteLine($"picture {i}: error {error:E2}");
            Assert.That(error, Is.GreaterThan(0).And.LessThanOrEqualTo(1.6e-2));   // 0 would mean that nothing was rounded
        }
    }

    [Test]
    public void Edit_ResidualsOfAnotherTypeThanTheUNetTakes_NamesBoth()
    {
        ModelBundle ours = TinyBundles.Of("tiny-sd-4level");
        using var folder = new TempFolder();
        CopyWithoutManifest(ours, folder["foreign"]);
        HalfEdges(Path.Combine(folder["foreign"], BundleFiles.ControlNet));
        BadDataException e = Assert.Throws<BadDataException>(() => Edits(ours, ModelBundle.Open(folder["foreign"]),
            new() { Width = 64, Height = 64, InferenceSteps = 1, Batch = 2 }))!;
        Assert.That(e.Message, Does.Contain("Float16").And.Contain("down_block_"));
    }

    // With guidance g the latents grow by about g each step: beyond 65504 there is no float16.
    [Test]
    public void Edit_BeyondFloat16_SaysSo()
    {
        ModelBundle ours = TinyBundles.Of("tiny-sd-4level");
        using var folder = new TempFolder();
        CopyWithoutManifest(ours, folder["foreign"]);
        foreach (string model in BundleFiles.Models) HalfEdges(Path.Combine(folder["foreign"], model));
        BadDataException e = Assert.Throws<BadDataException>(() => Edits(ours, ModelBundle.Open(folder["foreign"]),
            new() { Width = 64, Height = 64, InferenceSteps = 4, GuidanceScale = 1e5f, Batch = 2 }))!;
        Assert.That(e.Message, Does.Contain("65504").And.Contain("in fp32"));
    }

    static (IReadOnlyList<float[]> Expected, IReadOnlyList<float[]> Got) Edits(ModelBundle ours, ModelBundle foreign, EditOptions options)
    {
        using DiffusionEditor a = new(ours, options), b = new(foreign, options);
        float[] image = new float[3 * 64 * 64], control = new float[2 * 64 * 64];
        for (int i = 0; i < image.Length; i++) image[i] = MathF.Sin(0.01f * i);
        for (int i = 0; i < control.Length; i++) control[i] = 0.5f + 0.5f * MathF.Sin(0.03f * i);
        var scene = new EditInput
        {
            SceneId = "v-Scene-001",
            Prompt = "a red house",
            Image = image,
            Controls = [control, new float[control.Length]]
        };
        return (a.Edit(scene), b.Edit(scene));
    }

    static void CopyWithoutManifest(ModelBundle ours, string into)
    {
        foreach (string file in Directory.EnumerateFiles(ours.Folder, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) != BundleFiles.Manifest))
        {
            string to = Path.Combine(into, Path.GetRelativePath(ours.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    static void HalfEdges(string path)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        foreach (ValueInfoProto input in model.Graph.Input.Where(i => i.Type.TensorType.ElemType == FloatType).ToArray())
        {
            foreach (NodeProto node in model.Graph.Node) Rename(node.Input, input.Name, input.Name + "_float");
            input.Type.TensorType.ElemType = HalfType;
            model.Graph.Node.Insert(0, Cast(input.Name, input.Name + "_float", FloatType));
        }
        foreach (ValueInfoProto output in model.Graph.Output.Where(o => o.Type.TensorType.ElemType == FloatType))
        {
            foreach (NodeProto node in model.Graph.Node)
            {
                Rename(node.Input, output.Name, output.Name + "_single");
                Rename(node.Output, output.Name, output.Name + "_single");
            }
            output.Type.TensorType.ElemType = HalfType;
            model.Graph.Node.Add(Cast(output.Name + "_single", output.Name, HalfType));
        }
        File.WriteAllBytes(path, model.ToByteArray());
    }

    static void Rename(Google.Protobuf.Collections.RepeatedField<string> names, string from, string to)
    {
        for (int i = 0; i < names.Count; i++)
            if (names[i] == from) names[i] = to;
    }

    static NodeProto Cast(string from, string into, int type)
    {
        var cast = new NodeProto { OpType = "Cast", Name = into + "_cast", Input = { from }, Output = { into } };
        cast.Attribute.Add(new AttributeProto { Name = "to", I = type, Type = AttributeProto.Types.Kind.Int });
        return cast;
    }

    static void WholeTimestep(string path, int rank)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        foreach (NodeProto node in model.Graph.Node)
            for (int i = 0; i < node.Input.Count; i++)
                if (node.Input[i] == "timestep") node.Input[i] = "timestep_float";
        TypeProto.Types.Tensor type = model.Graph.Input.Single(i => i.Name == "timestep").Type.TensorType;
        type.ElemType = Int64Type;
        type.Shape.Dim.Clear();
        if (rank == 1) type.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 1 });
        var shape = new TensorProto { Name = "timestep_shape", DataType = Int64Type };
        shape.Dims.Add(1);
        shape.Int64Data.Add(1);
        model.Graph.Initializer.Add(shape);
        var cast = new NodeProto { OpType = "Cast", Name = "timestep_cast", Input = { "timestep" }, Output = { "timestep_number" } };
        cast.Attribute.Add(new AttributeProto { Name = "to", I = FloatType, Type = AttributeProto.Types.Kind.Int });
        model.Graph.Node.Insert(0, cast);
        model.Graph.Node.Insert(1, new NodeProto
        {
            OpType = "Reshape",
            Name = "timestep_reshape",
            Input = { "timestep_number", "timestep_shape" },
            Output = { "timestep_float" }
        });
        File.WriteAllBytes(path, model.ToByteArray());
    }
}
