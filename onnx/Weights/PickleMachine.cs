using System.Buffers.Binary;

namespace Alignment.Onnx.Weights;

sealed record PickleTuple(object?[] Items);

sealed record PickleList(List<object?> Items);

// A Python dict or OrderedDict; keys are texts and whole numbers.
sealed record PickleDict(Dictionary<object, object?> Items);

/// <summary>
/// Reads one pickle of protocol 2 as plain data: dicts, lists, tuples, texts, numbers, and the tensors of <see cref="TorchObjects"/>.
/// Nothing is imported or called; any other name or opcode is an error, and the number of objects is bounded.
/// </summary>
sealed class PickleMachine(string subject, ReadOnlyMemory<byte> pickle)
{
    // The protocol that torch.save writes.
    const int Protocol = 2;

    // Six objects a tensor, so a state dict of a hundred thousand tensors fits.
    public const int MostObjects = 1 << 20;

    static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly List<object?> _stack = [];
    readonly Stack<int> _marks = [];
    readonly Dictionary<uint, object?> _memo = [];
    readonly List<TorchStorage> _storages = [];
    int _at, _opAt, _objects;

    /// <summary>After <see cref="Run"/> the pickle's length.</summary>
    public int Position => _at;

    // Every storage mentioned, in order.
    public IReadOnlyList<TorchStorage> Storages => _storages;

    public object? Run()
    {
        while (true)
        {
            _opAt = _at;
            var op = (PickleOp)Take(1)[0];
            if (op == PickleOp.Stop)
            {
                object? result = Pop();
                return _stack.Count == 0 && _marks.Count == 0 ? result : throw Bad("STOP with objects left over", "one object");
            }
            Step(op);
        }
    }

    void Step(PickleOp op)
    {
        switch (op)
        {
            case PickleOp.Proto:
                if (Take(1)[0] is var protocol && protocol != Protocol)
                    throw Bad($"pickle protocol {protocol}", $"{Protocol}, as torch.save writes by default");
                break;

            case PickleOp.None: Push(null); break;
            case PickleOp.NewTrue: Push(true); break;
            case PickleOp.NewFalse: Push(false); break;
            case PickleOp.BinInt1: Push((long)Take(1)[0]); break;
            case PickleOp.BinInt2: Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case PickleOp.BinInt: Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case PickleOp.Long1: Push(Long(Take(Take(1)[0]))); break;
            case PickleOp.BinFloat: Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case PickleOp.BinUnicode or PickleOp.BinString: Push(String(Count32())); break;
            case PickleOp.ShortBinString: Push(String(Take(1)[0])); break;   // Python 2's str

            case PickleOp.EmptyTuple: Push(New(new PickleTuple([]))); break;
            case PickleOp.Tuple1: Push(New(new PickleTuple(PopMany(1)))); break;
            case PickleOp.Tuple2: Push(New(new PickleTuple(PopMany(2)))); break;
            case PickleOp.Tuple3: Push(New(new PickleTuple(PopMany(3)))); break;
            case PickleOp.Mark: _marks.Push(_stack.Count); break;
            case PickleOp.Tuple: Push(New(new PickleTuple(PopToMark()))); break;
            case PickleOp.EmptyList: Push(New(new PickleList([]))); break;
            case PickleOp.Append: Append([Pop()]); break;
            case PickleOp.Appends: Append(PopToMark()); break;
            case PickleOp.EmptyDict: Push(New(new PickleDict([]))); break;
            case PickleOp.SetItem: Set(PopMany(2)); break;
            case PickleOp.SetItems: Set(PopToMark()); break;

            case PickleOp.BinPut: _memo[Take(1)[0]] = Peek(); break;
            case PickleOp.LongBinPut: _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek(); break;
            case PickleOp.BinGet: Push(Recall(Take(1)[0])); break;
            case PickleOp.LongBinGet: Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;

            case PickleOp.Global: Push(Name(Line(), Line())); break;
            case PickleOp.Reduce: Call(); break;
            case PickleOp.BinPersId:
                var storage = New(TorchObjects.Storage(Pop() is PickleTuple id ? id.Items
                    : throw Bad("a persistent id that is no tuple", "the tuple of a storage"), Bad));
                _storages.Add(storage);
                Push(storage);
                break;
            case PickleOp.Build:
                // The attributes of an OrderedDict (a state dict's _metadata) are ignored.
                Pop();
                if (Peek() is not PickleDict) throw Bad($"attributes for {Describe(Peek())}", "for an OrderedDict");
                break;

            default:
                throw Bad(Enum.IsDefined(op) ? $"the pickle opcode {op} (0x{(byte)op:x2})"
                    : $"the byte 0x{(byte)op:x2}, which is no pickle opcode",
                    "those that a dict of tensors needs");
        }
    }

    void Append(object?[] items)
    {
        if (Peek() is not PickleList list) throw Bad($"items for {Describe(Peek())}", "for a list");
        list.Items.AddRange(items);
    }

    void Set(object?[] pairs)
    {
        if (Peek() is not PickleDict dict) throw Bad($"entries for {Describe(Peek())}", "for a dict");
        if (pairs.Length % 2 != 0) throw Bad("a key without a value", "pairs");
        for (int i = 0; i < pairs.Length; i += 2) Add(dict, pairs[i], pairs[i + 1]);
    }

    void Add(PickleDict dict, object? key, object? value)
    {
        if (key is not (string or long)) throw Bad($"a dict key that is {Describe(key)}", "a text or a whole number");
        if (!dict.Items.TryAdd(key, value))
            throw Bad($"the dict key '{SafePath.Shorten(Convert.ToString(key, CultureInfo.InvariantCulture))}' twice", "each once");
    }

    object Name(string module, string name) =>
        TorchObjects.Find(module, name) ?? throw Bad($"the name '{SafePath.Shorten($"{module}.{name}")}'", $"one of {TorchObjects.Names}");

    void Call()
    {
        object?[] arguments = Pop() is PickleTuple tuple ? tuple.Items : throw Bad("a call without a tuple of arguments", "a tuple");
        object? callee = Pop();
        if (callee is not TorchFunction function) throw Bad($"a call of {Describe(callee)}", "of a function that rebuilds data");
        if (function != TorchFunction.OrderedDict)
        {
            Push(New(TorchObjects.Rebuild(function, arguments, Bad)));
            return;
        }
        var dict = New(new PickleDict([]));
        Push(dict);
        if (arguments.Length == 0) return;
        // Python 2 pickled its entries as one list of pairs.
        if (arguments is not [PickleList pairs]) throw Bad($"an OrderedDict of {arguments.Length} arguments", "none, or one list of pairs");
        foreach (object? pair in pairs.Items)
            if (pair switch { PickleList p => p.Items.ToArray(), PickleTuple p => p.Items, _ => null } is [var key, var value])
                Add(dict, key, value);
            else throw Bad($"{Describe(pair)} as an entry of an OrderedDict", "a pair");
    }

    T New<T>(T item) => ++_objects <= MostObjects ? item : throw Bad($"more than {MostObjects} objects", "a model's tensors");

    void Push(object? value) => _stack.Add(value);

    object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Bad("an empty stack", "an object on it");

    object? Pop()
    {
        object? top = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    object?[] PopMany(int count)
    {
        if (_stack.Count - Floor < count) throw Bad($"{_stack.Count - Floor} objects on the stack", $"{count}");
        return PopFrom(_stack.Count - count);
    }

    object?[] PopToMark() => _marks.TryPop(out int mark) ? PopFrom(mark) : throw Bad("no mark on the stack", "one");

    object?[] PopFrom(int index)
    {
        object?[] items = [.. _stack[index..]];
        _stack.RemoveRange(index, items.Length);
        return items;
    }

    // Objects below the last mark are out of reach until it is popped.
    int Floor => _marks.TryPeek(out int mark) ? mark : 0;

    object? Recall(uint index) => _memo.TryGetValue(index, out object? known) ? known
        : throw Bad($"memo {index}, which was never put", "one that was");

    long Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long)) throw Bad($"a whole number of {bytes.Length} bytes", "at most 8");
        long value = bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--) value = value << 8 | bytes[i];
        return value;
    }

    string String(int bytes)
    {
        try { return s_utf8.GetString(Take(bytes)); }
        catch (DecoderFallbackException) { throw Bad("a text that is no UTF-8", "UTF-8"); }
    }

    int Count32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) is var n && n <= int.MaxValue ? (int)n
        : throw Bad($"a text of {n} bytes", "one inside the pickle");

    string Line()
    {
        ReadOnlySpan<byte> rest = pickle.Span[_at..];
        int end = rest.IndexOf((byte)'\n');
        if (end < 0) throw Truncated();
        string line = Encoding.Latin1.GetString(rest[..Math.Min(end, 200)]);   // longer than any name that is known
        _at += end + 1;
        return line;
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > pickle.Length - _at) throw Truncated();
        ReadOnlySpan<byte> taken = pickle.Span.Slice(_at, count);
        _at += count;
        return taken;
    }

    BadDataException Truncated() => Bad($"the end of its {pickle.Length} bytes in the middle of an object", "a complete pickle");

    BadDataException Bad(string found, string expected) =>
        BadDataException.For($"{subject}, pickle at byte {_opAt}", found, expected,
            "Only tensors are read from PyTorch files, and nothing in them is run: save the model's state_dict() alone, or convert it to "
            + "safetensors.");

    static string Describe(object? value) => value switch
    {
        null => "None",
        string => "a text",
        PickleDict => "a dict",
        PickleList => "a list",
        PickleTuple => "a tuple",
        TorchTensor => "a tensor",
        TorchStorage => "a storage",
        TorchFunction or WeightType => "a name",
        _ => "a number",
    };
}
