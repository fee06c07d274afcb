using Alignment.MLNet;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Tests.Transforms.Contract;
using Alignment.Tests.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

/// <summary>What the shared contract does not ask of <see cref="EditSceneEstimator"/>: its picture, and its reference to a
/// bundle.</summary>
public sealed class EditSceneTests
{
    static readonly EditOptions s_edit = new()
    {
        InferenceSteps = 2,
        GuidanceScale = 2,
        Strength = 1,
        Seed = 3,
        PromptTemplate = "a red {keyword}"
    };

    [Test]
    public void Edited_Row_IsTheEditorsPicture()
    {
        using var folder = new TempFolder();
        ContractRow[] rows = ContractData.Write(folder)[..2];
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        ModelBundle bundle = TinyBundles.Of("tiny-sd");
        using EditSceneTransformer stage = ml.Alignment.EditScene(new() { Bundle = bundle.Folder, Edit = s_edit }).Fit(data);
        float[][] edited = [.. stage.Transform(data).GetColumn<float[]>(SceneColumns.Edited)];

        using var editor = new DiffusionEditor(bundle, s_edit with { Width = ContractRow.Width, Height = ContractRow.Height });
        float[] expected = editor.Edit(new()
        {
            SceneId = "an ad-Scene-011",
            Prompt = "a red shoe",
            Image = rows[1].Image,
            Controls = [rows[1].Control]
        })[0];
        Assert.That(edited[1], Is.EqualTo(expected));
    }

    [Test]
    public void Options_OfVersion1_AreReadByTheirOldNames()
    {
        var first = new
        {
            Bundle = "b",
            Edit = new
            {
                Steps = 5,
                Guidance = 2f,
                ControlScale = 0.5f,
                ControlStart = 0.1,
                ControlEnd = 0.9,
                ControlEvery = 2,
                Packing = "Off",
                Seed = 7
            },
        };
        using var file = new MemoryStream();
        using (var to = new BinaryWriter(file, System.Text.Encoding.UTF8, leaveOpen: true)) StageModel.WriteOptions(to, 1, first);
        file.Position = 0;
        EditSceneOptions read = StageModel.ReadOptions<EditSceneOptions>(new BinaryReader(file), "EditScene", 2,
            EditSceneTransformer.Upgrade);
        Assert.That(read, Is.EqualTo(new EditSceneOptions
        {
            Bundle = "b",
            Edit = new()
            {
                InferenceSteps = 5,
                GuidanceScale = 2,
                ConditioningScale = 0.5f,
                ControlGuidanceStart = 0.1,
                ControlGuidanceEnd = 0.9,
                ControlInterval = 2,
                Prepacking = WeightPrepacking.Off,
                Seed = 7,
            },
        }));
    }

    [Test]
    public void Fit_SizeTheBundleCannotDo_IsRefusedBeforeAnyRow()
    {
        string bundle = TinyBundles.Of("tiny-sd").Folder;
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(Array.Empty<OddRow>());
        Assert.That(() => ml.Alignment.EditScene(new() { Bundle = bundle }).Fit(data),
            Throws.TypeOf<UsageException>().With.Message.Contains("8x4"));
    }

    sealed class OddRow
    {
        [ColumnName(SceneColumns.Image), VectorType(3, 5, 9)] public float[] Image { get; set; } = [];

        [ColumnName(SceneColumns.Control), VectorType(2, 5, 9)] public float[] Control { get; set; } = [];

        [ColumnName(SceneColumns.Keyword)] public string Keyword { get; set; } = "";

        [ColumnName(SceneColumns.VideoId)] public string VideoId { get; set; } = "";

        [ColumnName(SceneColumns.SceneNumber)] public int SceneNumber { get; set; }
    }

    [Test]
    public void New_NoBundle_SaysWhatIsExpected()
    {
        var ml = new MLContext(seed: 1);
        Assert.That(() => ml.Alignment.EditScene(new()), Throws.TypeOf<UsageException>().With.Message.Contains("bundle"));
        Assert.That(() => ml.Alignment.EditScene(new() { Bundle = "nowhere" }),
            Throws.TypeOf<MissingDependencyException>().With.Message.Contains("nowhere"));
    }

    [Test]
    public void Load_BundleMoved_SaysPathHashAndWhatToDo()
    {
        using var folder = new TempFolder();
        (string saved, string hash) = Save(folder["bundle"], folder);
        Directory.Move(folder["bundle"], folder["elsewhere"]);
        Assert.That(() => Load(saved),
            Throws.TypeOf<MissingDependencyException>().With.Message.Contains(folder["bundle"]).And.Message.Contains(
            hash).And.Message.Contains("Put the bundle back"));
    }

    [Test]
    public void Load_BundleChanged_SaysBothHashes()
    {
        using var folder = new TempFolder();
        (string saved, string hash) = Save(folder["bundle"], folder);
        // Another model of the same names and sizes: two merges of its vocabulary change places.
        string merges = Path.Combine(folder["bundle"], "tokenizer", "merges.txt");
        string[] lines = File.ReadAllLines(merges);
        (lines[1], lines[2]) = (lines[2], lines[1]);
        File.WriteAllText(merges, string.Join('\n', lines) + "\n");
        File.Delete(Path.Combine(folder["bundle"], BundleFiles.Manifest));
        Assert.That(() => Load(saved),
            Throws.TypeOf<BadDataException>().With.Message.Contains(hash).And.Message.Contains(
            ModelBundle.Open(folder["bundle"]).Hash).And.Message.Contains("put the original back"));
    }

    [Test]
    public void Edited_ByteOfTheWeightsFlipped_IsRefusedBeforeAnyEdit()
    {
        using var folder = new TempFolder();
        (string saved, _) = Save(folder["bundle"], folder);
        string unet = Path.Combine(folder["bundle"], BundleFiles.Unet);
        byte[] bytes = File.ReadAllBytes(unet);
        bytes[^1000] ^= 1; // the manifest still lists the old hash, and the size is the same
        File.WriteAllBytes(unet, bytes);

        var ml = new MLContext(seed: 2);
        ITransformer model = ml.Alignment.LoadModel(saved, out _);
        IDataView edited = model.Transform(ml.Data.LoadFromEnumerable(ContractData.Write(folder)[..1]));
        Assert.That(() => edited.GetColumn<float[]>(SceneColumns.Edited).ToArray(),
            Throws.TypeOf<BadDataException>().With.Message.Contains(BundleFiles.Unet));
    }

    [Test]
    public void Save_Model_HoldsNoWeights()
    {
        using var folder = new TempFolder();
        (string saved, _) = Save(folder["bundle"], folder);
        Assert.That(new FileInfo(saved).Length, Is.LessThan(20_000));
    }

    static (string Path, string Hash) Save(string bundle, TempFolder folder)
    {
        DiffusersImport.Run(Shared.Path("fixtures", "tiny-sd"), bundle);
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(ContractData.Write(folder));
        using EditSceneTransformer stage = ml.Alignment.EditScene(new() { Bundle = bundle, Edit = s_edit }).Fit(data);
        string saved = folder["stage.zip"];
        ml.Model.Save(stage, data.Schema, saved);
        return (saved, stage.Options.BundleHash);
    }

    static ITransformer Load(string saved) => new MLContext(seed: 2).Alignment.LoadModel(saved, out _);
}
