using System.Text.Json.Serialization;

namespace Alignment.Onnx.Runtime;

enum DeviceKind
{
    Cpu,
    Cuda,
    /// <summary>Any DirectX 12 graphics card (Windows).</summary>
    DirectMl,
}

/// <summary>Written <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>dml</c>, <c>dml:1</c>.</summary>
public sealed record Device
{
    [JsonConstructor]
    internal Device(DeviceKind kind, int index = 0) => (Kind, Index) = (kind, index);

    [JsonInclude]
    internal DeviceKind Kind { get; }

    /// <summary>From 0, among devices of one kind.</summary>
    public int Index { get; }

    // More than any machine has.
    const int MaxIndex = 63;

    public static Device Cpu { get; } = new(DeviceKind.Cpu);

    // ONNX Runtime's name of the device's own memory; null where it uses the processor's.
    internal string? MemoryName => Kind switch { DeviceKind.Cuda => "Cuda", DeviceKind.DirectMl => "DML", _ => null };

    /// <summary>Case does not matter.</summary>
    /// <exception cref="UsageException">None of these forms.</exception>
    public static Device Parse(string text)
    {
        string[] parts = (text ?? "").Trim().ToLowerInvariant().Split(':');
        int index = 0;
        bool numbered = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index <= MaxIndex;
        return (parts[0], parts.Length == 1 || numbered) switch
        {
            ("cpu", true) when parts.Length == 1 => Cpu,
            ("cuda", true) => new(DeviceKind.Cuda, index),
            ("dml", true) => new(DeviceKind.DirectMl, index),
            _ => throw UsageException.For("The device", $"'{SafePath.Shorten(text)}'", "cpu, cuda, cuda:N, dml or dml:N",
                $"N is the number of the card, 0 to {MaxIndex}."),
        };
    }

    public override string ToString()
    {
        string name = Kind switch { DeviceKind.Cuda => "cuda", DeviceKind.DirectMl => "dml", _ => "cpu" };
        return Index == 0 ? name : $"{name}:{Index}";
    }
}
