using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Alignment.Tests.Transforms.Diffusion;

/// <summary>Reads a reference file whole. Deliberately not the product's reader, so that a mistake there cannot hide here.</summary>
sealed class SafetensorsFile
{
    readonly byte[] _bytes;
    readonly Dictionary<string, (int Start, int End)> _places = [];

    public SafetensorsFile(string path)
    {
        _bytes = File.ReadAllBytes(path);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes);
        using var json = JsonDocument.Parse(_bytes.AsMemory(8, header));
        foreach (JsonProperty tensor in json.RootElement.EnumerateObject().Where(t => t.Name != "__metadata__"))
        {
            JsonElement at = tensor.Value.GetProperty("data_offsets");
            _places[tensor.Name] = (8 + header + at[0].GetInt32(), 8 + header + at[1].GetInt32());
            Shapes[tensor.Name] = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
        }
    }

    public Dictionary<string, long[]> Shapes { get; } = [];

    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(_bytes.AsSpan(_places[name].Start.._places[name].End)).ToArray();

    public byte[] Bytes(string name) => _bytes[_places[name].Start.._places[name].End];

    public long[] Longs(string name) => MemoryMarshal.Cast<byte, long>(_bytes.AsSpan(_places[name].Start.._places[name].End)).ToArray();

    /// <summary>Row <paramref name="index"/> of a tensor's first axis.</summary>
    public float[] Row(string name, int index)
    {
        float[] all = Floats(name);
        int size = all.Length / (int)Shapes[name][0];
        return all[(index * size)..((index + 1) * size)];
    }

    /// <summary>max|x − ref| / max(1, max|ref|): the fixtures' measure.</summary>
    public static double Error(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Length));
        double worst = 0, largest = 1;
        for (int i = 0; i < expected.Length; i++)
        {
            double off = Math.Abs((double)actual[i] - expected[i]);
            worst = double.IsNaN(off) ? double.PositiveInfinity : Math.Max(worst, off);
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }
        return worst / largest;
    }
}
