using System.Text;

namespace Alignment.Tests.Onnx.Runtime;

/// <summary>Protobuf by hand: bytes of an ONNX file that no exporter would write.</summary>
static class ProtoText
{
    public static byte[] Varint(ulong n)
    {
        var bytes = new List<byte>();
        for (; n >= 0x80; n >>= 7) bytes.Add((byte)(n | 0x80));
        return [.. bytes, (byte)n];
    }

    public static byte[] Int(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    public static byte[] Bytes(int field, params byte[][] content)
    {
        byte[] all = [.. content.SelectMany(c => c)];
        return [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)all.Length), .. all];
    }

    public static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    /// <summary>A float32 tensor "w" of shape [2] whose weights are said to lie elsewhere.</summary>
    public static byte[] ExternalTensor(int field, string location, string? offset = null, string? length = null) =>
        Bytes(field, Int(1, 2), Int(2, 1), Text(8, "w"), External("location", location),
            offset is null ? [] : External("offset", offset), length is null ? [] : External("length", length), Int(14, 1));

    static byte[] External(string key, string value) => Bytes(13, Text(1, key), Text(2, value));

    /// <summary>x [n] + w [2] → y, with <paramref name="initializer"/> as the GraphProto field that gives w.</summary>
    public static byte[] AddModel(byte[] initializer) =>
    [
        .. Int(1, 8),
        .. Bytes(8, Int(2, 17)),
        .. Bytes(7,
            Bytes(1, Text(1, "x"), Text(1, "w"), Text(2, "y"), Text(4, "Add")),
            Text(2, "g"),
            initializer,
            Bytes(11, Text(1, "x"), FloatVector),
            Bytes(12, Text(1, "y"), FloatVector)),
    ];

    /// <summary>TypeProto of a float32 tensor of shape ["n"] — here the free size that broadcasts with [2].</summary>
    static byte[] FloatVector => Bytes(2, Bytes(1, Int(1, 1), Bytes(2, Bytes(1, Text(2, "n")))));

    /// <summary>w = [10, 20], stored in the graph.</summary>
    public static byte[] RawTensor => Bytes(5, Int(1, 2), Int(2, 1), Text(8, "w"), Bytes(9, [0, 0, 0x20, 0x41, 0, 0, 0xA0, 0x41]));
}
