namespace Alignment.Onnx.Weights;

// The calls in a pickled state dict, read as descriptions of data.
enum TorchFunction
{
    OrderedDict,
    Tensor,
    TensorV2,
    Parameter,
}

sealed record TorchStorage(WeightType Type, string Key, long Elements)
{
    public long Bytes => Elements * Type.Bytes();
}

// Lies inside its storage.
sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    public bool IsContiguous
    {
        get
        {
            long next = 1;
            for (int i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != next) return false;
                next *= Shape[i];
            }
            return true;
        }
    }
}

// The only names that a PyTorch file may mention. Every size is checked before use.
static class TorchObjects
{
    const int MostAxes = 64;

    // Of one storage, so that no product of sizes overflows.
    const long MostBytes = 1L << 48;

    static readonly Dictionary<string, object> s_names = new()
    {
        ["collections.OrderedDict"] = TorchFunction.OrderedDict,
        ["torch._utils._rebuild_tensor"] = TorchFunction.Tensor,         // before PyTorch 0.4
        ["torch._utils._rebuild_tensor_v2"] = TorchFunction.TensorV2,
        ["torch._utils._rebuild_parameter"] = TorchFunction.Parameter,
        ["torch.FloatStorage"] = WeightType.F32,
        ["torch.HalfStorage"] = WeightType.F16,
        ["torch.BFloat16Storage"] = WeightType.BF16,
        ["torch.DoubleStorage"] = WeightType.F64,
        ["torch.LongStorage"] = WeightType.I64,
        ["torch.IntStorage"] = WeightType.I32,
        ["torch.ShortStorage"] = WeightType.I16,
        ["torch.CharStorage"] = WeightType.I8,
        ["torch.ByteStorage"] = WeightType.U8,
        ["torch.BoolStorage"] = WeightType.BOOL,
    };

    public static string Names { get; } = string.Join(", ", s_names.Keys);

    public static object? Find(string module, string name) => s_names.GetValueOrDefault($"{module}.{name}");

    // ('storage', type, key, device, elements), with a sixth None before PyTorch 1.6.
    public static TorchStorage Storage(object?[] id, Func<string, string, BadDataException> bad)
    {
        if (id is not ["storage", WeightType type, string key, string, long elements, ..] || id.Length > 6
            || (id.Length == 6 && id[5] is not null))
            throw bad("a persistent id of another form", "('storage', type, key, device, number of elements)");
        if (key.Length is 0 or > 20 || !key.All(char.IsAsciiDigit)) throw bad($"the storage key '{SafePath.Shorten(key)}'", "a number");
        if (elements < 0 || elements > MostBytes / type.Bytes())
            throw bad($"a storage of {elements} elements", $"0 to {MostBytes / type.Bytes()}");
        return new(type, key, elements);
    }

    public static TorchTensor Rebuild(TorchFunction function, object?[] arguments, Func<string, string, BadDataException> bad)
    {
        switch (function)
        {
            case TorchFunction.Parameter when arguments is [TorchTensor data, bool, ..]: return data;
            case TorchFunction.Tensor when arguments is [TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides]:
                return View(storage, offset, Numbers(shape), Numbers(strides));
            case TorchFunction.TensorV2 when arguments is [TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool,
                PickleDict, ..]:
                return View(storage, offset, Numbers(shape), Numbers(strides));
            default: throw bad($"arguments of another form for {function}", "a storage, an offset, sizes and strides");
        }

        long[] Numbers(PickleTuple tuple) =>
            tuple.Items.Length <= MostAxes && tuple.Items.All(i => i is long and >= 0) ? [.. tuple.Items.Select(i => (long)i!)]
            : throw bad("sizes or strides that are no tuple of numbers", $"up to {MostAxes} numbers of 0 or more");

        TorchTensor View(TorchStorage storage, long offset, long[] shape, long[] strides)
        {
            string subject = $"a tensor of sizes [{Text(shape)}], strides [{Text(strides)}] at {offset}";
            if (shape.Length != strides.Length || offset < 0) throw bad(subject, "as many strides as sizes, and an offset of 0 or more");
            try
            {
                long count = shape.Aggregate(1L, (n, d) => checked(n * d)), last = offset;
                // Fewer elements than views of them would let a small file stand for any amount of memory.
                if (count > storage.Elements) throw bad(subject, $"at most the {storage.Elements} elements of its storage");
                for (int i = 0; i < shape.Length && count > 0; i++) last = checked(last + (shape[i] - 1) * strides[i]);
                if (count > 0 ? last >= storage.Elements : offset > storage.Elements)
                    throw bad(subject, $"elements inside the {storage.Elements} of its storage");
            }
            catch (OverflowException)
            {
                throw bad(subject, $"elements inside the {storage.Elements} of its storage");
            }
            return new(storage, offset, shape, strides);
        }
    }

    static string Text(long[] n) => SafePath.Shorten(string.Join(", ", n));
}
