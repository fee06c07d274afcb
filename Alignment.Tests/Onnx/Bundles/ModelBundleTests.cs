using Alignment.Onnx.Bundles;

namespace Alignment.Tests.Onnx.Bundles;

public sealed class ModelBundleTests
{
    static string Copy(TempFolder folder)
    {
        foreach (string file in Directory.EnumerateFiles(BundledModels.Tiny, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(folder["bundle"], Path.GetRelativePath(BundledModels.Tiny, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return folder["bundle"];
    }

    [Test]
    public void Inspect_Tiny_TellsFilesModelsAndParameters()
    {
        BundleInspection seen = ModelBundle.Open(BundledModels.Tiny).Inspect();
        InspectedModel unet = seen.Models.Single(m => m.File == "unet.onnx");
        Assert.Multiple(() =>
        {
            Assert.That(seen.Models, Has.Count.EqualTo(8));
            Assert.That(unet.Inputs.Select(i => i.Name),
                Is.SupersetOf(new[] { "sample", "timestep", "encoder_hidden_states", "down_block_0", "mid_block" }));
            Assert.That(unet.Inputs.Single(i => i.Name == "sample").Shape, Is.EqualTo("[batch, 4, height, width]"));
            Assert.That(unet.Outputs.Single().Name, Is.EqualTo("out_sample"));
            Assert.That(seen.Parameters, Is.EqualTo(seen.Manifest.Parameters.Values.Sum()));
            Assert.That(seen.Files.Select(f => f.Name), Is.SupersetOf(new[] { "unet.onnx", "tokenizer/vocab.json" }));
            Assert.That(seen.Files, Is.All.Property("Sha256").Length.EqualTo(64));
            Assert.That(seen.Bytes, Is.LessThan(12_000_000));
            Assert.That(seen.Hash, Does.Match("^[0-9a-f]{64}$"));
            Assert.That(seen.Assumptions, Is.Empty);
        });
    }

    [Test]
    public void Open_NoFolder_IsAMissingDependency() =>
        Assert.That(() => ModelBundle.Open("no-such-bundle"),
        Throws.TypeOf<MissingDependencyException>().With.Message.Contains("no-such-bundle").And.Message.Contains("models import"));

    [TestCase("unet.onnx")]
    [TestCase("tokenizer/merges.txt")]
    public void Open_FileGone_NamesIt(string file)
    {
        using var folder = new TempFolder();
        string bundle = Copy(folder);
        File.Delete(Path.Combine(bundle, file));
        Assert.That(() => ModelBundle.Open(bundle), Throws.TypeOf<BadDataException>().With.Message.Contains(file));
        File.Delete(Path.Combine(bundle, "bundle.json"));
        Assert.That(() => ModelBundle.Open(bundle), Throws.TypeOf<BadDataException>().With.Message.Contains(file));
    }

    [Test]
    public void Open_TruncatedModel_NamesItAndItsSize()
    {
        using var folder = new TempFolder();
        string bundle = Copy(folder);
        using (var file = new FileStream(Path.Combine(bundle, "vae_decoder.onnx"), FileMode.Open)) file.SetLength(1000);
        Assert.That(() => ModelBundle.Open(bundle),
            Throws.TypeOf<BadDataException>().With.Message.Contains("vae_decoder.onnx").And.Message.Contains("1000 bytes"));
        File.Delete(Path.Combine(bundle, "bundle.json"));
        Assert.That(() => ModelBundle.Open(bundle), Throws.TypeOf<BadDataException>().With.Message.Contains("vae_decoder.onnx"));
    }

    [Test]
    public void Verify_OneByteChanged_NamesTheFile()
    {
        using var folder = new TempFolder();
        string bundle = Copy(folder), path = Path.Combine(bundle, "unet.onnx");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^200_000] ^= 1;   // amid the weights: the file still loads
        File.WriteAllBytes(path, bytes);
        Assert.That(() => ModelBundle.Open(bundle).Verify(),
            Throws.TypeOf<BadDataException>().With.Message.Contains("'unet.onnx' changed"));
    }

    // What was changed in bundle.json, and a word the message must have.
    [TestCase("\"format\": 1", "\"format\": 2", "newer version")]
    [TestCase("\"latentChannels\": 4", "\"latentChannels\": 8", "latentChannels")]
    [TestCase("\"latentChannels\": 4", "\"latentChannels\": -4", "latentChannels")]
    [TestCase("\"scalingFactor\": ", "\"scalingFactor\": -", "scalingFactor")]
    [TestCase("\"scalingFactor\": ", "\"scalingFactor\": NaN", "bundle.json")]
    [TestCase("\"predictionType\": \"epsilon\"", "\"predictionType\": \"flow\"", "flow")]
    [TestCase("\"unet.onnx\": {", "\"../unet.onnx\": {", "../unet.onnx")]
    [TestCase("\"unet.onnx\": {", "\"/etc/hostname\": {", "/etc/hostname")]
    [TestCase("\"family\": \"sd15\"", "\"family\": null", "bundle.json")]
    [TestCase("\"family\": \"sd15\"", "\"family\": \"sd15\", \"family\": \"sd15\"", "Duplicate")]
    [TestCase("{", "", "bundle.json")]
    public void Open_ManifestChanged_SaysWhatIsWrong(string text, string by, string word)
    {
        using var folder = new TempFolder();
        string bundle = Copy(folder), path = Path.Combine(bundle, "bundle.json"), json = File.ReadAllText(path);
        int at = json.IndexOf(text, StringComparison.Ordinal);
        Assert.That(at, Is.GreaterThanOrEqualTo(0), "the case is out of date");
        File.WriteAllText(path, json[..at] + by + json[(at + text.Length)..]);
        Assert.That(() => ModelBundle.Open(bundle), Throws.TypeOf<BadDataException>().With.Message.Contains(word));
    }

    [Test]
    public void Hash_FollowsWhatChangesResults_NotTheWords()
    {
        using var folder = new TempFolder();
        string bundle = Copy(folder), path = Path.Combine(bundle, "bundle.json"), json = File.ReadAllText(path);
        string before = ModelBundle.Open(bundle).Hash;
        File.WriteAllText(path, json.Replace("\"note\": \"", "\"note\": \"Reworded. "));
        Assert.That(ModelBundle.Open(bundle).Hash, Is.EqualTo(before));
        File.WriteAllText(path, json.Replace("\"scalingFactor\": 1", "\"scalingFactor\": 2"));
        Assert.That(ModelBundle.Open(bundle).Hash, Is.Not.EqualTo(before));
    }

    [Test]
    public void Open_WithoutManifest_InfersWhatShapesTellAndSaysWhatItAssumed()
    {
        using var folder = new TempFolder();
        string bundle = Copy(folder);
        BundleManifest recorded = ModelBundle.Open(bundle).Manifest;
        File.Delete(Path.Combine(bundle, "bundle.json"));
        ModelBundle bare = ModelBundle.Open(bundle);
        Assert.Multiple(() =>
        {
            Assert.That(bare.HasManifest, Is.False);
            Assert.That(bare.Manifest.ControlChannels, Is.EqualTo(recorded.ControlChannels));
            Assert.That(bare.Manifest.ControlResiduals, Is.EqualTo(recorded.ControlResiduals));
            Assert.That(bare.Manifest.TextWidth, Is.EqualTo(recorded.TextWidth));
            Assert.That(bare.Manifest.Tokenizer, Is.EqualTo(recorded.Tokenizer));
            Assert.That(bare.Assumptions,
                Has.Some.Contains("pixels per latent: 8").And.Some.Contains("scaling factor: 0.18215").And.Some.Contains("noise schedule"));
            Assert.That(bare.Hash, Has.Length.EqualTo(64));
            Assert.That(() => bare.Verify(), Throws.TypeOf<BadDataException>());
        });

        // Configuration files beside the models, as exporters leave them, settle the rest.
        Directory.CreateDirectory(Path.Combine(bundle, "vae"));
        File.WriteAllText(Path.Combine(bundle, "vae", "config.json"), """{"block_out_channels":[16,32,32],"scaling_factor":0.5}""");
        File.WriteAllText(Path.Combine(bundle, "scheduler_config.json"),
            """{"beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear","prediction_type":"v_prediction"}""");
        ModelBundle told = ModelBundle.Open(bundle);
        Assert.Multiple(() =>
        {
            Assert.That(told.Manifest.VaeFactor, Is.EqualTo(4));
            Assert.That(told.Manifest.ScalingFactor, Is.EqualTo(0.5));
            Assert.That(told.Manifest.PredictionType, Is.EqualTo("v_prediction"));
            Assert.That(told.Assumptions, Is.Empty);
        });
    }
}
