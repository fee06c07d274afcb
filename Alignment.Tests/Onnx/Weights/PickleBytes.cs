using System.Buffers.Binary;
using System.Text;

namespace Alignment.Tests.Onnx.Weights;

/// <summary>Pickles opcode by opcode, for what no pickler would write. Names are those of Python's pickletools.</summary>
sealed class PickleBytes
{
    readonly List<byte> _to = [];

    public PickleBytes() => Op("\u0080\u0002");   // PROTO 2

    /// <summary>One byte for each character.</summary>
    public PickleBytes Op(string latin1)
    {
        _to.AddRange(Encoding.Latin1.GetBytes(latin1));
        return this;
    }

    /// <summary>BINUNICODE.</summary>
    public PickleBytes Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text), length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        _to.AddRange([(byte)'X', .. length, .. bytes]);
        return this;
    }

    /// <summary>LONG1 of eight bytes.</summary>
    public PickleBytes Int(long n)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, n);
        _to.AddRange([0x8a, 8, .. bytes]);
        return this;
    }

    /// <summary>GLOBAL.</summary>
    public PickleBytes Name(string module, string name) => Op($"c{module}\n{name}\n");

    /// <summary>MARK … TUPLE of numbers.</summary>
    public PickleBytes Numbers(params long[] numbers)
    {
        Op("(");
        foreach (long n in numbers) Int(n);
        return Op("t");
    }

    /// <summary>The BINPERSID of a storage.</summary>
    public PickleBytes Storage(string key, long elements, string type = "FloatStorage") =>
        Op("(").Text("storage").Name("torch", type).Text(key).Text("cpu").Int(elements).Op("tQ");

    /// <summary>A call of _rebuild_tensor_v2.</summary>
    public PickleBytes Tensor(string key, long elements, long offset, long[] shape, long[] strides, string type = "FloatStorage") =>
        Name("torch._utils", "_rebuild_tensor_v2").Op("(").Storage(key, elements, type).Int(offset).Numbers(shape).Numbers(strides)
            .Op("\u0089").Name("collections", "OrderedDict").Op(")RtR");

    /// <summary>With STOP at its end.</summary>
    public byte[] End()
    {
        Op(".");
        return [.. _to];
    }

    /// <summary>{"w": one tensor}.</summary>
    public static byte[] One(string key, long elements, long offset, long[] shape, long[] strides, string type = "FloatStorage") =>
        new PickleBytes().Op("}").Text("w").Tensor(key, elements, offset, shape, strides, type).Op("s").End();
}
