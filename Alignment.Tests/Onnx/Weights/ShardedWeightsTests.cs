using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Weights;

public sealed class ShardedWeightsTests
{
    static string Make(TempFolder folder, string map)
    {
        SafetensorsWriter.Write(folder["m-1.safetensors"], [SafetensorsTensor.Floats("a", [2], new[] { 1f, 2f })]);
        SafetensorsWriter.Write(folder["m-2.safetensors"],
            [SafetensorsTensor.Floats("b", [1], new[] { 3f }), SafetensorsTensor.Floats("c", [1], new[] { 4f })]);
        File.WriteAllText(folder["m.safetensors.index.json"], $$"""{"metadata":{"total_size":16},"weight_map":{{map}}}""");
        return folder["m.safetensors.index.json"];
    }

    [Test]
    public void Open_GoodIndex_ReadsEachTensorFromItsShard()
    {
        using var folder = new TempFolder();
        using var weights = ShardedWeights.Open(Make(folder, """{"b":"m-2.safetensors","a":"m-1.safetensors"}"""));
        float[] a = new float[2], b = new float[1];
        weights.Read("a", 0, a);
        weights.Read("b", 0, b);
        Assert.Multiple(() =>
        {
            Assert.That(a, Is.EqualTo(new[] { 1f, 2f }));
            Assert.That(b, Is.EqualTo(new[] { 3f }));
            Assert.That(weights.Infos.Keys, Is.EquivalentTo(new[] { "a", "b" }));
            Assert.That(() => weights.Read("c", 0, b), Throws.TypeOf<BadDataException>().With.Message.Contains("'c'"));
        });
    }

    [TestCase("""{"a":"m-2.safetensors"}""", "'a'")]
    [TestCase("""{"a":"m-3.safetensors"}""", "m-3.safetensors")]
    [TestCase("""{"a":"../m-1.safetensors"}""", "../m-1.safetensors")]
    [TestCase("""{"a":"/etc/hostname"}""", "/etc/hostname")]
    [TestCase("""{"a":""}""", "empty")]
    [TestCase("""{"a":1}""", "index.json")]
    [TestCase("""{"a":"m-1.safetensors","a":"m-2.safetensors"}""", "Duplicate")]
    [TestCase("[]", "index.json")]
    public void Open_BadIndex_SaysWhatIsWrong(string map, string word)
    {
        using var folder = new TempFolder();
        string index = Make(folder, map);
        Assert.That(() => ShardedWeights.Open(index), Throws.TypeOf<BadDataException>().With.Message.Contains(word));
    }
}
