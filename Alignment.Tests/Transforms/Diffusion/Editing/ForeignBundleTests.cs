using Alignment.Onnx.Bundles;
using Alignment.Onnx.Proto;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Diffusion.Editing;
using Google.Protobuf;

namespace Alignment.Tests.Transforms.Diffusion.Editing;

/// <summary>Bundles as exporters elsewhere make them: the same names, but a timestep that is one int64 number and no bundle.json.</summary>
public sealed class ForeignBundleTests
{
    const int FloatType = 1, Int64Type = 7;

    // The published exports of SD 1.5 take timestep as int64, as a scalar or as one element.
    [Test]
    public void Edit_TimestepOfAnotherTypeAndRank_GivesTheSamePicture([Values(0, 1)] int rank, [Values(7.5f, 1f)] float guidance)
    {
        ModelBundle ours = TinyBundles.Of("tiny-sd-4level");
        using var folder = new TempFolder();
        foreach (string file in Directory.EnumerateFiles(ours.Folder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != BundleFiles.Manifest))
        {
            string to = Path.Combine(folder["foreign"], Path.GetRelativePath(ours.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        foreach (string model in new[] { BundleFiles.Unet, BundleFiles.ControlNet }) WholeTimestep(Path.Combine(folder["foreign"], model), rank);
        ModelBundle foreign = ModelBundle.Open(folder["foreign"]);
        Assert.That(foreign.HasManifest, Is.False);

        var options = new EditOptions { Width = 64, Height = 64, Steps = 4, Guidance = guidance, Batch = 2 };
        using SceneEditor a = new(ours, options), b = new(foreign, options);
        float[] image = new float[3 * 64 * 64], control = new float[2 * 64 * 64];
        for (int i = 0; i < image.Length; i++) image[i] = MathF.Sin(0.01f * i);
        for (int i = 0; i < control.Length; i++) control[i] = 0.5f + 0.5f * MathF.Sin(0.03f * i);
        var scene = new SceneEdit { SceneId = "v-Scene-001", Prompt = "a red house", Image = image, Controls = [control, new float[control.Length]] };
        IReadOnlyList<float[]> expected = a.Edit(scene), got = b.Edit(scene);
        for (int i = 0; i < 2; i++) Assert.That(SafetensorsFile.Error(got[i], expected[i]), Is.LessThanOrEqualTo(1e-5));
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
        model.Graph.Node.Insert(1, new NodeProto { OpType = "Reshape", Name = "timestep_reshape", Input = { "timestep_number", "timestep_shape" }, Output = { "timestep_float" } });
        File.WriteAllBytes(path, model.ToByteArray());
    }
}
