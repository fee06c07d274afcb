namespace Alignment.Onnx.Runtime;

/// <summary>
/// Walks a file's protobuf fields (https://protobuf.dev/programming-guides/encoding/), skipping by seeking, so that gigabytes cost no
/// memory. Every length is checked against the enclosing message before use.
/// </summary>
sealed class ProtoReader(Stream file)
{
    const int MaxTextBytes = 4096;

    // Real graphs nest two or three times.
    const int MaxDepth = 100;

    long _end = file.Length;
    int _depth;

    // Proto3 has no groups (3, 4).
    public enum Wire { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 }

    public readonly record struct Field(int Number, Wire Wire);

    public long Position => file.Position;

    public bool Next(out Field field)
    {
        field = default;
        if (file.Position == _end) return false;
        ulong tag = Varint();
        if (tag >> 3 is 0 or > 536870911 || (tag & 7) is 3 or 4 or > 5)
            throw new InvalidDataException("a field tag that protobuf does not have");
        field = new((int)(tag >> 3), (Wire)(tag & 7));
        return true;
    }

    /// <summary>Bounds this reader to a nested message while <paramref name="read"/> reads all its fields.</summary>
    public void Message(Field field, Action read)
    {
        long length = Length(field);
        if (++_depth > MaxDepth) throw new InvalidDataException($"messages nested deeper than {MaxDepth}");
        long outer = _end;
        _end = file.Position + length;
        read();
        if (file.Position != _end) throw new InvalidDataException("a message with bytes left over");
        (_end, _depth) = (outer, _depth - 1);
    }

    public long Integer(Field field) => field.Wire == Wire.Varint ? (long)Varint() : throw WrongWire(field);

    // Packed or not.
    public void Integers(Field field, Action<long> add)
    {
        if (field.Wire == Wire.Varint) { add((long)Varint()); return; }
        Message(field, () => { while (file.Position < _end) add((long)Varint()); });
    }

    public string Text(Field field)
    {
        long length = Length(field);
        if (length > MaxTextBytes) throw new InvalidDataException($"a name of {length} bytes");
        byte[] bytes = new byte[length];
        file.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    public long Skip(Field field)
    {
        if (field.Wire == Wire.Varint)
        {
            Varint();
            return 0;
        }
        long length = field.Wire switch
        {
            Wire.Fixed64 => 8,
            Wire.Fixed32 => 4,
            _ => Length(field),
        };
        if (length > _end - file.Position) throw TooLong();
        file.Seek(length, SeekOrigin.Current);
        return length;
    }

    long Length(Field field)
    {
        if (field.Wire != Wire.Bytes) throw WrongWire(field);
        ulong length = Varint();
        return length <= (ulong)(_end - file.Position) ? (long)length : throw TooLong();
    }

    ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            int b = file.Position < _end ? file.ReadByte() : -1;
            if (b < 0) throw TooLong();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw new InvalidDataException("a number longer than 64 bits");
    }

    static InvalidDataException TooLong() => new("a field that reaches beyond the end");

    static InvalidDataException WrongWire(Field field) =>
        new($"field {field.Number} in another encoding than ONNX's");
}
